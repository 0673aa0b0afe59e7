/*
 * frozen.h - from its third run on, a case that is repeated starts from a copy of its program.
 *
 * Only where nobody can tell the difference: one process that is given nothing
 * but standard input and outputs of ours, and faults that come after its first
 * instruction.  A worker has one frozen program at a time, that of the case
 * that it is at.
 */
#ifndef RUN_FROZEN_H
#define RUN_FROZEN_H

#include "run/execution.h"

/* The worker's next case: what belongs to another one is dropped. */
void frozen_begin(struct worker *w, const struct run_case *c);

/*
 * Start @s from what is frozen: 1, or 0 where nothing is.  What is due to be
 * frozen is by frozen_take(), with the launch of @s.
 */
int frozen_start(struct execution *x, struct subject *s, struct err *err);
bool frozen_is_due(const struct execution *x);
/* What cannot be frozen is remembered, and no error. */
int frozen_take(struct execution *x, const struct launch *launch, struct err *err);

/* After a run; @all_ended: it has left no process. */
int frozen_clean(struct worker *w, bool all_ended, struct err *err);

void frozen_drop(struct worker *w);

#endif
