/*
 * waitgraph.h - which of the sleeping threads can never go on.
 *
 * A pure function.  A blocked thread goes on as soon as any one of its wakers
 * acts (OR).  The deadlocked ones are the greatest set of blocked threads all
 * of whose wakers are in the set too: assume that all that sleep without a
 * limit are dead, take out each that something alive could wake, until nothing
 * changes.  A thread that has no waker at all is in the set by itself.
 */
#ifndef ORACLE_WAITGRAPH_H
#define ORACLE_WAITGRAPH_H

#include <stdbool.h>
#include <stddef.h>

struct err;

enum wait_state {
	WAIT_RUNNABLE, /* goes on by itself: runs, or will be woken by what is under way */
	WAIT_TIMED,    /* sleeps, with a limit */
	WAIT_EXTERNAL, /* waits for something that the graph does not know */
	WAIT_BLOCKED,  /* sleeps until one of its wakers acts */
};

struct wait_node {
	enum wait_state state;
	bool any;	/* every other node is a waker too */
	bool newcomer;	/* so is who comes later, and finds the object by its name */
	size_t *wakers; /* of WAIT_BLOCKED: indices of nodes; its own is of no effect */
	size_t waker_count;
};

struct deadlock {
	bool *dead; /* for each node */
	size_t dead_count;
	/*
	 * The one node that nobody can wake; or a shortest circle of dead nodes,
	 * each waiting for the next and the last for the first; or, when no wait is
	 * for somebody in particular, one that waits for anybody.  Empty when there
	 * is no deadlock.
	 */
	size_t *cycle;
	size_t cycle_count;
};

/* Fails with -ENOMEM only, or -EINVAL for a waker that is no node. */
int waitgraph_solve(const struct wait_node *nodes, size_t count, struct deadlock *ret_deadlock,
		    struct err *err);
void waitgraph_release(struct deadlock *deadlock);

/*
 * Whether all could go on again if somebody came who is not there yet: servers
 * that wait for the next client, and those who wait for these.  -ENOMEM.
 */
int waitgraph_needs_newcomers(const struct wait_node *nodes, size_t count, bool *ret_needs);

/* Whether @node has no other node as waker. */
bool wait_node_is_alone(const struct wait_node *nodes, size_t count, size_t node);

#endif
