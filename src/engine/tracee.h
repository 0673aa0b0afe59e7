/*
 * tracee.h - one traced thread, its process, and what can be done to a call.
 *
 * The engine owns every struct tracee and struct process.  A pointer is good
 * until the engine has handled the thread's (process's) end: keep ids across
 * stops.  A process stays known after its end until the run is over, so that
 * its status can be asked for.
 *
 * Functions return 0 or a negative errno.  -ESRCH means that the thread died
 * under us: SIGKILL can do that at any stop, so it is an event and no fault of
 * ours.
 */
#ifndef ENGINE_TRACEE_H
#define ENGINE_TRACEE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <uthash.h>

#include "base/err.h"
#include "sys/arch.h"

struct engine;

/* A call as it stands at its entry; the same through all restarts. */
struct call_view {
	int id; /* of sys/syscalls.h; SYSCALL_NONE when not in the table */
	long nr;
	uint64_t args[6];
	uint64_t ip, sp; /* ip: after the instruction */
	uint64_t start_ns;
	bool resumed;	   /* entered again: restarted by the kernel, or by us */
	bool guessed;	   /* not seen at its entry, the filter lets it pass: start_ns is later */
	uint64_t marks[3]; /* of the user of the engine; 0 at each new call */
};

enum tracee_state {
	TRACEE_NEW,	      /* known by its parent's event; its first stop is to come */
	TRACEE_ORPHAN,	      /* its first stop came before its parent's event: kept stopped */
	TRACEE_RUNNING,	      /* not stopped, perhaps asleep in a call */
	TRACEE_STOPPED,	      /* in a stop that is being handled */
	TRACEE_HELD,	      /* in a stop, and stays there until tracee_release() */
	TRACEE_FROZEN,	      /* in a stop of ours while another one is watched: freeze.c */
	TRACEE_GROUP_STOPPED, /* stopped by SIGSTOP or alike */
};

/* Signal handlers that run on top of each other in one thread. */
#define HANDLER_DEPTH_MAX 16
struct handler_frame {
	int signal;
	uint64_t sp;	       /* of the frame: left when the stack is above it */
	bool restarts;	       /* the interrupted call is made again after it */
	struct call_view call; /* …that one; valid when restarts */
};

struct process {
	pid_t tgid; /* as the tracer sees it */
	int spec;   /* index given to engine_launch() of the ancestor that we started */
	unsigned copy;
	struct process *parent; /* NULL: started by us */
	unsigned child_no;	/* from 1: which child of its parent */
	unsigned children;
	unsigned threads_made; /* for thread numbers */
	unsigned threads_live;
	bool started; /* past the dynamic loader */
	bool execed;  /* has had its first exec */
	bool exited, signaled;
	int status; /* exit status or signal */
	uint64_t exit_ns;
	uint64_t entry;		       /* AT_ENTRY */
	uint64_t syscall_ip;	       /* after some syscall instruction of it; 0 = not known yet */
	uint64_t loader_lo, loader_hi; /* text of the dynamic loader; 0, 0 = none of its own */
	bool placed;		       /* on processors of its own: see numa.h */
	bool under_valgrind;	       /* its calls are those of valgrind's guest */
	uint64_t fault_signals;	       /* sent to it by faults: signal n in bit n - 1 */
	bool setuid_lost;	       /* ran a set-user-ID program that got no privileges */
	bool uses_timer;	       /* an interval timer or an alarm is running */
	bool timer_repeats;
	bool uses_io_uring, foreign_calls, own_seccomp;
	void *image; /* what the user of the engine knows of the program file: dropped at */
	void (*image_free)(void *image); /* …exec and at the end with this */
	struct breakpoint *breakpoints;
	pid_t ns_tgid; /* as it numbers itself, noted before its end; 0 = nobody asked in time */
	struct process *next; /* all of the run, in the order of creation */
	void *user;
};

