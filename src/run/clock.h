/*
 * clock.h - time as the machine gave it to the run.
 *
 * On a busy machine the programs, and the worker that lets them go on, wait for
 * a processor.  A limit of the scenario is about what the programs do with
 * their time: what they waited for a processor is not counted against it.
 */
#ifndef RUN_CLOCK_H
#define RUN_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct execution;

/*
 * At a tick, and when a process ends, @elapsed_ns since the start: once half of the
 * smallest limit is over, add up what was waited, x->seen->starved_ns.  Each
 * thread's waiting is added, also that of two at the same time, so that what
 * is left is never more than what the run had.
 */
void clock_look(struct execution *x, uint64_t elapsed_ns);

/* The same, now and in any case: what has been waited so far. */
uint64_t clock_starved_ns(struct execution *x);

/*
 * Whether @limit_ns of the run's own time are over; in real time at the latest
 * after ten times as much.
 */
bool clock_is_over(const struct execution *x, uint64_t elapsed_ns, uint64_t limit_ns);

#endif
