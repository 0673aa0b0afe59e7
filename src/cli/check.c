/*
 * ipcfault check: are these scenarios right?  Nothing runs.
 */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/harness_dir.h"
#include "cli/select.h"

enum check_key { KEY_COLOR = 256 };

static const struct argp_option options[] = {
	{"color", KEY_COLOR, "WHEN", 0, "auto, always or never", 0},
	{NULL, 'q', NULL, 0, "Say nothing when all is well", 0},
	{NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct run_options *check = arg_options(state);
	const char **slot;
	int when;

	switch (key) {
	case 'q':
		check->verbosity = -1;
		return 0;
	case KEY_COLOR:
		when = vocab_find(&color_vocab, arg);
		if (when < 0)
			return arg_refuse(state, "--color %s: auto, always or never", arg);
		check->color = (enum color_when)when;
		return 0;
	case ARGP_KEY_ARG:
		slot = mem_append(&check->files.items, &check->files.count, sizeof(*slot));
		if (!slot)
			return arg_refuse(state, "out of memory");
		*slot = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp check_argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "FILE|FOLDER...",
	.doc = "Say everything that is wrong in these scenarios; run nothing.",
};

static void print_totals(const struct cli_env *env, const struct file_set *set)
{
	size_t cases = 0, count = 0;

	for (size_t i = 0; i < set->count; i++) {
		struct run_options all = {0};
		struct selection selection;

		if (selection_make(set->files[i].scenarios, set->files[i].count, &all, &selection) <
		    0)
			return;
		cases += selection.count;
		count += selection.scenarios;
		selection_release(&selection);
	}
	fprintf(env->out, "%zu file%s, %zu scenario%s, %zu case%s: nothing wrong\n", set->count,
		set->count == 1 ? "" : "s", count, count == 1 ? "" : "s", cases,
		cases == 1 ? "" : "s");
}

static int check_with(const struct cli_env *env, const struct run_options *check)
{
	cleanup_free char *harness = harness_dir_find(env);
	struct err err = ERR_INIT;
	struct file_set set;
	int code = EXIT_PASSED;

	if (!check->files.count)
		return usage_error(env, "nothing to check: name scenario files or a folder");
	if (file_set_read(env, check, harness, &set, &err) < 0)
		return command_error(env, err.text, EXIT_INCONCLUSIVE);
	if (set.problems) {
		fprintf(env->err, "ipcfault: %zu problem%s\n", set.problems,
			set.problems == 1 ? "" : "s");
		code = EXIT_USAGE;
	} else if (check->verbosity >= 0) {
		print_totals(env, &set);
	}
	file_set_release(&set);
	return code;
}

int check_command(const struct cli_env *env, int argc, char **argv)
{
	struct run_options check = {0};
	struct err err = ERR_INIT;
	int code;

	if (arg_parse(&check_argp, 0, argc, argv, &check, &err) < 0)
		code = usage_error(env, err.text);
	else
		code = check_with(env, &check);
	run_options_release(&check);
	return code;
}