struct tracee {
	pid_t tid;
	struct process *process; /* NULL while TRACEE_ORPHAN */
	unsigned thread_no;	 /* from 1 */
	enum tracee_state state;
	bool in_call;	   /* call is valid: entered, its exit not yet seen */
	bool want_exit;	   /* stop at the exit of this call */
	bool want_blocked; /* tell when it is proven asleep in this call */
	bool at_entry;	   /* in the stop before the call */
	bool at_exit;	   /* in the stop after it */
	bool call_skipped;
	uint64_t waited_ns; /* of run/clock.c */
	bool sampled;	    /* all its calls are told: engine_ops.sampled */
	struct call_view sample;
	uint64_t continued_switches; /* its sleeps when SIGCONT was handled; 0 = none since its call
				      */
	bool was_stopped; /* by job control since its last call: an EINTR is the kernel's own */
	bool step_first;  /* one instruction before it goes on; see engine_ops.memory_fault */
	bool stepping;	  /* each instruction is told: engine_ops.stepped */
	bool step_into_handler; /* single-stepping over the delivery of a caught signal */
	int step_signal;
	struct call_view call;
	/* The call whose re-entry is expected: interrupted and restarted, or sent back by us. */
	bool resume_expected;
	struct call_view resumed;
	/*
	 * A call interrupted with a restart code, or with an EINTR that may yet be
	 * undone: the next delivery decides.
	 */
	bool interrupted, by_eintr;
	bool asked_to_stop; /* PTRACE_INTERRUPT: no stop of it was seen yet */
	struct handler_frame handlers[HANDLER_DEPTH_MAX];
	unsigned handler_depth;
	/* Undo at the exit stop: arguments that were changed at the entry. */
	bool args_changed;
	bool nr_changed; /* the call is made as another one, of the number made_nr */
	long made_nr;
	struct arch_regs entry_regs;
	/* Called at the exit with the kernel's result; returns what the program shall see. */
	int64_t (*exit_fixup)(struct engine *e, struct tracee *t, int64_t result);
	int64_t moved;		/* by a transfer whose rest is under way; signals.c */
	int64_t fixup_value;	/* for exit_fixup */
	int64_t kernel_result;	/* of the last call over, before exit_fixup */
	uint64_t hold_until_ns; /* TRACEE_HELD: 0 = until released */
	int hold_signal;	/* to deliver when it goes on */
	uint64_t at_breakpoint; /* stopped by the breakpoint there, not yet past it; 0 = no */
	int task_fd;		/* of sys/procfs.h, for the blocked detector; -1 */
	bool regs_valid, regs_dirty;
	struct arch_regs regs;
	bool has_report; /* tracee_defer(): this one is to be handled later */
	int report;
	struct tracee *report_prev, *report_next;
	UT_hash_handle hh;
};

/* The registers of a stopped thread, read once a stop; change them through tracee_set_regs(). */
int tracee_get_regs(struct tracee *t, struct arch_regs **ret_regs);
/* Mark them changed: written back before the thread goes on. */
void tracee_dirty_regs(struct tracee *t);
int tracee_flush_regs(struct tracee *t);

/* Block @mask of signals (bit n - 1 for signal n); *@ret_before, NULL allowed: what was blocked. */
int tracee_set_mask(struct tracee *t, uint64_t mask, uint64_t *ret_before);

/* All @size bytes or -EFAULT; -ESRCH. */
int tracee_read(const struct tracee *t, uint64_t addr, void *data, size_t size);
/* Also writes read-only and executable pages (through /proc/PID/mem). */
int tracee_write(struct engine *e, const struct tracee *t, uint64_t addr, const void *data,
		 size_t size);
/* Note p->ns_tgid while it lives. */
void process_note_ns_tgid(struct engine *e, struct process *p);
/* The same for a few bytes of code, where nobody else writes near them. */
int tracee_patch(struct engine *e, const struct tracee *t, uint64_t addr, const void *data,
		 size_t size);
/* A NUL-terminated string, at most @size - 1 bytes. */
int tracee_read_string(const struct tracee *t, uint64_t addr, char *text, size_t size);

/* "writer", "writer/child[2]", "writer/child[2]/child[1]"; valid until the buffer goes. */
const char *process_name(const struct process *p, const char *base, char *buf, size_t size);

#endif
