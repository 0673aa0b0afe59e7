/*
 * blocked.h - who waits for whom, read from the live processes.
 *
 * blocked_scan() looks at every thread of the run through /proc without
 * stopping any, builds the graph of waitgraph.h and solves it.  A verdict
 * needs two scans a little apart with blocked_same() between them: a thread
 * that was just being woken in the first is not the same in the second.  Then
 * blocked_has_outsider() asks whether a process outside the run could still
 * wake one of them.
 *
 * Truth over reach: what is not understood counts as able to resolve itself.
 * Beyond what the calls wait for, a thread is not blocked for ever
 *  - if a signal that it does not block or ignore is pending,
 *  - if its process has a timer running (has_timer, POSIX timers),
 *  - if it would run a handler for some signal and any thread of the run that
 *    is not deadlocked itself could send it.
 * The caller must not ask while a fault of the scenario is still to come that
 * could wake somebody.  Not seen: descriptors in flight over SCM_RIGHTS or
 * registered with io_uring.
 */
#ifndef ORACLE_BLOCKED_H
#define ORACLE_BLOCKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "oracle/waitgraph.h"

struct err;

/* One process of the run. */
struct blocked_process {
	pid_t pid;
	const char *name;  /* for the texts: "writer", "writer/child[2]" */
	const pid_t *tids; /* its live threads; the leader among them, unless it has ended */
	size_t tid_count;
	bool has_timer; /* alarm(2) or setitimer(2) may be running: /proc does not show them */
};

enum blocked_ends {
	BLOCKED_READ_END = 1,
	BLOCKED_WRITE_END = 2,
	BLOCKED_FILE_LOCK = 4, /* no pipe: descriptors of a file that a lock goes with */
	BLOCKED_EVENTFD = 8,   /* no pipe: an eventfd */
};

struct blocked_input {
	int proc_fd;
	const struct blocked_process *processes;
	size_t process_count;
	/* These may be NULL. */
	void *context;
	/* The scenario's name of the pipe, FIFO or queue with that inode, or NULL. */
	const char *(*channel_name)(void *context, uint64_t inode);
	/*
	 * Which ends (enum blocked_ends) of that pipe the harness itself holds open
	 * and serves: those wake a thread.  Ends that it only keeps do not count.
	 */
	unsigned (*served_ends)(void *context, uint64_t inode);
	/*
	 * The name of a process of the run that has ended, valid until the next
	 * call; NULL: it was none.
	 */
	const char *(*ended_name)(void *context, pid_t pid);
	/*
	 * The process of the run, ended meanwhile, that had the thread with this id,
	 * as the processes themselves number threads; NULL: not known.
	 */
	const char *(*ended_owner)(void *context, pid_t ns_tid);
	/*
	 * The call that restart_syscall(2) stands for in that thread.  False or no
	 * function: it is taken for one with a time limit.
	 */
	bool (*restarted_call)(void *context, pid_t tid, long *ret_nr, uint64_t ret_args[6]);
};

/* What a thread was seen doing. */
struct blocked_thread {
	pid_t tid, pid;
	size_t process; /* index of blocked_input's */
	enum wait_state state;
	long nr; /* -1: not asleep in a call */
	uint64_t args[6];
	uint64_t switches; /* how often it has gone to sleep or was preempted */
	char *text;	   /* of a blocked one; see blocked_line() */
};

/* A pipe or queue that blocked threads wait for, to be looked for outside the run. */
struct blocked_pipe {
	uint64_t dev, inode;
	uint64_t id;   /* of an eventfd: all share one inode */
	unsigned ends; /* whose holders would wake */
	size_t thread;
};

/* …and shared memory with a word that they sleep on. */
struct blocked_memory {
	unsigned major, minor;
	uint64_t inode;
	size_t thread;
};

struct blocked_scan {
	struct blocked_thread *threads;
	struct wait_node *nodes; /* of waitgraph.h, same indices */
	size_t count;
	struct deadlock deadlock;
	char **names; /* of the processes */
	size_t name_count;
	struct blocked_pipe *pipes;
	size_t pipe_count;
	struct blocked_memory *memories;
	size_t memory_count;
};

/*
 * Fails with -ENOMEM only: a thread that vanishes meanwhile is left out, one
 * that may not be looked at counts as external.  About 25 us a thread and 3 us
 * for each descriptor of a run in which somebody waits for a pipe.
 */
int blocked_scan(const struct blocked_input *input, struct blocked_scan *ret_scan, struct err *err);
void blocked_scan_release(struct blocked_scan *scan);

/* Nothing has moved between the two: the same deadlocked threads in the same calls, never run. */
bool blocked_same(const struct blocked_scan *before, const struct blocked_scan *after);

/*
 * Whether a process outside the run, which /proc shows, holds open an end that
 * could wake a deadlocked thread.  The calling process itself is not looked
 * at: see served_ends.  For the one moment before a verdict: it looks at every
 * process of the machine.
 */
bool blocked_has_outsider(const struct blocked_input *input, const struct blocked_scan *scan);

/*
 * Of thread @index, for reports, to be freed: "writer (pid 12): write(fd 1 → pipe `data`) waits
 * for a reader: held by reader".  NULL when memory is short.
 */
char *blocked_line(const struct blocked_scan *scan, size_t index);

/*
 * All of a deadlock, a line for each deadlocked thread and then the circle:
 * "writer → reader → writer".  NULL when memory is short, "" when there is none.
 */
char *blocked_report(const struct blocked_scan *scan);

#endif
