/*
 * image.h - what is known of the program that a process runs: its code, and
 * the breakpoints in it that belong to triggers.  Lives in process->image,
 * dropped at exec.
 */
#ifndef RUN_IMAGE_H
#define RUN_IMAGE_H

#include "elf/process_map.h"
#include "run/execution.h"

/* Where a trigger waits: an entry, or the return of a call under way. */
struct place {
	uint64_t addr;
	size_t fault;
	bool is_return;
	pid_t tid; /* is_return: whose */
};

/* The entry of a function that takes a lock; index of a table in locks.c. */
struct lock_entry {
	uint64_t addr;
	size_t function;
};

/* A thread inside such a function. */
struct lock_call {
	pid_t tid;
	uint64_t back, sp; /* where it returns to, and the stack pointer there */
	uint64_t lock;	   /* its address */
	size_t function;
};

struct run_image {
	struct process_map map;
	bool map_read;
	struct place *places;
	size_t place_count;
	uint64_t *unsafe; /* entries of functions that are not async-signal-safe */
	size_t unsafe_count;
	unsigned handlers; /* threads inside a handler, with the breakpoints set */
	struct lock_entry *locks;
	size_t lock_count;
	uint64_t *lock_returns; /* with a breakpoint */
	size_t lock_return_count;
	struct lock_call *lock_calls; /* under way */
	size_t lock_call_count;
};

/* NULL when memory is short. */
struct run_image *image_of(struct process *p);
/* What @p has mapped; NULL when it cannot be read. */
struct process_map *image_map(struct execution *x, struct process *p);
/* Code was mapped: image_map() looks again. */
void image_changed(struct process *p);
/* After a fork: the child has the breakpoints, so it gets what belongs to them. */
int image_inherit(struct process *child);

#endif
