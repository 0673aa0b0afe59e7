/*
 * order.h - which accesses are ordered by what the program does (happens-before),
 * and which pairs are not: data races, also those that did no harm in this run.
 *
 * Vector clocks as of DJIT+ (Pozniansky, Schuster, 2003), with the C11 rules
 * for atomics and fences.  All is in the control segment; a table that is full
 * forgets, it makes nothing up.
 */
#ifndef SCHEDULE_ORDER_H
#define SCHEDULE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "schedule/control.h"

/* As __ATOMIC_... and the compilers' own. */
enum memory_order_number {
	ORDER_RELAXED,
	ORDER_CONSUME,
	ORDER_ACQUIRE,
	ORDER_RELEASE,
	ORDER_ACQ_REL,
	ORDER_SEQ_CST,
};

/* The first clocks of flow @me, made by @parent (0 = the explorer). */
void order_begin(struct control *c, uint32_t me, uint32_t parent);
/* @me goes on behind the end of @ended. */
void order_join(struct control *c, uint32_t me, uint32_t ended);

/* A lock, a semaphore, a message: what came before its release is before its acquisition. */
void order_acquire(struct control *c, uint32_t me, uint64_t key);
void order_release(struct control *c, uint32_t me, uint64_t key);

/* What process @process has there is another's from now on, who has done nothing with it. */
void order_forget(struct control *c, uint32_t process, uint64_t address, uint64_t size);

/* An atomic operation on the word @key was done. */
void order_atomic(struct control *c, uint32_t me, uint64_t key, bool reads, bool writes,
		  uint32_t order);
void order_fence(struct control *c, uint32_t me, uint32_t order);

/*
 * Flow @event->flow is about to do that: an entry in c->races for each earlier
 * access that is not ordered before it, one for each pair of places.
 */
enum access_kind { ACCESS_PLAIN, ACCESS_VOLATILE, ACCESS_ATOMIC };
void order_access(struct control *c, const struct control_event *event, bool is_write,
		  enum access_kind kind);

/* It is to be taken as an atomic of the strongest order: one of c->fields. */
bool order_is_strong(struct control *c, const struct control_event *event, enum access_kind kind);

#endif
