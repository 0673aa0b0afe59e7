/*
 * remote.h - make a traced thread execute system calls of ours, unnoticed.
 *
 * Between remote_begin() and remote_end() the thread is ours; afterwards its
 * registers are as before, and a call that it was in is made again or goes on
 * as if nothing had been (doc/KERNEL-NOTES.md section 5.2, way M1).  Not harmless for a
 * transfer that had moved bytes: it ends short, which Linux allows.
 */
#ifndef ENGINE_REMOTE_H
#define ENGINE_REMOTE_H

#include "engine/engine.h"

struct remote {
	struct tracee *t;
	struct arch_regs saved;
	uint64_t after_insn; /* address after a syscall instruction of the process */
	uint64_t lent_at;    /* where an instruction was put for the time; 0 = nowhere */
	unsigned char lent[BREAKPOINT_MAX]; /* …and what was there */
	uint64_t mask;			    /* of signals, which are held back meanwhile */
	bool was_stopped; /* by a SIGSTOP, which cannot be held back: it is sent again */
	bool in_entry;	  /* began in the stop before a call, which is still to be made */
	bool used;
};

/*
 * Bring a running thread into a stop of ours; events that come first are
 * handled.  -ESRCH: it ended; -ETIMEDOUT: it does not stop (vfork).
 */
int tracee_interrupt(struct engine *e, struct tracee *t);

/* Let a thread go on that was only interrupted: the call that it was in sees nothing of it. */
int tracee_continue(struct engine *e, struct tracee *t);

/*
 * After tracee_interrupt(): does @t stand in call @nr, which the kernel has
 * broken off and would make again?
 */
bool tracee_is_interrupted(struct tracee *t, long nr);
/* That call ends with @result instead, and @t goes on. */
int tracee_end_call(struct engine *e, struct tracee *t, int64_t result);

/* @t: stopped in any stop.  -ENOSYS: no syscall instruction is known yet. */
int remote_begin(struct engine *e, struct tracee *t, struct remote *ret_remote);

/* *@ret_result: what the kernel returned, a negative errno on failure of the call. */
int remote_call(struct engine *e, struct remote *r, long nr, const uint64_t args[6],
		int64_t *ret_result);

/* Memory for arguments: below the stack, nothing of the program's; @size up to 2048. */
uint64_t remote_scratch(const struct remote *r);

/* Put everything back; the thread stays stopped, for tracee_resume(). */
int remote_end(struct engine *e, struct remote *r);

#endif
