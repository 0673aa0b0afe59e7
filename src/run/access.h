/*
 * access.h - `access: CHANNEL`: an instruction is about to look at, or store
 * into, memory that shows that object.
 *
 * The pages are taken away from the program (mprotect), so that the processor
 * tells each access; then they are given back for that one instruction.  While
 * a call runs that has an address among them they are there as well, so that no
 * call fails of it.  Exact for a process with one thread; one with more is
 * refused, since the others would pass unseen meanwhile.
 */
#ifndef RUN_ACCESS_H
#define RUN_ACCESS_H

#include "run/execution.h"

/* At the entry and the exit of each call, after the moments were counted. */
void access_call_entry(struct execution *x, struct tracee *t);
void access_call_exit(struct execution *x, struct tracee *t, int64_t result);

/* engine_ops.memory_fault and .memory_done */
bool access_fault(struct execution *x, struct tracee *t, uint64_t addr);
void access_done(struct execution *x, struct tracee *t);

/* A child has its parent's memory; after exec and at its end a process has none. */
int access_inherit(struct execution *x, struct process *child);
void access_forget(struct execution *x, const struct process *p);
void access_release(struct execution *x);

#endif
