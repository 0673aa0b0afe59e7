/*
 * engine.h - the tracer's loop: what happens in the traced processes becomes
 * calls of struct engine_ops, and what those decide happens to the processes.
 *
 * The engine knows nothing of scenarios.  One engine serves one run in a
 * worker process that traces nothing else; it is single-threaded and waits
 * for any child with waitpid(-1, __WALL).  All pids are as the worker sees
 * them, and /proc is reached through proc_fd only.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <signal.h>

#include "engine/launch.h"
#include "engine/tracee.h"

struct breakpoint;
struct insn_decoder;

/*
 * What the engine tells.  Every member may be NULL.  In call_entry, call_exit,
 * handler_entered, breakpoint_hit, stepped, code_mapped and started the thread is stopped and goes
 * on when the function returns, unless tracee_hold() was called.
 */
struct engine_ops {
	/* A new process, before its first instruction; its parent and child_no are set. */
	void (*process_created)(void *ctx, struct process *p);
	/* The program of @t's process is at its own first instruction. */
	void (*started)(void *ctx, struct tracee *t);
	/* @t->call is about to be made (also when it is made again: call.resumed). */
	void (*call_entry)(void *ctx, struct tracee *t);
	/* @t, not stopped, is proven asleep in @t->call.  Only after tracee_watch_blocked(). */
	void (*call_blocked)(void *ctx, struct tracee *t);
	/*
	 * @t->call is over with @result (a negative errno on failure).  Only after
	 * tracee_watch_exit().  A call that the kernel will restart is not over.
	 */
	void (*call_exit)(void *ctx, struct tracee *t, int64_t result);
	/* @signal is about to be delivered; @interrupted: a call was interrupted by it. */
	void (*signal_delivery)(void *ctx, struct tracee *t, int signal, const siginfo_t *info,
				bool interrupted);
	/* @t is at the first instruction of the handler of @signal; see want_handlers. */
	void (*handler_entered)(void *ctx, struct tracee *t, int signal);
	/* @t returns from a handler. */
	void (*handler_left)(void *ctx, struct tracee *t);
	void (*breakpoint_hit)(void *ctx, struct tracee *t, struct breakpoint *bp);
	/* @t has executed one more instruction; see tracee_step(). */
	void (*stepped)(void *ctx, struct tracee *t);
	/*
	 * An instruction of @t has no right to use @addr.  True: the user of the
	 * engine has seen to it, the program is told nothing; the instruction is
	 * executed again, with step_first alone, and then memory_done is told.
	 */
	bool (*memory_fault)(void *ctx, struct tracee *t, uint64_t addr);
	void (*memory_done)(void *ctx, struct tracee *t);
	/* @t's process has mapped a file's code, as dlopen(3) does; when the filter stops mmap. */
	void (*code_mapped)(void *ctx, struct tracee *t);
	/* @p was stopped (group-stop) by @signal, or goes on (@signal 0). */
	void (*group_stop)(void *ctx, struct process *p, int signal);
	/* @p has ended; exited, signaled and status are set. */
	void (*process_ended)(void *ctx, struct process *p);
	/* Every call of a thread with `sampled` set, whatever the filter says, at its exit. */
	void (*sampled)(void *ctx, struct tracee *t, const struct call_view *call, int64_t result);
	/* At least every 10 ms, and when a time asked for with engine_wake_at() has come. */
	void (*tick)(void *ctx, uint64_t now_ns);
	/* Asked after every event: true ends engine_run(). */
	bool (*finished)(void *ctx);
};

struct engine_options {
	int proc_fd;	    /* an open /proc that shows the pids as we see them */
	int cpu;	    /* run tracer and targets there; -1 = no pinning */
	bool tell_loader;   /* also tell the calls of the dynamic loader */
	bool want_handlers; /* tell handler_entered for every caught signal */
};

