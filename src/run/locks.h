/*
 * locks.h - `lock: held`: a lock that another process shares has just been taken.
 *
 * Locks in memory are seen at the functions that take them: a breakpoint at
 * the entry, one where it returns to, and the lock counts when the function
 * says that it is held and its address is in a shared mapping.  Locks of the
 * kernel (System V semaphores, flock, fcntl) are seen at the exit of the call.
 */
#ifndef RUN_LOCKS_H
#define RUN_LOCKS_H

#include "run/execution.h"

/* Breakpoints in what @t's process has mapped now; again when more code is. */
int locks_arm(struct execution *x, struct tracee *t);
/* At a breakpoint; not only those of locks. */
void locks_hit(struct execution *x, struct tracee *t, uint64_t addr);
/* `steps`: one instruction more. */
void locks_stepped(struct execution *x, struct tracee *t);
/* `steps` that @p has not lived to reach. */
void locks_ended(struct execution *x, const struct process *p);

/* @t is at the entry of a call that takes a lock of the kernel. */
bool locks_is_taking(struct tracee *t);
/* That call has succeeded: count the moment of @fault. */
void locks_taken(struct execution *x, struct fault *fault, const struct moment *at);

/* The calls that locks_is_taking() has to see. */
extern const char *const lock_calls[];

void locks_release(struct execution *x);

#endif
