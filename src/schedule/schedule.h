/*
 * schedule.h - who goes on: the decisions of a scheduled run, as a function of
 * its seed and of nothing else.
 *
 * The runtime in the programs and the explorer both call this.  It looks at
 * the control segment only, calls nothing and cannot fail.
 */
#ifndef SCHEDULE_SCHEDULE_H
#define SCHEDULE_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "schedule/control.h"

/*
 * What a flow can wait for.  A word of shared memory is (object << 44 |
 * offset); the others have one of the two upper bits.
 */
#define SCHEDULE_KEY_PRIVATE	(UINT64_C(1) << 62)
#define SCHEDULE_KEY_FLOW(flow) (UINT64_C(2) << 62 | (uint64_t)(flow)) /* its end */
/* The end of a child of that process. */
#define SCHEDULE_KEY_CHILD(pid) (UINT64_C(3) << 62 | (uint32_t)(pid))
#define SCHEDULE_KEY_IO		(UINT64_C(3) << 62 | UINT64_C(1) << 61) /* something at a descriptor */
#define SCHEDULE_KEY_SIGNAL	(UINT64_C(3) << 62 | UINT64_C(1) << 60) /* what interrupts it */
/* A record lock of that process. */
#define SCHEDULE_KEY_RECORD(pid) (UINT64_C(3) << 62 | UINT64_C(1) << 59 | (uint32_t)(pid))

/* Make the segment ready for the run that its first part asks for, with @roles flows, all ready. */
void schedule_begin(struct control *c);

/* One more flow, ready; 0: there are too many, the run has ended. */
uint32_t schedule_add(struct control *c, uint32_t parent);

/* Flow @me is about to do what its `next` says. */
void schedule_note(struct control *c, uint32_t me);

/*
 * Who has the next turn, @me if it is to go on; 0: nobody, for now (somebody
 * is outside) or for good (c->end).  The state of @me is that in which it
 * would wait.
 */
uint32_t schedule_pick(struct control *c, uint32_t me);

/* All that wait for @key are ready; those that spin, too. */
void schedule_wake(struct control *c, uint64_t key);
/* The first of them only: false, nobody waits for it. */
bool schedule_wake_one(struct control *c, uint64_t key);

/*
 * A signal is on its way to the process @pid, thread @tid (0 = any): who waits
 * there gets the turn, and goes on waiting behind the handler.
 */
void schedule_interrupt(struct control *c, int32_t pid, int32_t tid);
/* Locks have gone with whom they belonged to: all that try do so again. */
void schedule_retry(struct control *c);

/* Something has been written that others may wait for in a loop. */
void schedule_written(struct control *c);

/* It gives way to all others. */
void schedule_yield(struct control *c, uint32_t me);

/* A number from 0 to @below - 1, of the run's own generator. */
uint64_t schedule_draw(struct control *c, uint64_t below);

#endif
