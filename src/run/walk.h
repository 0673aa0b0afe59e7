/*
 * walk.h - `when: every-instruction`: a thread goes through a function, or
 * through what it does while it holds a lock, one instruction after the other.
 *
 * A walk that only looks notes what there is in front of each instruction;
 * one that strikes lets the fault fire in front of one of them.
 */
#ifndef RUN_WALK_H
#define RUN_WALK_H

#include "run/execution.h"

/* In front of an instruction. */
struct walk_point {
	uint64_t place; /* of the instruction, in its program or library */
	/*
	 * Two points with the same one are the same to all others, should the
	 * thread die there: shared memory, its list of robust locks, and how many
	 * calls it has made.  With `is_exact` its registers count as well.
	 */
	uint64_t state;
};

/* Of rounds.h. */
struct rounds {
	pid_t tid; /* who is watched; 0 = nobody */
	unsigned steps;
	struct arch_regs regs;
	uint64_t digest, vdso;
	bool proven;
};

struct walk {
	uint64_t strike; /* in front of this instruction, from 1; 0 = only look */
	bool is_exact;
	struct walk_point *points; /* of one that looks */
	size_t count;
	bool is_cut;	/* there were more than can be kept */
	uint64_t at;	/* instructions so far */
	uint64_t begun; /* times that a thread has begun to walk */
	bool has_struck;
	uint64_t place;		     /* where */
	struct frame frame;	     /* the same for people */
	struct walk_thread *threads; /* under way */
	size_t thread_count;
	struct rounds rounds;
};

/* Whether the fault is to be tried at every instruction. */
bool walk_is_wanted(const struct fault_spec *fault);
/* The moment of @fault has come to @t: it walks from here on. */
void walk_begin(struct execution *x, struct fault *fault, struct tracee *t);
/* One instruction more; not only of those that walk. */
void walk_stepped(struct execution *x, struct tracee *t);
/* @p is no more. */
void walk_ended(struct execution *x, const struct process *p);

/* Of a walk, not of an execution: what was noted stays until then. */
void walk_release(struct walk *walk);

#endif
