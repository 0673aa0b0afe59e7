/*
 * coverage.h - the table of mechanisms and faults that scenarios show.
 */
#ifndef CLI_COVERAGE_H
#define CLI_COVERAGE_H

#include "cli/cli.h"
#include "cli/options.h"

/*
 * Count in these scenario files and folders, and print the Markdown tables of
 * README.md, or JSON.  Returns the exit code.
 */
int coverage_print(const struct cli_env *env, const struct words *files, bool json);

#endif
