/*
 * lines.h - data that have nothing to do with each other, on one cache line.
 *
 * For each line of shared memory: which flows access which bytes of it.  An
 * access that is ordered behind all that others have done on the line takes it
 * from nobody who would want it back, so it does not count: initialisation,
 * results that are gathered, what a lock protects.
 */
#ifndef SCHEDULE_LINES_H
#define SCHEDULE_LINES_H

#include <stdbool.h>

#include "schedule/control.h"

/* With the turn: flow @event->flow does that. */
void lines_note(struct control *c, const struct control_event *event, bool is_write);

/*
 * The bytes of two of its flows are apart, one of them writes, and each has
 * accessed it often.  0: no; else how often it changes its owner at most.
 */
uint32_t lines_false_sharing(const struct control_line *line);

#endif
