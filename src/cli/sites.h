/*
 * sites.h - `ipcfault trace --sites`: where a sweep would strike.
 */
#ifndef CLI_SITES_H
#define CLI_SITES_H

#include "cli/cli.h"
#include "model/result.h"

/*
 * Run the command @options->argv as a sweep runs it, and print the sites that
 * it records to @options->out.  *@ret_status as by trace_run().
 */
int sites_run(const struct cli_env *env, const struct trace_options *options, int *ret_status,
	      struct err *err);

/* The table: 0 or -ENOMEM. */
int sites_print(FILE *out, const struct record *record);

#endif
