#include "qualifier/cure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "elf/declarations.h"
#include "qualifier/insert.h"
#include "qualifier/program_text.h"

#define SINGLES_MAX 4 /* so many are tried one by one; with more, halves are quicker */

static const char *const no_warnings[] = {"-w", NULL};

struct search {
	const struct cure_request *request;
	const struct program_texts *texts;
	struct cure *cure;
	struct err *err;
};

/* Some of the candidates, by index. */
struct set {
	size_t *items;
	size_t count;
};

static void set_release(struct set *set)
{
	free(set->items);
	*set = (struct set){0};
}

#define cleanup_set __attribute__((cleanup(set_release)))

static int set_add(struct set *set, size_t item)
{
	size_t *slot = mem_append(&set->items, &set->count, sizeof(*slot));

	if (!slot)
		return -ENOMEM;
	*slot = item;
	return 0;
}

/* --- one program --------------------------------------------------------- */

struct changed {
	struct compile_change *changes;
	char **texts;
	size_t count, places;
};

static void changed_release(struct changed *changed)
{
	for (size_t i = 0; changed->texts && i < changed->count; i++)
		free(changed->texts[i]);
	free(changed->texts);
	free(changed->changes);
}

static int add_change(struct search *s, struct changed *changed, const struct program_text *text,
		      const struct declaration *const *names, size_t count)
{
	const struct insert_text input = {.text = text->text, .file = text->shown};
	size_t places = 0;
	char *out = NULL;
	int rc = qualifier_insert(&input, s->request->qualifier, names, count, &out, &places);

	if (rc)
		return rc;
	changed->places += places;
	changed->texts[changed->count] = out;
	changed->changes[changed->count] = (struct compile_change){text->file, out};
	changed->count++;
	/* Preprocessed text is compiled in any case, so that only the qualifier differs. */
	if (!places && s->request->build->spec->command) {
		free(out);
		changed->count--;
	}
	return 0;
}

static int make_changes(struct search *s, const struct set *set, struct changed *ret)
{
	const struct declaration **names = mem_zalloc((set->count + 1) * sizeof(*names));
	int rc = names ? 0 : -ENOMEM;

	ret->texts = mem_zalloc((s->texts->count + 1) * sizeof(*ret->texts));
	ret->changes = mem_zalloc((s->texts->count + 1) * sizeof(*ret->changes));
	if (!ret->texts || !ret->changes)
		rc = -ENOMEM;
	for (size_t i = 0; !rc && i < set->count; i++)
		names[i] = s->request->candidates[set->items[i]];
	for (size_t i = 0; !rc && i < s->texts->count; i++)
		rc = add_change(s, ret, &s->texts->items[i], names, set->count);
	free(names);
	return rc;
}

/* -ENOEXEC: it does not compile, or the names are in none of the texts. */
static int build(struct search *s, const struct set *set, char **ret_folder)
{
	struct compile_request request = *s->request->build;
	struct changed changed = {0};
	int rc = make_changes(s, set, &changed);

	request.extra = no_warnings;
	request.changes = changed.changes;
	request.change_count = changed.count;
	if (rc)
		err_errno(s->err, rc, "cure");
	else if (set->count && !changed.places)
		rc = err_set(s->err, -ENOEXEC, "cure: the declarations are not in the sources");
	else if (s->cure->builds >= s->request->builds_max)
		rc = -ECANCELED;
	else
		rc = compile_get(&request, ret_folder, s->err);
	s->cure->builds++;
	changed_release(&changed);
	return rc;
}

/* 1 it behaves, 0 it does not, -ENOEXEC it cannot be built, or an error. */
static int try_set(struct search *s, const struct set *set)
{
	cleanup_free char *folder = NULL;
	int rc = build(s, set, &folder);

	return rc ? rc : s->request->behaves(s->request->arg, folder, s->err);
}

/* --- which of them ------------------------------------------------------- */

static int accept(struct search *s, const struct set *set)
{
	for (size_t i = 0; i < set->count; i++)
		s->cure->names[i] = set->items[i];
	s->cure->count = set->count;
	return 1;
}

/* 1: one alone is a cure. */
static int try_singles(struct search *s)
{
	for (size_t i = 0; i < s->request->count; i++) {
		const struct set one = {&i, 1};
		int rc = try_set(s, &one);

		if (rc == -ENOEXEC)
			s->cure->refused[i] = true;
		else if (rc < 0)
			return rc;
		else if (rc)
			return accept(s, &one);
	}
	return 0;
}

