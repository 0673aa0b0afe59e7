/*
 * spin.h - busy without progress: the same calls again and again, one of them
 * failing.
 */
#ifndef RUN_SPIN_H
#define RUN_SPIN_H

#include "run/execution.h"

/* It is on a processor, or on its way in or out of a stop: not asleep. */
bool spin_is_busy(const struct execution *x, const struct tracee *t);

/* At a tick: true when a spin has been proven and the finding added. */
bool spin_check(struct execution *x, uint64_t now);

/* A call of the thread that is looked at; see engine_ops.sampled. */
void spin_sampled(struct execution *x, struct tracee *t, const struct call_view *call,
		  int64_t result);
void spin_release(struct execution *x);

#endif
