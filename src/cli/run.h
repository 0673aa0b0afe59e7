/*
 * run.h - from files, or one scenario, to reports: what `run` does, and `explore` with it.
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
};

/* Returns the exit code. */
int run_with(const struct cli_env *env, const struct run_request *request);

#endif
