#include "cli/select.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"

char *scenario_variant(const struct scenario *scenario)
{
	char *text = mem_strdup("");

	for (size_t i = 0; text && i < scenario->matrix_count; i++) {
		char *longer = mem_printf("%s%s%s=%s", text, i ? " " : "", scenario->matrix[i].name,
					  scenario->matrix[i].value);

		free(text);
		text = longer;
	}
	return text;
}

static bool has_exact_title(struct scenario *const *scenarios, size_t count, const char *title)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(scenarios[i]->title, title) == 0)
			return true;
	return false;
}

/* Does each blank-separated word of @words occur in @text, whatever its case? */
static int has_words(const char *text, const char *words, bool *ret_has)
{
	cleanup_free char *copy = mem_strdup(words);
	char *rest = copy, *word;

	if (!copy)
		return -ENOMEM;
	*ret_has = true;
	while ((word = strsep(&rest, " \t\n")))
		*ret_has &= strcasestr(text, word) != NULL;
	return 0;
}

/* A filter that is somebody's whole title means only that. */
static int matches_filter(const struct scenario *scenario, const char *filter, bool is_title,
			  bool *ret_matches)
{
	cleanup_free char *variant = scenario_variant(scenario), *text = NULL;
	const char *slash = strrchr(scenario->file, '/');

	if (is_title) {
		*ret_matches = strcmp(scenario->title, filter) == 0;
		return 0;
	}
	text = variant ? mem_printf("%s\n%s\n%s\n%s", slash ? slash + 1 : scenario->file,
				    scenario->title,
				    vocab_name(&mechanism_vocab, (int)scenario->mechanism), variant)
		       : NULL;
	return text ? has_words(text, filter, ret_matches) : -ENOMEM;
}

static bool has_tag(const struct scenario *scenario, const struct words *tags)
{
	for (size_t i = 0; i < tags->count; i++)
		for (size_t k = 0; k < scenario->tags.count; k++)
			if (strcmp(tags->items[i], scenario->tags.items[k]) == 0)
				return true;
	return tags->count == 0;
}

static bool has_value(const struct scenario *scenario, const char *pair, size_t len)
{
	for (size_t i = 0; i < scenario->matrix_count; i++) {
		const char *name = scenario->matrix[i].name, *value = scenario->matrix[i].value;
		size_t name_len = strlen(name);

		if (name_len + 1 + strlen(value) == len && strncmp(pair, name, name_len) == 0 &&
		    pair[name_len] == '=' &&
		    strncmp(pair + name_len + 1, value, len - name_len - 1) == 0)
			return true;
	}
	return false;
}

/* The whole text as printed (values may hold blanks), or some of its pairs. */
static bool is_variant(const struct scenario *scenario, const char *own, const char *wanted)
{
	if (strcmp(own, wanted) == 0)
		return true;
	while (*wanted) {
		size_t len = strcspn(wanted, " ");

		if (len && !has_value(scenario, wanted, len))
			return false;
		wanted += len;
		wanted += *wanted == ' ';
	}
	return true;
}

static int matches_variants(const struct scenario *scenario, const struct words *variants,
			    bool *ret_matches)
{
	cleanup_free char *own = scenario_variant(scenario);

	if (!own)
		return -ENOMEM;
	*ret_matches = variants->count == 0;
	for (size_t i = 0; i < variants->count; i++)
		*ret_matches |= is_variant(scenario, own, variants->items[i]);
	return 0;
}

static int is_chosen(struct scenario *const *scenarios, size_t count, size_t index,
		     const struct run_options *options, bool *ret_chosen)
{
	const struct scenario *scenario = scenarios[index];
	bool by_filter = options->filters.count == 0, by_variant = false;
	int r = matches_variants(scenario, &options->variants, &by_variant);

	for (size_t i = 0; i < options->filters.count && r == 0; i++) {
		const char *filter = options->filters.items[i];
		bool matches = false;

		r = matches_filter(scenario, filter, has_exact_title(scenarios, count, filter),
				   &matches);
		by_filter |= matches;
	}
	*ret_chosen = by_filter && by_variant && has_tag(scenario, &options->tags);
	return r;
}

static int add_case(struct selection *selection, const struct scenario *scenario, enum role role,
		    uint64_t seed)
{
	struct run_case *c = mem_append(&selection->cases, &selection->count, sizeof(*c));

	if (!c)
		return -ENOMEM;
	*c = (struct run_case){.scenario = scenario, .role = role, .seed = seed};
	return 0;
}

static int add_scenario(struct selection *selection, const struct scenario *scenario,
			const struct run_options *options)
{
	unsigned times = options->repeat    ? options->repeat
			 : scenario->repeat ? scenario->repeat
					    : 1;
	uint64_t seed = options->seed_given ? options->seed : scenario->seed;
	bool subject = !options->role_given || options->role == ROLE_SUBJECT;
	bool control = scenario->control.present &&
		       (!options->role_given || options->role == ROLE_CONTROL);
	int r = 0;

	for (unsigned i = 0; i < times && r == 0; i++) {
		if (subject)
			r = add_case(selection, scenario, ROLE_SUBJECT, seed + i);
		if (r == 0 && control)
			r = add_case(selection, scenario, ROLE_CONTROL, seed + i);
	}
	return r;
}

/* The cases of one document's matrix stand together, at one place of one file. */
static bool is_same_document(const struct scenario *a, const struct scenario *b)
{
	return a && strcmp(a->file, b->file) == 0 && a->pos.line == b->pos.line &&
	       a->pos.col == b->pos.col;
}

/* Every N-th of them, so that what takes long in one file is spread. */
static void take_shard(struct selection *selection, const struct shard *shard)
{
	const struct scenario *last = NULL;
	size_t kept = 0;

	selection->scenarios = 0;
	for (size_t i = shard->index - 1; i < selection->count; i += shard->count) {
		selection->cases[kept] = selection->cases[i];
		selection->scenarios += !is_same_document(last, selection->cases[kept].scenario);
		last = selection->cases[kept++].scenario;
	}
	selection->count = kept;
}

int selection_make(struct scenario *const *scenarios, size_t count,
		   const struct run_options *options, struct selection *ret_selection)
{
	struct selection selection = {0};
	const struct scenario *last = NULL;
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++) {
		size_t before = selection.count;
		bool chosen = false;

		r = is_chosen(scenarios, count, i, options, &chosen);
		if (r == 0 && chosen)
			r = add_scenario(&selection, scenarios[i], options);
		if (selection.count == before)
			continue;
		selection.scenarios += !is_same_document(last, scenarios[i]);
		last = scenarios[i];
	}
	if (r < 0) {
		selection_release(&selection);
		return r;
	}
	if (options->shard.count > 1)
		take_shard(&selection, &options->shard);
	*ret_selection = selection;
	return 0;
}

void selection_release(struct selection *selection)
{
	free(selection->cases);
	memset(selection, 0, sizeof(*selection));
}
