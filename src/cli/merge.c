/*
 * ipcfault merge: the JSON reports of several machines as one report.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/session.h"
#include "report/read.h"
#include "sweep/merge.h"

static const struct argp_child children[] = {{&output_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};

/* NOLINTNEXTLINE(readability-non-const-parameter): argp_parser_t has it so */
static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct run_options *options = arg_options(state);
	const char **slot;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = state->input;
		return 0;
	case ARGP_KEY_ARG:
		slot = mem_append(&options->files.items, &options->files.count, sizeof(*slot));
		if (!slot)
			return arg_refuse(state, "out of memory");
		*slot = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp merge_argp = {
	.parser = parse_option,
	.args_doc = "REPORT.json...",
	.doc = "Join the JSON reports of several runs or sweeps, such as the parts of --shard, "
	       "into one.\vExit status: as of one run that had done all of it.\n",
	.children = children,
};

struct merger {
	const struct cli_env *env;
	struct run_options options;
	struct case_result *cases;
	size_t *reports; /* from which each case comes */
	size_t count, report_count, room;
	struct sweep_totals sweep;
	bool has_sweep, interrupted;
	size_t shards; /* as the first report with a part says */
	bool *parts;   /* which of them were there */
};

static void say(const struct merger *merger, char *text)
{
	command_error(merger->env, text ? text : "out of memory", 0);
	free(text);
}

static int note_part(struct merger *merger, const struct read_report *report, const char *path)
{
	if (!report->shards)
		return 0;
	if (!merger->shards) {
		merger->shards = report->shards;
		merger->parts = mem_zalloc(report->shards + 1);
	}
	if (!merger->parts)
		return -ENOMEM;
	if (report->shards != merger->shards)
		say(merger, mem_printf("%s: part %zu of %zu, while others are of %zu", path,
				       report->shard, report->shards, merger->shards));
	else if (merger->parts[report->shard])
		say(merger, mem_printf("%s: part %zu of %zu is there twice", path, report->shard,
				       report->shards));
	else
		merger->parts[report->shard] = true;
	return 0;
}

/* The report's cases become the merger's. */
static int take_cases(struct merger *merger, struct read_report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		size_t reports = merger->count;
		size_t *from = mem_append(&merger->reports, &reports, sizeof(*from));
		struct case_result *slot =
			from ? mem_append(&merger->cases, &merger->count, sizeof(*slot)) : NULL;

		if (!slot)
			return -ENOMEM;
		*from = merger->report_count;
		*slot = report->cases[i];
		report->cases[i] = (struct case_result){.file = NULL};
	}
	merger->report_count++;
	return 0;
}

static int take_report(struct merger *merger, const char *path, struct err *err)
{
	struct read_report report;
	int rc = report_read(path, &report, err);

	if (rc)
		return rc;
	merger->interrupted |= report.interrupted;
	merger->has_sweep |= report.has_sweep;
	rc = note_part(merger, &report, path);
	if (!rc)
		rc = take_cases(merger, &report);
	if (!rc && report.has_sweep)
		rc = sweep_totals_add(&merger->sweep, &report.sweep);
	read_report_release(&report);
	return rc ? err_errno(err, rc, "%s", path) : 0;
}

static size_t scenarios_of(const struct merger *merger)
{
	size_t count = 0;

	for (size_t i = 0; i < merger->count; i++) {
		const struct case_result *own = &merger->cases[i];
		bool again = false;

		for (size_t k = 0; k < i && !again; k++)
			again = own->line == merger->cases[k].line && own->file &&
				merger->cases[k].file &&
				strcmp(own->file, merger->cases[k].file) == 0;
		count += !again;
	}
	return count;
}

/* What the reports took together. */
static uint64_t time_of(const struct merger *merger)
{
	uint64_t ns = merger->sweep.elapsed_ns;

	for (size_t i = 0; !merger->has_sweep && i < merger->count; i++)
		ns += merger->cases[i].duration_ns;
	return ns;
}

static size_t count_missing(const struct merger *merger)
{
	size_t missing = 0;

	for (size_t i = 1; i <= merger->shards; i++) {
		if (merger->parts[i])
			continue;
		missing++;
		say(merger, mem_printf("part %zu of %zu is missing", i, merger->shards));
	}
	return missing;
}

/* All skipped is what comes of a sweep whose findings are known. */
static int code_of(const struct merger *merger, int code)
{
	bool missing = count_missing(merger) != 0;

	if (merger->has_sweep && code == EXIT_ALL_SKIPPED)
		code = EXIT_PASSED;
	if (code != EXIT_PASSED && code != EXIT_ALL_SKIPPED)
		return code;
	if (missing || merger->interrupted || merger->sweep.failed)
		return EXIT_INCONCLUSIVE;
	return code;
}

static int tell(struct merger *merger)
{
	const struct selection all = {NULL, merger->count, scenarios_of(merger)};
	const struct selection none = {NULL, 0, 0};
	struct session *session;
	struct err err = ERR_INIT;
	int code;

	if (session_new(merger->env, &merger->options, merger->has_sweep ? &none : &all, &session,
			&err))
		return command_error(merger->env, err.text,
				     err.code == -EINVAL ? EXIT_USAGE : EXIT_INCONCLUSIVE);
	for (size_t i = 0; i < merger->count; i++)
		session_add(session, &merger->cases[i]);
	if (merger->has_sweep)
		session_sweep(session, &merger->sweep);
	session_took(session, time_of(merger));
	code = code_of(merger, session_end(session, merger->interrupted));
	session_free(session);
	return code;
}

static int merge(struct merger *merger)
{
	const struct words *files = &merger->options.files;
	struct err err = ERR_INIT;
	size_t before;
	int rc = 0;

	if (!files->count)
		return usage_error(merger->env, "nothing to merge: name JSON reports");
	for (size_t i = 0; i < files->count && !rc; i++)
		rc = take_report(merger, files->items[i], &err);
	if (rc)
		return command_error(merger->env, err.text,
				     rc == -EINVAL ? EXIT_USAGE : EXIT_INCONCLUSIVE);
	before = merger->count;
	if (merger->has_sweep && bugs_merge(merger->cases, merger->reports, &merger->count))
		return command_error(merger->env, "out of memory", EXIT_INCONCLUSIVE);
	merger->sweep.bugs -= before - merger->count;
	if (merger->has_sweep)
		bugs_order(merger->cases, merger->count);
	return tell(merger);
}

int merge_command(const struct cli_env *env, int argc, char **argv)
{
	struct merger merger = {.env = env};
	struct err err = ERR_INIT;
	int code;

	if (arg_parse(&merge_argp, 0, argc, argv, &merger.options, &err) < 0)
		code = usage_error(env, err.text);
	else
		code = merge(&merger);
	for (size_t i = 0; i < merger.count; i++)
		case_result_release(&merger.cases[i]);
	free(merger.cases);
	free(merger.reports);
	free(merger.parts);
	sweep_totals_release(&merger.sweep);
	run_options_release(&merger.options);
	return code;
}
