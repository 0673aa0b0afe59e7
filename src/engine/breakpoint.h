/*
 * breakpoint.h - stop where a function begins, or at any instruction.
 *
 * Software breakpoints, in all threads of a process.  A thread goes on over
 * one by executing the replaced instruction out of line where that is
 * possible, and in place with the other threads kept still where it is not,
 * so no thread can pass unseen.
 */
#ifndef ENGINE_BREAKPOINT_H
#define ENGINE_BREAKPOINT_H

#include "engine/engine.h"

struct breakpoint {
	uint64_t addr;
	unsigned users; /* breakpoint_set() calls not yet taken back */
	bool inserted;
	bool loader_entry; /* the engine's own, at AT_ENTRY */
	unsigned char saved[BREAKPOINT_MAX];
	void *user; /* of the one who set it first */
	UT_hash_handle hh;
};

/* Set one in the process of the stopped thread @t; counts, when one is there already. */
int breakpoint_set(struct engine *e, struct tracee *t, uint64_t addr, void *user,
		   struct breakpoint **ret_bp, struct err *err);
/* Take back one breakpoint_set(); @t: any stopped thread of the process. */
int breakpoint_clear(struct engine *e, struct tracee *t, uint64_t addr);
struct breakpoint *breakpoint_find(const struct process *p, uint64_t addr);

/* After a fork: the child has the bytes, so it gets the table too. */
int breakpoints_inherit(struct process *child, const struct process *parent);
void breakpoints_forget(struct process *p);

#endif
