/*
 * turn.h - what the files of the runtime share about the turn.
 */
#ifndef RT_TURN_H
#define RT_TURN_H

#include "rt/flow.h"
#include "schedule/schedule.h"

void rt_futex_wake(uint32_t *word, int count);
void rt_futex_wait(uint32_t *word, uint32_t while_it_is);
void rt_tell_explorer(void);

/* Decide who goes on: true, this flow; false: the turn is another's now. */
bool rt_pass_turn(void);
/* …and wait until it is this flow's again. */
void rt_choose(void);
void rt_give_turn(uint32_t flow);
void rt_await_turn(void);
/* The run is over: all leave. */
void rt_stop_run(void);

/* Store buffers: buffer.c.  False: the store is seen by all at once. */
bool rt_buffer_store(uint64_t address, uint64_t size, bool is_release);
void rt_buffer_step(void); /* a store may become visible */
void rt_buffer_drain(void);
void rt_buffer_fence(bool all); /* else only: what comes is behind what was */
void rt_buffer_out(void);	/* the turn goes… */
void rt_buffer_in(void);	/* …and is back */

#endif
