/*
 * command.h - what one command implements; inside cli/ only.
 *
 * A command is one file and one row of the table in cli.c.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <argp.h>

#include "cli/cli.h"

struct err;

/* argv[0] is the command's name; returns the exit code. */
typedef int command_fn(const struct cli_env *env, int argc, char **argv);

struct command {
	const char *name;
	const char *summary;
	command_fn *run;
	const struct argp *argp;
};

command_fn run_command, check_command, list_command, doctor_command, trace_command, new_command,
	schema_command, cc_command, sweep_command, replay_command, merge_command,
	explore_command;
extern const struct argp run_argp, check_argp, list_argp, doctor_argp, trace_argp, new_argp,
	schema_argp, cc_argp, sweep_argp, replay_argp, merge_argp, output_argp, explore_argp;
/* The options of `run`, for those commands that have them, too. */
extern const struct argp run_options_argp;

/*
 * argp_parse() that neither prints nor exits: 0, or -EINVAL with a message
 * that names the word and the nearest right one.  A parser refuses a value by
 * arg_refuse().
 */
struct arg_input {
	void *options; /* what the parser fills */
	struct err *err;
	int stopped_at; /* index behind the word that getopt did not like */
};
int arg_parse(const struct argp *argp, unsigned flags, int argc, char **argv, void *options,
	      struct err *err);
error_t arg_refuse(struct argp_state *state, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The fill-in of @state. */
void *arg_options(const struct argp_state *state);

/* Prints "ipcfault: TEXT" to the environment's stderr, safe for a terminal; returns @code. */
int command_error(const struct cli_env *env, const char *text, int code);

/* The same with a hint at --help; returns EXIT_USAGE. */
int usage_error(const struct cli_env *env, const char *text);

#endif
