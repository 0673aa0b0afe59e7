/*
 * merge.h - the bugs of several sweeps as those of one.
 */
#ifndef SWEEP_MERGE_H
#define SWEEP_MERGE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/result.h"

/* The same finding of the same sweep at the same place after the same kind of fault. */
bool bug_is_same(const struct case_result *a, const struct case_result *b);

/*
 * One entry for each bug of @results, which come from several reports:
 * @report says from which each is, as one report names no bug twice.  The
 * contents of what is the same as an earlier one are released; *@count is how
 * many are left.  0 or -ENOMEM.
 */
int bugs_merge(struct case_result *results, const size_t *report, size_t *count);

/* The worst first, as in the report of one sweep. */
void bugs_order(struct case_result *results, size_t count);

#endif
