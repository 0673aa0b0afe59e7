/*
 * totals.h - a sweep in numbers.
 */
#ifndef SWEEP_TOTALS_H
#define SWEEP_TOTALS_H

#include "model/sweep_totals.h"
#include "sweep/sweep.h"

/*
 * What @sweep came to so far, besides what is in @before: into @totals, whose
 * shares stay as they are.  Cheap.
 */
void sweep_totals_count(const struct sweep *sweep, const struct sweep_totals *before,
			struct sweep_totals *totals);

/* The shares of mechanisms and source files of @sweep into @totals; 0 or -ENOMEM. */
int sweep_totals_share(const struct sweep *sweep, struct sweep_totals *totals);

#endif
