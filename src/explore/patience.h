/*
 * patience.h - when a run that comes to no point any more is stuck.
 *
 * By the clock alone a loaded machine would make it so: who waits for a
 * processor is given one in the end.  It is stuck when those who could go on
 * sleep, or have used the processor and still come to no point.
 */
#ifndef EXPLORE_PATIENCE_H
#define EXPLORE_PATIENCE_H

#include <stdbool.h>

#include "schedule/control.h"

struct patience {
	int proc_fd;	   /* of the pids in the control segment */
	uint64_t limit_ns; /* of the clock, and then of the processor or of sleep */

	uint64_t step, since_ns;
	bool looked;
	uint64_t ticks_first, ticks_last, quiet_since_ns;
};

/* At @now_ns, CLOCK_MONOTONIC; to be asked every few milliseconds. */
bool patience_is_over(struct patience *p, const struct control *c, uint64_t now_ns);

/* It is, as they use the processor: they do not sleep. */
bool patience_is_busy(const struct patience *p);

/* Begin again. */
void patience_renew(struct patience *p, uint64_t step, uint64_t now_ns);

#endif
