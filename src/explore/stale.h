/*
 * stale.h - a process that loops for ever over what it has read once.
 *
 * Without volatile or atomic a compiler may read a shared word once and keep
 * the value in a register: the process then uses the processor and comes to no
 * point any more.  It is let go, outside of the schedule, the others run to
 * their end, and what it has read is looked up again.
 */
#ifndef EXPLORE_STALE_H
#define EXPLORE_STALE_H

#include <stdbool.h>

#include "schedule/control.h"

struct stale_read {
	struct control_event read;    /* its flow is the one that is stuck; flow 0 = none is */
	struct control_event written; /* by another since; flow 0 = not known */
	uint64_t now;		      /* what is there in the end; the read has the value it got */
};

/*
 * The last read of @flow, which is alive and at no point, whose word has
 * another value now.  @proc_fd: /proc of the pids in the control segment.
 */
bool stale_find(const struct control *c, uint32_t flow, int proc_fd, struct stale_read *ret);

#endif
