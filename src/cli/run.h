/*
 * run.h - what `ipcfault run` does, for other commands, too.
 */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "cli/cli.h"
#include "cli/options.h"
#include "model/scenario.h"
#include "run/explored.h"

struct run_request {
	const struct run_options *options;
	const struct explore_options *explore; /* NULL: each case is run once */
	struct scenario *scenario;	       /* instead of the files; NULL */
	/* Told of each result, before the reports are; may be NULL. */
	void (*done)(void *ctx, const struct run_case *c, struct case_result *result);
	void *ctx;
};

/* Run the scenarios that @request names; the exit code. */
int run_request(const struct cli_env *env, const struct run_request *request);

/* Those of the files of @options, once. */
int run_with(const struct cli_env *env, const struct run_options *options);

/* How many cases run at a time when nobody says. */
unsigned run_processors(void);

#endif
