/*
 * ipcfault replay: run what a sweep has written, and say which of its programs
 * are not what they were then.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/run.h"
#include "scenario/file_text.h"
#include "scenario/scenario_file.h"
#include "sweep/programs.h"

static const struct argp_child children[] = {{&run_options_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};

/* NOLINTNEXTLINE(readability-non-const-parameter): argp_parser_t has it so */
static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = state->input;
	return 0;
}

const struct argp replay_argp = {
	.parser = parse_option,
	.args_doc = "FILE...",
	.doc = "Run scenarios that `ipcfault sweep --out` or `explore --out` has written, and say "
	       "when a program has changed since.\vExit status: as that of `ipcfault run`: 1 what "
	       "was found shows again; 0 it does not any more; 3 the fault did not strike, or the "
	       "schedule is of another program.\n",
	.children = children,
};

static void say_change(const struct cli_env *env, const char *file, const struct program *program)
{
	cleanup_free char *text =
		mem_printf("%s: %s %s", file, program->path,
			   program->state == PROGRAM_GONE
				   ? "cannot be read: nobody knows whether it has changed"
				   : "has changed since the scenario was written");

	command_error(env, text ? text : "out of memory", 0);
}

/* A schedule that explore has written holds a digest of each program, which the run compares. */
static bool tells_code(const char *text)
{
	return strncmp(text, "schedule:", 9) == 0 || strstr(text, "\nschedule:");
}

/* What cannot be read is told when it is run. */
static void compare(const struct cli_env *env, const char *file)
{
	struct programs programs = {NULL, 0};
	cleanup_free char *text = NULL, *none = NULL;
	size_t len;

	if (file_text_read(file, SCENARIO_FILE_MAX, &text, &len) ||
	    programs_of_text(text, &programs))
		return;
	for (size_t i = 0; i < programs.count; i++)
		if (programs.items[i].state != PROGRAM_SAME)
			say_change(env, file, &programs.items[i]);
	if (!programs.count && !tells_code(text)) {
		none = mem_printf("%s: it does not say which programs it was written for", file);
		command_error(env, none ? none : "out of memory", 0);
	}
	programs_release(&programs);
}

int replay_command(const struct cli_env *env, int argc, char **argv)
{
	struct run_options options = {.jobs = 0};
	struct err err = ERR_INIT;
	int code;

	if (arg_parse(&replay_argp, 0, argc, argv, &options, &err) < 0) {
		run_options_release(&options);
		return usage_error(env, err.text);
	}
	for (size_t i = 0; i < options.files.count; i++)
		compare(env, options.files.items[i]);
	code = run_with(env, &options);
	run_options_release(&options);
	return code;
}
