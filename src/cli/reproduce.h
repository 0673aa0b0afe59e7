/*
 * reproduce.h - the shell line that runs one case again.
 */
#ifndef CLI_REPRODUCE_H
#define CLI_REPRODUCE_H

#include "run/pool.h"

struct run_options;

/* On the heap; NULL when memory is short. */
char *reproduce_line(const struct run_case *c, const struct run_options *options,
		     const char *schedule);

/* @word as one word of sh (of bash where it holds control characters); the same. */
char *shell_quoted(const char *word);

#endif
