/*
 * flow.h - inside the runtime: the flows of a scheduled run, and their turns.
 *
 * Without a control segment, and in flows that are not part of the run,
 * rt_is_scheduled() is false and the program does what it did.
 */
#ifndef RT_FLOW_H
#define RT_FLOW_H

#include "rt/rt.h"
#include "schedule/control.h"

/* NULL: the run is not scheduled. */
extern struct control *rt_control;

/* This thread's number; 0: it is none of the run's. */
extern __thread uint32_t rt_flow __attribute__((tls_model("initial-exec"), visibility("hidden")));

static inline bool rt_is_scheduled(void)
{
	return rt_control && rt_flow;
}

static inline struct control_flow *rt_self(void)
{
	return &rt_control->flows[rt_flow];
}

/* There has never been another: what it does is in front of all that others will do. */
static inline bool rt_is_alone(void)
{
	const struct control_flow *self = rt_self();

	return rt_control->flows_used == 1 && !self->is_outside && !self->is_gone;
}

/*
 * This flow is about to access @address, or to make a call of that kind; comes
 * back with the turn.  @place: a return address of the program.
 */
void rt_point(enum point_kind kind, uint64_t address, uint64_t size, uint64_t place);

/* The same for one that has just done so: it is the last of its turn. */
void rt_point_behind(enum point_kind kind, uint64_t address, uint64_t size, uint64_t place);

/* The same for an access, all the way: as rt_access(). */
void rt_scheduled_access(uint64_t address, uint64_t size, enum segment_access_kind kind,
			 unsigned flags, uint64_t place);
/* Behind a trial, or an atomic operation: has it changed what was there? */
void rt_modified(uint64_t address, uint64_t old, bool has_changed, uint64_t place);

/* The atomic operation of the last point was done: what it orders. */
void rt_did_atomic(bool reads, bool writes, int order);
/* The atomic operation that comes now; the turn is had. */
void rt_point_atomic(uint64_t address, uint64_t size, bool reads, bool writes, int order,
		     uint64_t place);
void rt_point_modify(uint64_t address, uint64_t size, uint64_t place); /* read and write in one */
void rt_point_store(uint64_t address, uint64_t size, int order, uint64_t place);
void rt_point_fence(int order, uint64_t place);

/* With the turn: the read that comes now will see what is there; may wait as part of a loop. */
void rt_saw(uint64_t address, uint64_t value, uint64_t place);
/* With the turn: something is (about to be) written. */
void rt_wrote(void);

/*
 * Give the turn away until somebody wakes @key, or virtual time has come to
 * @until_ns (RT_FOREVER): false then.  rt_block() is for who tries again: it
 * also comes back when a process has ended, and for a signal.  Both come back
 * when the thread is to be cancelled.
 */
#define RT_FOREVER UINT64_MAX
bool rt_block(uint64_t key, uint64_t until_ns);
bool rt_await(uint64_t key, uint64_t until_ns);
bool rt_sleep_until(uint64_t until_ns); /* false: a handler has run */
void rt_wake(uint64_t key);
bool rt_wake_one(uint64_t key);

/* Behind a lock, a semaphore, a message: what others did before its release was before this. */
void rt_acquired(uint64_t key);
void rt_releases(uint64_t key);

/* Names what is at @address for all processes that share it. */
uint64_t rt_key(const volatile void *address);

/* The program is about to wait in a call that is not known to us, and is back. */
void rt_outside(void);
void rt_inside(void);

/*
 * Has a handler run in this thread since the last rt_point()?  HANDLED_RESTARTS:
 * only such as have SA_RESTART.
 */
enum rt_handled { HANDLED_NONE, HANDLED_RESTARTS, HANDLED_INTERRUPTS };
extern __thread enum rt_handled rt_has_handled
	__attribute__((tls_model("initial-exec"), visibility("hidden")));

static inline enum rt_handled rt_handled(void)
{
	return rt_has_handled;
}

static inline void rt_forget_handled(void)
{
	rt_has_handled = HANDLED_NONE;
}

/* A new flow, made by this one; the new one calls rt_begin() first.  0: too many, the run ends. */
uint32_t rt_add_flow(bool is_thread);
void rt_begin(uint32_t flow);
/*
 * This flow ends now, and with the last one its process; it must do nothing
 * more that others can see.
 */
void rt_end_flow(void);
/* The process is about to end, of itself or of a signal: who waits for its end is told. */
void rt_leave(bool is_struck);

/* NULL: it is none of ours. */
struct control *rt_map_control(int fd);
struct segment *rt_map_segment(int fd);

/* Map the control segment with descriptor @fd; a server comes back as a process of a run only. */
void rt_control_attach(int fd, uint32_t role);

#endif
