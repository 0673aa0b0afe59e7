/*
 * written.h - the faults that the swept file names itself: the first attempt.
 *
 * What `ipcfault run` finds in a file, a sweep of it finds, too; and a program
 * that cannot do without those faults (they are what wakes it) is at least
 * tried with them.
 */
#ifndef SWEEP_WRITTEN_H
#define SWEEP_WRITTEN_H

#include "sweep/plan.h"
#include "sweep/share.h"

/*
 * Put the attempt that is @written, which outlives the plan, first in @plan,
 * and a site for it last in @record; it belongs to the first of all parts.
 * 0 or -ENOMEM.
 */
int written_plan(const struct scenario *written, const struct sweep_part *part,
		 struct record *record, struct plan *plan);

#endif
