/*
 * ipcfault list: the words of the language, from the tables that read it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "cli/command.h"
#include "cli/coverage.h"
#include "model/words.h"
#include "report/report.h"
#include "sys/syscalls.h"

enum list_key { KEY_JSON = 256 };

/* One line of a list. */
struct word {
	const char *name, *about;
	bool later;
};

/* @ret_word is the @index-th; false = there are no more. */
typedef bool word_fn(size_t index, struct word *ret_word);

static bool word_of(const struct vocab *vocab, size_t index, struct word *ret_word)
{
	if (index >= (size_t)vocab->count)
		return false;
	*ret_word = (struct word){vocab->rows[index].name, vocab->rows[index].summary,
				  vocab->rows[index].later};
	return true;
}

static bool fault_word(size_t index, struct word *ret_word)
{
	return word_of(&action_vocab, index, ret_word);
}

static bool trigger_word(size_t index, struct word *ret_word)
{
	return word_of(&trigger_vocab, index, ret_word);
}

static bool mechanism_word(size_t index, struct word *ret_word)
{
	return word_of(&mechanism_vocab, index, ret_word);
}

static bool finding_word(size_t index, struct word *ret_word)
{
	return word_of(&finding_vocab, index, ret_word);
}

static bool report_word(size_t index, struct word *ret_word)
{
	return word_of(&report_vocab, index, ret_word);
}

/* clang-format off */
static const char *const restarts[] = {
	[RESTART_NEVER_BLOCKS] = "never blocks",
	[RESTART_R]            = "after a signal: EINTR, or restarted (SA_RESTART)",
	[RESTART_N]            = "after a signal: EINTR, also with SA_RESTART",
	[RESTART_N_STOP]       = "after a signal or SIGSTOP/SIGCONT: EINTR",
};
/* clang-format on */

static const struct family {
	unsigned bit;
	const char *about;
} families[] = {
	{FAMILY_READS, "family: moves bytes in from a descriptor"},
	{FAMILY_WRITES, "family: moves bytes out to a descriptor"},
	{FAMILY_WAITS, "family: sleeps until something happens"},
	{FAMILY_OPENS, "family: makes a descriptor from a name"},
	{FAMILY_LOCKS, "family: takes a lock"},
	{FAMILY_SENDS, "family: sends to a socket or queue"},
	{FAMILY_RECEIVES, "family: receives from a socket or queue"},
	{FAMILY_ANY_IPC, "family: all that has to do with IPC"},
};

/* "after a signal: EINTR ...; reads, any-ipc"; in a static buffer. */
static const char *describe_call(const struct syscall_row *row)
{
	static char about[256];
	const char *between = "; ";
	size_t used;

	snprintf(about, sizeof(about), "%s", restarts[row->restart]);
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		if (!(row->families & families[i].bit))
			continue;
		used = strlen(about);
		snprintf(about + used, sizeof(about) - used, "%s%s", between,
			 call_family_name(families[i].bit));
		between = ", ";
	}
	return about;
}

/* Families first: they are what one writes most. */
static bool call_word(size_t index, struct word *ret_word)
{
	const struct syscall_row *row;

	if (index < ARRAY_SIZE(families)) {
		*ret_word = (struct word){call_family_name(families[index].bit),
					  families[index].about, false};
		return true;
	}
	row = syscall_get((int)(index - ARRAY_SIZE(families)));
	if (row)
		*ret_word = (struct word){row->name, describe_call(row), false};
	return row;
}

/* clang-format off */
static const struct category {
	const char *name, *about;
	word_fn *word; /* NULL: counted in scenario files */
} categories[] = {
	{ "faults",     "what `do:` can do",                                      fault_word },
	{ "triggers",   "when: the words of `at:`",                               trigger_word },
	{ "calls",      "the system calls and families that `call:` knows",       call_word },
	{ "mechanisms", "the words of `mechanism:`",                              mechanism_word },
	{ "findings",   "what can be found wrong; the words of `caught`, `allow`", finding_word },
	{ "reports",    "the formats of --report",                                report_word },
	{ "coverage",   "which fault is shown on which mechanism by scenarios",   NULL },
};
/* clang-format on */

struct list_options {
	const struct category *category; /* NULL: the categories */
	struct words files;
	bool json;
};

static const struct argp_option options[] = {
	{"json", KEY_JSON, NULL, 0, "As JSON, for programs", 0},
	{NULL, 0, NULL, 0, NULL, 0},
};

static const struct category *find_category(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(categories); i++)
		if (strcmp(categories[i].name, name) == 0)
			return &categories[i];
	return NULL;
}

static error_t refuse_category(struct argp_state *state, const char *name)
{
	const char *names[ARRAY_SIZE(categories)], *near;

	for (size_t i = 0; i < ARRAY_SIZE(categories); i++)
		names[i] = categories[i].name;
	near = nearest_word(name, names, ARRAY_SIZE(names));
	return arg_refuse(state, "list %s: no such list%s%s%s", name,
			  near ? "; did you mean `" : "", near ? near : "", near ? "`?" : "");
}

static error_t add_file(struct argp_state *state, struct list_options *list, const char *name)
{
	const char **slot = mem_append(&list->files.items, &list->files.count, sizeof(*slot));

	if (!slot)
		return arg_refuse(state, "out of memory");
	*slot = name;
	return 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct list_options *list = arg_options(state);

	switch (key) {
	case KEY_JSON:
		list->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (list->category && list->category->word)
			return arg_refuse(state, "list: one list at a time");
		if (list->category)
			return add_file(state, list, arg);
		list->category = find_category(arg);
		return list->category ? 0 : refuse_category(state, arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp list_argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "[faults|triggers|calls|mechanisms|findings|reports]\n"
		    "coverage FILE|FOLDER...",
	.doc = "Print the words of the scenario language, or what of it scenarios show.",
};

static void print_word(FILE *out, const struct word *word)
{
	fprintf(out, "  %-22s %s%s\n", word->name, word->about,
		word->later ? " (not available yet)" : "");
}

static void print_category(FILE *out, const struct category *category)
{
	struct word word;

	for (size_t i = 0; category->word(i, &word); i++)
		print_word(out, &word);
}

static int print_json(FILE *out, const struct category *category)
{
	json_t *array = json_array();
	struct word word;
	int failed = 0;

	for (size_t i = 0; category->word(i, &word); i++)
		failed |= json_array_append_new(array,
						json_pack("{sssssb}", "name", word.name, "summary",
							  word.about, "available", !word.later));
	failed |= json_dumpf(array, out, JSON_INDENT(1));
	putc('\n', out);
	json_decref(array);
	return failed ? -ENOMEM : 0;
}

static int print_list(const struct cli_env *env, const struct list_options *list)
{
	if (!list->category) {
		for (size_t i = 0; i < ARRAY_SIZE(categories); i++)
			print_word(env->out,
				   &(struct word){categories[i].name, categories[i].about, false});
		return EXIT_PASSED;
	}
	if (!list->category->word)
		return coverage_print(env, &list->files, list->json);
	if (list->json)
		return print_json(env->out, list->category) < 0 ? EXIT_INCONCLUSIVE : EXIT_PASSED;
	print_category(env->out, list->category);
	return EXIT_PASSED;
}

int list_command(const struct cli_env *env, int argc, char **argv)
{
	struct list_options list = {0};
	struct err err = ERR_INIT;
	int code;

	if (arg_parse(&list_argp, 0, argc, argv, &list, &err) < 0)
		code = usage_error(env, err.text);
	else
		code = print_list(env, &list);
	free(list.files.items);
	return code;
}
