/*
 * frozen.h - what launches the same again and again starts from a copy of its program.
 *
 * From the third run on, and only where nobody can tell the difference: one
 * process that is given nothing but standard input and outputs of ours, and
 * faults that come after its first instruction.  Repetitions of a case, its
 * variants and the attempts of a sweep share the program, or one for each
 * filter that they need: with one for all of them a run would stop at calls
 * that only others ask for.
 *
 * The frozen programs have pids out of the way of the runs, where the kernel
 * lets them be chosen: a copy has the pid of one that is executed.
 */
#ifndef RUN_FROZEN_H
#define RUN_FROZEN_H

#include "run/execution.h"

/* The worker's next case, and its first process: what cannot serve it is dropped. */
void frozen_begin(struct worker *w, const struct run_case *c, const struct process_spec *spec);

/* Start @s from what is frozen: 1, or 0 where nothing is. */
int frozen_start(struct execution *x, struct subject *s, struct err *err);

/*
 * The same when it is time to freeze it, with the launch of @s.  What cannot
 * be frozen is remembered, and no error.
 */
int frozen_launch(struct execution *x, struct subject *s, const struct launch *launch,
		  struct err *err);

/* After a run; @all_ended: it has left no process. */
int frozen_clean(struct worker *w, bool all_ended, struct err *err);

void frozen_drop(struct worker *w);

#endif
