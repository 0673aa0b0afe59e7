/*
 * run.h - what `ipcfault run` does, for other commands, too.
 */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "cli/cli.h"
#include "cli/options.h"

/* Run the scenarios that @options name; the exit code. */
int run_with(const struct cli_env *env, const struct run_options *options);

/* How many cases run at a time when nobody says. */
unsigned run_processors(void);

#endif