struct engine {
	struct engine_options options;
	const struct engine_ops *ops;
	void *ctx;
	struct tracee *tracees;	   /* uthash by tid */
	struct process *processes; /* in the order of creation */
	struct process *last_process;
	unsigned live_processes;
	uint64_t start_ns; /* CLOCK_MONOTONIC at engine_init */
	uint64_t wake_ns;  /* asked for; UINT64_MAX = none */
	uint64_t last_tick_ns;
	uint64_t stops;		  /* handled so far */
	uint64_t last_tick_stops; /* un-pin decision: see pin.c */
	unsigned spin_ticks;
	struct insn_decoder *decoder; /* of elf/insn.h, when first needed */
	unsigned looks;		      /* in vain, since the last event */
	unsigned watched;	      /* threads with want_blocked */
	bool pinned;
	struct tracee *reports; /* utlist: threads with a report that is handled later, in order */
	/* freeze.c: all but this thread stand still; 0 = nobody does */
	pid_t frozen_for;
	uint64_t frozen_at_ns;
	int failed; /* first error of ours where nobody could be told; ends engine_run() */
};

uint64_t now_ns(void);

/* Time since the start of the run. */
uint64_t engine_elapsed_ns(const struct engine *e);

/*
 * Stay on one processor, and remember which ones there were: the targets are
 * told those.  engine_init() does it; earlier is good for helper processes
 * that are to be near, too.
 */
int engine_pin(int cpu);
/* For a helper process that has nothing to do with targets: all of them again. */
void engine_unpin(void);

int engine_init(struct engine *e, const struct engine_options *options,
		const struct engine_ops *ops, void *ctx, struct err *err);

/*
 * Start a program and wait until it has been through execve (stopped at the
 * new program's first kernel-given instruction, then let go).  @spec and
 * @copy mark the process and are inherited by its descendants.  A program
 * that cannot be started is an error with the reason.
 */
int engine_launch(struct engine *e, const struct launch *launch, int spec, unsigned copy,
		  struct process **ret_process, struct err *err);

/* Handle events until ops->finished() or no process is left. */
int engine_run(struct engine *e, struct err *err);

/* Call ops->tick() at @when_ns (CLOCK_MONOTONIC) at the latest. */
void engine_wake_at(struct engine *e, uint64_t when_ns);

/* SIGKILL everything that is left and reap it. */
void engine_kill_all(struct engine *e);

/* Frees what the engine knows; processes must be dead (engine_kill_all). */
void engine_release(struct engine *e);

struct tracee *engine_find(struct engine *e, pid_t tid);

/* Of a stopped thread, in the ops: */

/* Report the exit of the call that it is in. */
void tracee_watch_exit(struct tracee *t);
/* Report when it is proven asleep in the call; implies tracee_watch_exit(). */
void tracee_watch_blocked(struct engine *e, struct tracee *t);
void tracee_unwatch_blocked(struct engine *e, struct tracee *t);
/* Keep it stopped for @ns, or with 0 until tracee_release(). */
void tracee_hold(struct engine *e, struct tracee *t, uint64_t ns);
void tracee_release(struct engine *e, struct tracee *t);

/*
 * Tell `stepped` after each instruction of it, until asked not to; the other
 * threads run as before.  A call counts as one, or not at all when its exit is
 * watched; a repeated string instruction counts each time.
 */
void tracee_step(struct tracee *t, bool on);

/* Let a stopped thread go on, delivering @signal (0 = none). */
int tracee_resume(struct engine *e, struct tracee *t, int signal);

/*
 * Wait for the next report of @t alone, a deferred one first; others stay
 * with the kernel.  For work on one thread in the middle of an event.  Gives
 * up after @limit_ns with -ETIMEDOUT; a thread that is ready to run, and only
 * has no processor, gets ten times as long.
 */
int engine_wait_for(struct engine *e, struct tracee *t, uint64_t limit_ns, int *ret_status);
/* Handle this report of @t later, as if it came then; one at a time, the death replaces a stop. */
void tracee_defer(struct engine *e, struct tracee *t, int status);
/* Remember an error of ours that nobody above can be told; -ESRCH and 0 are none. */
void engine_note(struct engine *e, int rc);

#endif
