/*
 * shrink.h - the few switches that matter of a schedule that shows a bug.
 */
#ifndef EXPLORE_SHRINK_H
#define EXPLORE_SHRINK_H

#include <stdbool.h>
#include <stddef.h>

#include "schedule/control.h"

/* Does the run with these switches show it?  1, 0, or a negative errno, which ends it. */
typedef int shrink_test_fn(void *ctx, const struct control_switch *switches, size_t count);

/*
 * Make *@count of @switches fewer, as long as @test says that the rest shows
 * it (ddmin: Zeller, Hildebrandt, TSE 2002; then stretches of a flow that can
 * be joined are), with at most @tests of them.  What is left shows it.  0 or an
 * error of @test.
 */
int shrink(struct control_switch *switches, size_t *count, unsigned tests, shrink_test_fn *test,
	   void *ctx);

#endif