/* Which do not compile: halve until they stand alone. */
static int find_refused(struct search *s, const struct set *set)
{
	const struct set left = {set->items, set->count / 2},
			 right = {set->items + set->count / 2, set->count - set->count / 2};
	cleanup_free char *folder = NULL;
	int rc = build(s, set, &folder);

	if (rc != -ENOEXEC)
		return rc;
	if (set->count == 1) {
		s->cure->refused[set->items[0]] = true;
		return 0;
	}
	rc = find_refused(s, &left);
	return rc ? rc : find_refused(s, &right);
}

static int usable(struct search *s, struct set *ret)
{
	int rc = 0;

	set_release(ret);
	for (size_t i = 0; !rc && i < s->request->count; i++)
		if (!s->cure->refused[i])
			rc = set_add(ret, i);
	return rc ? err_errno(s->err, rc, "cure") : 0;
}

/* All of them together. */
static int try_all(struct search *s, struct set *ret)
{
	int rc = usable(s, ret);

	if (rc || !ret->count)
		return rc;
	rc = try_set(s, ret);
	if (rc != -ENOEXEC)
		return rc;
	rc = find_refused(s, ret);
	rc = rc ? rc : usable(s, ret);
	if (rc || !ret->count)
		return rc;
	rc = try_set(s, ret);
	return rc == -ENOEXEC ? 0 : rc;
}

/* Replace @set with the @part-th of @parts, or with all but that. */
static int take(struct search *s, const struct set *set, size_t part, size_t parts, bool without,
		struct set *ret)
{
	size_t lo = set->count * part / parts, hi = set->count * (part + 1) / parts;
	int rc = 0;

	set_release(ret);
	for (size_t i = 0; !rc && i < set->count; i++)
		if ((i >= lo && i < hi) != without)
			rc = set_add(ret, set->items[i]);
	return rc ? err_errno(s->err, rc, "cure") : 0;
}

/* 1 and the smaller set in @set; 0: each part is needed. */
static int reduce(struct search *s, struct set *set, size_t parts, bool without)
{
	cleanup_set struct set some = {0};
	int rc = 0;

	for (size_t i = 0; i < parts; i++) {
		rc = take(s, set, i, parts, without, &some);
		rc = rc ? rc : try_set(s, &some);
		if (rc < 0 && rc != -ENOEXEC)
			return rc;
		if (rc <= 0)
			continue;
		set_release(set);
		*set = some;
		some = (struct set){0};
		return 1;
	}
	return 0;
}

/* Delta debugging (Zeller, Hildebrandt): none of what is left can be spared. */
static int minimise(struct search *s, struct set *set)
{
	size_t parts = 2;

	while (set->count > 1) {
		int rc = reduce(s, set, parts, false);

		if (rc > 0) {
			parts = 2;
			continue;
		}
		rc = rc < 0 || parts == 2 ? rc : reduce(s, set, parts, true);
		if (rc < 0)
			return rc;
		if (rc > 0)
			parts = parts > 2 ? parts - 1 : 2;
		else if (parts >= set->count)
			break;
		else
			parts = parts * 2 < set->count ? parts * 2 : set->count;
		if (parts > set->count)
			parts = set->count;
	}
	return 0;
}

static int search(struct search *s)
{
	const struct set none = {0};
	cleanup_set struct set set = {0};
	int rc = s->request->known_to_fail ? 0 : try_set(s, &none);

	if (rc)
		return rc < 0 ? rc : 0;
	s->cure->fails = true;
	if (s->request->count <= SINGLES_MAX) {
		rc = try_singles(s);
		if (rc || s->request->count < 2)
			return rc < 0 ? rc : 0;
	}
	rc = try_all(s, &set);
	if (rc <= 0)
		return rc;
	rc = minimise(s, &set);
	if (!rc)
		accept(s, &set);
	return rc;
}

int cure_find(const struct cure_request *request, struct cure *ret, struct err *err)
{
	struct cure cure = {
		.names = mem_zalloc((request->count + 1) * sizeof(*cure.names)),
		.refused = mem_zalloc(request->count + 1),
	};
	struct program_texts texts = {0};
	struct search s = {.request = request, .texts = &texts, .cure = &cure, .err = err};
	int rc = cure.names && cure.refused ? 0 : err_errno(err, -ENOMEM, "cure");

	if (request->texts)
		s.texts = request->texts;
	else if (!rc)
		rc = program_texts_read(request->build, &texts, err);
	rc = rc ? rc : search(&s);
	program_texts_release(&texts);
	if (rc == -ECANCELED)
		rc = 0;
	if (rc)
		cure_release(&cure);
	else
		*ret = cure;
	return rc;
}

void cure_release(struct cure *cure)
{
	free(cure->names);
	free(cure->refused);
	*cure = (struct cure){0};
}
