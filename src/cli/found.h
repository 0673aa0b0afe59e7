/*
 * found.h - what an exploration has found, as scenario files: `--out`.
 */
#ifndef CLI_FOUND_H
#define CLI_FOUND_H

#include <stddef.h>

#include "run/pool.h"

struct err;

/*
 * Write the schedule that @result has found in @c, with the programs of its
 * role and all that it demands, into the folder @dir, as the @number-th of the
 * whole exploration.  *@ret_path is on the heap.  -EILSEQ: what it runs cannot
 * be written.
 */
int found_write(const struct run_case *c, const struct case_result *result, const char *dir,
		size_t number, char **ret_path, struct err *err);

#endif
