#include "cli/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "cli/command.h"
#include "scenario/values.h"

/* clang-format off */
static const struct vocab_row color_rows[] = {
	[COLOR_AUTO]   = { "auto",   "on a terminal, unless NO_COLOR is set", false },
	[COLOR_ALWAYS] = { "always", "also into a file or a pipe", false },
	[COLOR_NEVER]  = { "never",  "not at all", false },
};
_Static_assert(ARRAY_SIZE(color_rows) == COLOR_MAX_, "one row for each");
const struct vocab color_vocab = {"time for colour", color_rows, COLOR_MAX_};

enum option_key {
	KEY_SEED = 256, KEY_FILTER, KEY_TAG, KEY_CASE, KEY_ROLE, KEY_SHARD, KEY_FAIL_FAST, KEY_TIMEOUT,
	KEY_KEEP, KEY_GDB, KEY_COLOR, KEY_REPORT, KEY_REPEAT,
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What to run:", 1 },
	{ "filter",    KEY_FILTER,    "WORDS",  0, "Only scenarios with all these words in title, file name, mechanism or case; a whole title means just that scenario. Again: or these", 1 },
	{ "tag",       KEY_TAG,       "T",      0, "Only scenarios with this tag. Again: or this", 1 },
	{ "case",      KEY_CASE,      "VALUES", 0, "Only this case of the matrix, e.g. 'signal=SIGUSR1 restart=yes'. Again: or this", 1 },
	{ "role",      KEY_ROLE,      "ROLE",   0, "Only the `subject` or only the `control` of each", 1 },
	{ "shard",     KEY_SHARD,     "K/N",    0, "Only the K-th of N equal parts", 1 },
	{ NULL, 0, NULL, 0, "How to run:", 2 },
	{ NULL,        'j',           "N",      0, "So many cases at a time (default: the processors)", 2 },
	{ "seed",      KEY_SEED,      "N",      0, "Seed of the first run of each case, instead of the scenario's", 2 },
	{ "repeat",    KEY_REPEAT,    "N",      0, "Run each case N times, with seeds N, N+1, ..., instead of the scenario's `repeat`", 2 },
	{ "timeout",   KEY_TIMEOUT,   "D",      0, "Deadline of each run instead of the scenario's: 250ms, 2s, 1m", 2 },
	{ "fail-fast", KEY_FAIL_FAST, NULL,     0, "Stop at the first case that does not pass", 2 },
	{ "keep",      KEY_KEEP,      NULL,     0, "Leave the temporary folder of each run", 2 },
	{ "gdb",       KEY_GDB,       NULL,     0, "Stop at the fault and print how to attach a debugger", 2 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};
/* clang-format on */

/* clang-format off */
static const struct argp_option output_options[] = {
	{ NULL, 0, NULL, 0, "What to print:", 3 },
	{ NULL,        'q',           NULL,     0, "The summary only", 3 },
	{ NULL,        'v',           NULL,     0, "Every case, not only those that did not pass", 3 },
	{ "color",     KEY_COLOR,     "WHEN",   0, "auto, always or never", 3 },
	{ "report",    KEY_REPORT,    "FORMAT[:FILE]", 0, "term, tap, junit or json, to FILE or standard output; may be given several times", 3 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};
/* clang-format on */

static error_t add_word(struct argp_state *state, struct words *words, const char *word)
{
	const char **slot = mem_append(&words->items, &words->count, sizeof(*slot));

	if (!slot)
		return arg_refuse(state, "out of memory");
	*slot = word;
	return 0;
}

/* @wanted is what the parsers of scenario/values.h return. */
static error_t refuse_value(struct argp_state *state, const char *option, const char *wanted,
			    const char *value)
{
	return wanted ? arg_refuse(state, "%s %s: it needs %s", option, value, wanted) : 0;
}

static error_t parse_count(struct argp_state *state, const char *option, const char *value,
			   unsigned *ret)
{
	uint64_t number = 0;
	const char *wanted = parse_unsigned(value, 1, 1000000, &number);

	if (!wanted)
		*ret = (unsigned)number;
	return refuse_value(state, option, wanted ? "a number from 1 to 1000000" : NULL, value);
}

static error_t refuse_word(struct argp_state *state, const char *option, const struct vocab *vocab,
			   const char *word)
{
	const char *near = vocab_nearest(vocab, word);

	return arg_refuse(state, "%s %s: no such %s%s%s%s", option, word, vocab->what,
			  near ? "; did you mean `" : "", near ? near : "", near ? "`?" : "");
}

static error_t parse_word(struct argp_state *state, const char *option, const struct vocab *vocab,
			  const char *word, int *ret)
{
	int value = vocab_find(vocab, word);

	if (value < 0)
		return refuse_word(state, option, vocab, word);
	if (vocab->rows[value].later)
		return arg_refuse(state, "%s %s: not available yet", option, word);
	*ret = value;
	return 0;
}

static error_t parse_report(struct argp_state *state, struct run_options *run, char *value)
{
	char name[32];
	const char *colon = strchr(value, ':');
	struct report_request *request;
	int kind;
	error_t r;

	snprintf(name, sizeof(name), "%.*s", (int)(colon ? colon - value : 31), value);
	r = parse_word(state, "--report", &report_vocab, name, &kind);
	if (r)
		return r;
	if (colon && !colon[1])
		return arg_refuse(state, "--report %s: the file's name is missing", value);
	request = mem_append(&run->reports, &run->report_count, sizeof(*request));
	if (!request)
		return arg_refuse(state, "out of memory");
	*request = (struct report_request){(enum report_kind)kind, colon ? colon + 1 : NULL};
	return 0;
}

static error_t parse_selection(int key, char *arg, struct argp_state *state,
			       struct run_options *run)
{
	int role = 0;
	error_t r;

	switch (key) {
	case KEY_FILTER:
		return add_word(state, &run->filters, arg);
	case KEY_TAG:
		return add_word(state, &run->tags, arg);
	case KEY_CASE:
		return add_word(state, &run->variants, arg);
	case KEY_ROLE:
		r = parse_word(state, "--role", &role_vocab, arg, &role);
		run->role_given = r == 0;
		run->role = r == 0 ? (enum role)role : ROLE_SUBJECT;
		return r;
	case KEY_SHARD:
		return refuse_value(state, "--shard", shard_parse(arg, &run->shard), arg);
	case ARGP_KEY_ARG:
		return add_word(state, &run->files, arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_output(int key, char *arg, struct argp_state *state)
{
	struct run_options *run = arg_options(state);
	int when = 0;
	error_t r;

	switch (key) {
	case 'q':
		run->verbosity = -1;
		return 0;
	case 'v':
		run->verbosity = run->verbosity < 0 ? 1 : run->verbosity + 1;
		return 0;
	case KEY_COLOR:
		r = parse_word(state, "--color", &color_vocab, arg, &when);
		run->color = r == 0 ? (enum color_when)when : COLOR_AUTO;
		return r;
	case KEY_REPORT:
		return parse_report(state, run, arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp output_argp = {.options = output_options, .parser = parse_output};

static const struct argp_child children[] = {{&output_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct run_options *run = arg_options(state);

	switch (key) {
	case 'j':
		return parse_count(state, "-j", arg, &run->jobs);
	case KEY_REPEAT:
		return parse_count(state, "--repeat", arg, &run->repeat);
	case KEY_SEED:
		run->seed_given = true;
		return refuse_value(state, "--seed", parse_unsigned(arg, 0, UINT64_MAX, &run->seed),
				    arg);
	case KEY_TIMEOUT:
		return refuse_value(state, "--timeout", parse_duration(arg, &run->timeout_ns), arg);
	case KEY_FAIL_FAST:
		run->fail_fast = true;
		return 0;
	case KEY_KEEP:
		run->keep = true;
		return 0;
	case KEY_GDB:
		run->gdb = true;
		return 0;
	case ARGP_KEY_INIT:
		state->child_inputs[0] = state->input;
		return 0;
	default:
		return parse_selection(key, arg, state, run);
	}
}

const struct argp run_options_argp = {
	.options = options, .parser = parse_option, .children = children};

const struct argp run_argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "FILE|FOLDER...",
	.doc = "Run scenarios; a folder means all *.scn in it.",
	.children = children,
};

int run_options_parse(int argc, char **argv, struct run_options *ret_options, struct err *err)
{
	struct run_options run = {0};
	int r = arg_parse(&run_argp, 0, argc, argv, &run, err);

	if (r < 0) {
		run_options_release(&run);
		return r;
	}
	*ret_options = run;
	return 0;
}

void run_options_release(struct run_options *run)
{
	free(run->files.items);
	free(run->filters.items);
	free(run->tags.items);
	free(run->variants.items);
	free(run->reports);
	memset(run, 0, sizeof(*run));
}
