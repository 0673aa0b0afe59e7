/*
 * result.h - what one run of a case came to, as plain data.
 *
 * Filled by run/, judged by oracle/, printed by report/.  Everything is owned
 * by the struct; case_result_release() frees it.
 */
#ifndef MODEL_RESULT_H
#define MODEL_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/words.h"

/* One frame of a call stack, innermost first; unknown parts are NULL or 0. */
struct frame {
	char *function;
	char *file; /* source file */
	int line;
	char *module;	 /* file name of the program or library */
	uint64_t offset; /* in the module */
};

struct stack {
	struct frame *frames;
	size_t count;
};

/* How the text of a hang tells of a wait that would end by itself. */
#define WAIT_IS_LIMITED "with a time limit"

struct finding {
	enum finding_kind kind;
	char *process; /* "writer", "writer/child[2]" for a descendant; NULL = the run */
	bool silent;   /* wrong output with exit 0 */
	char *text;    /* one line or several; what broke, who waited for whom */
	struct stack stack;
	char *variable; /* optimization: "sh.ready"; NULL = not known, or of no use */
};

/* One injection that really happened: `writer: write(1) → 0x…: EPIPE, 3rd call`. */
struct injection {
	char *process;
	char *text;
	struct stack stack; /* where the program was; empty when not asked for */
	uint64_t at_ns;	    /* since the start of the run */
};

struct fault_result {
	char *name;
	uint64_t fired;		      /* times, proven */
	uint64_t matched;	      /* moments that passed filters and phase */
	char *refused;		      /* why the model or the kernel did not allow it; NULL */
	struct injection *injections; /* the first few */
	size_t injection_count;
};

/*
 * One call that was made where a fault could strike, as a trigger names it: the
 * `nth` of that call by that thread of that process on that descriptor.
 */
struct call_place {
	int fd; /* -1 = none */
	uint64_t nth;
	uint64_t errors;  /* bit i: the i-th of kernel_errors_of() can be */
	uint64_t signals; /* bit n-1: signal n has a handler that would run */
	uint64_t length;  /* bytes that it is to move; 0 = none, or unknown */
	bool is_stdout;	  /* the file that the standard output is captured in */
	bool is_stderr;	  /* …or standard error, by whatever number */
	bool can_be_short;
	bool can_be_nonblocking; /* O_NONBLOCK is not set, and somebody can */
	bool waits;		 /* it may have to sleep… */
	bool is_limited;	 /* …for a time that an argument or its socket limits */
	uint64_t limit_ms; /* …of so many, where an int says it: poll(2); 0: not known, or none */
};

/* The same call from the same place of the same program, on the same kind of object. */
struct call_site {
	int process; /* index in the scenario */
	int part;    /* enum selector_part; -1: no selector means just this process */
	int child, thread;
	char *label; /* the process: "writer/child[2]" */
	char *call;
	enum fd_kind kind;
	struct stack stack;
	struct call_place *places;
	size_t place_count;
};

/* What a run without faults has done; see run_case.record. */
struct record {
	struct call_site *sites;
	size_t site_count;
	int processes;	 /* that there were, with all descendants */
	char **unsteady; /* processes whose output is another one in each run */
	size_t unsteady_count;
};

/* How one process of the scenario ended, and the end of what it printed. */
struct process_result {
	char *name;
	bool started, exited, signaled, alive;
	int status;		   /* exit status, or the signal */
	char *out_tail, *err_tail; /* last lines, at most 2 KiB; NULL when not captured */
};

/* One value of the matrix. */
struct case_value {
	char *name, *value;
};

/* How a run ended after a process was killed, or signalled, in front of an instruction. */
struct point_outcome {
	char *text;	 /* "exit 3: the lock is lost" */
	char *end;	 /* "survived", "failed": with a finding, "hung" */
	uint64_t points; /* at which it ends so */
	uint64_t tried;	 /* of them; the state of the others was the same as of one of these */
};

/* What was tried of the schedules of a case; all zero: it was run once. */
struct exploration {
	uint64_t schedules;
	uint64_t kill_points, signal_points; /* at which one was hit */
	uint64_t states;		     /* of the points that differ; 0 = each was tried */
	struct point_outcome *outcomes;	     /* of the points; in the order of the first of each */
	size_t outcome_count;
	uint64_t points, switches; /* of all schedules */
	uint64_t flows;		   /* processes and threads, at most */
	char *strategy, *bound;	   /* NULL = not known */
	char *schedule;		   /* the one that shows the findings (explore/trail.h); NULL */
	struct case_value *code; /* with it: process and elf/code_digest.h of its program, in hex */
	size_t code_count;
};

struct case_result {
	char *file;
	int line;
	char *scenario; /* title */
	char *mechanism;
	char *variant;		   /* matrix values "signal=SIGUSR1 restart=yes"; NULL = none */
	struct case_value *values; /* the same, apart */
	size_t value_count;
	enum role role;
	enum verdict verdict;
	char *reason; /* why inconclusive, error or skip; NULL */
	uint64_t seed;
	uint64_t duration_ns;
	struct fault_result *faults;
	size_t fault_count;
	struct finding *findings;
	size_t finding_count;
	struct process_result *processes;
	size_t process_count;
	char **notes; /* what a reader must know: perturbed, not traced, not isolated */
	size_t note_count;
	char *reproduce;      /* one shell line */
	char *bug;	      /* sweep: what it was found in, and what; NULL = just a case */
	uint64_t occurrences; /* sweep: faults that show the same; 0 = just a case */
	struct exploration explore;
	struct record record;
};

struct summary {
	unsigned count[VERDICT_MAX_];
};

void frame_release(struct frame *frame);
void stack_release(struct stack *stack);
/* Into an empty one; -ENOMEM: what has been copied is there. */
int stack_copy(const struct stack *from, struct stack *to);
void finding_release(struct finding *finding);
void record_release(struct record *record);
void case_result_release(struct case_result *result);

/* One more note.  @text is taken, also on failure; NULL: there was no memory for it.  0 or -ENOMEM.
 */
int case_result_note(struct case_result *result, char *text);

/* 0 all passed or skipped, 1 a finding, 3 inconclusive or error, 77 all skipped. */
int summary_exit_code(const struct summary *summary);

#endif
