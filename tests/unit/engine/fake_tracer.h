/*
 * fake_tracer.h - the kernel's side of a trace, played from a script.
 *
 * A test lists what the kernel would report, runs the engine, and compares
 * what the engine did with a text: the kernel's reports stand at the left
 * margin, what the engine asked of the kernel and told its user is indented.
 *
 * Processes are numbers that the test makes up; they have one block of memory
 * each and a folder in a /proc of their own (fake.proc_fd).
 */
#ifndef ENGINE_FAKE_TRACER_H
#define ENGINE_FAKE_TRACER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "engine/engine.h"

/* Wait statuses. */
#define FAKE_EXITED(code)	  ((code) << 8)
#define FAKE_KILLED(signal)	  (signal)
#define FAKE_SIGNAL(signal)	  ((signal) << 8 | 0x7f)
#define FAKE_SYSCALL		  FAKE_SIGNAL(SIGTRAP | 0x80)
#define FAKE_EVENT(event, signal) ((event) << 16 | FAKE_SIGNAL(signal))
#define FAKE_SECCOMP		  FAKE_EVENT(7, SIGTRAP)
#define FAKE_ATTACHED		  FAKE_EVENT(128, SIGTRAP)

/* Where a process's memory is, for addresses in scripts; the stack grows down to its middle. */
#define FAKE_MEMORY 0x10000
#define FAKE_STACK  0x1f000
#define FAKE_IP	    0x401002 /* after the only syscall instruction, unless a row says otherwise */

struct fake_report {
	pid_t tid;
	int status;
	const char *call; /* FAKE_SECCOMP, FAKE_SYSCALL, and signals that interrupt one */
	uint64_t args[6];
	int64_t result;	       /* in the result register; not at an entry */
	bool at_exit;	       /* FAKE_SYSCALL: the exit; else an entry */
	bool restarts;	       /* FAKE_SECCOMP: asks for restart_syscall(2) in place of `call` */
	uint64_t ip, sp;       /* 0 = FAKE_IP, FAKE_STACK */
	unsigned long message; /* PTRACE_GETEVENTMSG: the new thread, the former one */
	unsigned tag;	       /* FAKE_SECCOMP: of the filter; 0 = FILTER_TAG_CALL */
	bool foreign;	       /* FAKE_SECCOMP: 32-bit code */
	bool queued;	       /* it was there before an interrupt of the tracer's came */
	/* Done when the report is taken: the state of the thread from then on. */
	void (*before)(void);
};

struct fake {
	int proc_fd;
	struct engine engine;
	unsigned requests; /* made so far: for fake_die_at() */
};

extern struct fake fake;

/*
 * Set up the engine with the fake kernel behind it, and ops that tell all they
 * are told.  @reports ends with tid 0, and is not copied.  When it is over,
 * all threads that the engine still knows are killed.
 */
void fake_begin(const struct fake_report *reports);
/* A process with one thread, past its start and running. */
struct process *fake_process(pid_t pid);
/* Let it run until nothing is left to report; 0 or what engine_run() says. */
int fake_run(void);
/* Checks the text and ends it all; with NULL there is nothing to compare. */
void fake_end(const char *want);

/* The ops, to add to: the engine uses this struct. */
extern struct engine_ops fake_ops;
/* What they are at first: each writes into the trace what it is told. */
extern const struct engine_ops fake_telling_ops;

/* A line of ours in the trace. */
void fake_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* /proc/TID/status: signal n in bit n - 1. */
void fake_signals(pid_t tid, uint64_t caught, uint64_t ignored);
/* The same for a thread of the process @tgid. */
void fake_thread(pid_t tid, pid_t tgid, uint64_t caught, uint64_t ignored);
/* /proc/TID/stat and syscall: what the thread does now; @call NULL = in none. */
void fake_state(pid_t tid, char state, const char *call);
/* /proc/TID/auxv */
void fake_program(pid_t pid, uint64_t entry, uint64_t loader);

void fake_poke(uint64_t addr, const void *data, size_t size);
void fake_peek(uint64_t addr, void *data, size_t size);

/* The @n-th request to the kernel finds its thread dead, killed by SIGKILL; 0 = none does. */
void fake_die_at(unsigned n);

#endif
