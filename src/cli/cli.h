/*
 * cli.h - the command line: from arguments to an exit code.
 *
 * What the commands need from below comes in by struct cli_env, so that tests
 * play the whole way of a command with recorded results.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include "run/pool.h"
#include "run/trace.h"

struct cli_env {
	FILE *out, *err;
	bool out_is_terminal, err_is_terminal;
	unsigned width; /* columns of the terminal; 0 = unknown */
	const char *(*getenv)(const char *name);
	int (*pool_run)(const struct run_case *cases, size_t count, const struct pool_options *opts,
			const struct pool_events *events, struct err *err);
	void (*pool_stop)(void); /* async-signal-safe */
	int (*trace_run)(const struct trace_options *options, int *ret_status, struct err *err);
};

/* Exit codes; a signal that ended the run gives 128 + its number. */
enum exit_code {
	EXIT_PASSED = 0,       /* all passed or skipped */
	EXIT_FINDING = 1,      /* a program failed */
	EXIT_USAGE = 2,	       /* a bad scenario, or bad usage */
	EXIT_INCONCLUSIVE = 3, /* or the harness could not do its work */
	EXIT_ALL_SKIPPED = 77,
};

/* Runs one command line; argv[0] is the program's name.  Returns the exit code. */
int cli_main(const struct cli_env *env, int argc, char **argv);

#endif
