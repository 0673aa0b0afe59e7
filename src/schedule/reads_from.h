/*
 * reads_from.h - which store each load has read from, over all runs of a
 * session, and runs that aim at a pair that was seldom seen.
 *
 * A site is an instruction of a flow; a pair is a store's site (or none: what
 * was there before) and a load's.  Greybox fuzzing of schedules: Wolff et al.,
 * ASPLOS 2024.  All is in the control segment; what is full forgets.
 */
#ifndef SCHEDULE_READS_FROM_H
#define SCHEDULE_READS_FROM_H

#include <stdbool.h>

#include "schedule/control.h"

struct candidates;

/* The run that begins has an aim: the pair seen and tried least. */
void reads_from_begin(struct control *c);

/* With the turn: flow @event->flow does that. */
void reads_from_note(struct control *c, const struct control_event *event, bool reads, bool writes);

/*
 * Who of @from does not stand in the aim's way.  The only one, when it is the
 * moment of the aim's load; all, when nobody else could go on: the aim is given up.
 */
void reads_from_hold(struct control *c, const struct candidates *from, struct candidates *ret);

#endif
