/*
 * execution.h - one execution of a scenario's processes, with faults or
 * without, from the first start to the last death.
 */
#ifndef RUN_EXECUTION_H
#define RUN_EXECUTION_H

#include "engine/numa.h"
#include "fault/fault.h"
#include "oracle/observed.h"
#include "run/channels.h"
#include "run/worker.h"

/* A process that the scenario starts, one for each copy. */
struct subject {
	const struct process_spec *spec;
	int index; /* of the spec */
	unsigned copy;
	struct process *process;   /* NULL: not started yet */
	struct tracee *at_start;   /* held at its first instruction until all are there */
	int out_fd, err_fd;	   /* captures; -1 = not captured */
	size_t out_seen, err_seen; /* searched by triggers so far */
	unsigned fds_at_start;
	bool start_due; /* `start: after` has come true */
};

struct execution {
	struct worker *worker;
	const struct scenario *scenario;
	const struct process_spec **specs; /* as many as the scenario has; a control's replaced */
	const char *tmp;
	const char *dir;
	const char *build, *cc, *cflags; /* of `build:`; NULL = there is none */
	int counts_fd;			 /* see job.h */
	bool with_faults;
	uint64_t deadline_ns;	   /* since the start */
	uint64_t worker_waited_ns; /* of clock.c */
	unsigned filter_no;	   /* of worker->filters: the last that was asked for */

	struct engine engine;
	struct fault_env env;
	struct fault *faults; /* as many as the scenario has */
	struct run_channel *channels;
	struct subject *subjects;
	size_t subject_count;
	struct observed *seen;

	bool released;
	bool watch_output; /* some trigger or start waits for output */
	bool all_ended;	   /* no process is left of it */
	bool ended;	   /* by deadline, deadlock, fail */
	/* The main processes are done since; the rest may go on for a while.  0 = not yet */
	uint64_t grace_ns, grace_starved_ns;
	struct deadlock_watch *deadlock; /* of deadlock.c */
	struct spin *spin;		 /* of spin.c */
	struct recorder *recorder;	 /* of record.h; NULL: nobody asks what is called */
	struct watched *watched;	 /* of access.c */
	struct made *made;		 /* of made.c: objects that the processes have made */
	size_t made_count;
	struct lock_steps *steps; /* of locks.c: under way */
	size_t step_count;
	struct walk *walk; /* of walk.c; NULL: nobody walks */
	bool unsafe_found; /* one such finding is enough */
	pid_t gdb_pid;	   /* --gdb: struck by the first fault; 0 = none yet */
	bool handed_over;  /* …and now gdb's */
	struct err err;	   /* first problem of ours */
	int failed;
};

/*
 * Run it.  @x: worker, scenario, specs, tmp, dir, with_faults, deadline_ns and
 * seen are set; the rest is zero.  0 or an error of ours.  The faults' states
 * stay readable until execution_release().
 */
int execution_run(struct execution *x, uint64_t seed, struct err *err);
void execution_release(struct execution *x);

/* The text with ${harness}, ${tmp}, ${dir}, ${CHANNEL} replaced; owned by the caller. */
char *execution_expand(struct execution *x, const char *text);

/* subjects.c */
int subjects_prepare(struct execution *x, struct err *err);
int subjects_start(struct execution *x, struct err *err); /* all that are due */
void subjects_release(struct execution *x);
/*
 * All that it takes to start @s, without starting it; valid as long as
 * *@ret_preparation.  The launch has neither place nor filter.
 */
struct preparation;
int subject_prepare(struct execution *x, struct subject *s, struct preparation **ret_preparation,
		    struct launch *ret_launch, struct err *err);
void preparation_free(struct preparation *preparation);
/* Where it shall run; -ENODEV: not on this machine, @err tells why. */
int subject_place(const struct process_spec *spec, struct numa_place *ret_place, struct err *err);
struct subject *subject_of(struct execution *x, const struct process *p);
const char *subject_label(struct execution *x, const struct process *p, char *buf, size_t size);

/* rules.c: which calls have to stop. */
int execution_filter(struct execution *x, const struct process_spec *spec,
		     const struct filter **ret_filter, struct err *err);

/* match.c: does the moment pass the trigger's filters? */
bool moment_matches(struct execution *x, const struct trigger_spec *at, struct tracee *t);
bool selector_matches(const struct selector *selector, const struct process *p);

/* moments.c: the engine's events; count and fire. */
extern const struct engine_ops execution_ops;
void execution_connect(struct execution *x); /* the part of x->env that is in moments.c */
/* Look for text in new output; fires `output` triggers and starts what waits for it. */
void outputs_check(struct execution *x, struct process *p);
/* True, with a finding, when a process prints without end. */
bool outputs_overflow(struct execution *x);
/* Some of its moments are still to come. */
bool fault_is_live(const struct fault *fault);
/* Count a moment of @fault: is it one that fires? */
bool moment_is_due(struct fault *fault);
void moment_fire(struct execution *x, struct fault *fault, const struct moment *at);
/* Count a moment of @fault and fire when it is its turn. */
void moment_count(struct execution *x, struct fault *fault, const struct moment *at);

/* functions.c: breakpoints of `function:` triggers, `site:`, stacks. */
int functions_arm(struct execution *x, struct tracee *t);
void function_hit(struct execution *x, struct tracee *t, struct breakpoint *bp);
bool site_matches(struct execution *x, struct tracee *t, const char *site);
void unsafe_arm(struct execution *x, struct tracee *t);	   /* a handler begins */
void unsafe_disarm(struct execution *x, struct tracee *t); /* one has ended */
/* Of a stopped thread, or of one that sleeps in a call. */
int stack_of(struct execution *x, struct tracee *t, struct stack *ret_stack);
/* Of a stopped thread, with what is loaded in its process: 0 = not known. */
struct unwind_frame;
struct process_map;
size_t frames_of(struct execution *x, struct tracee *t, struct unwind_frame *frames, size_t max,
		 struct process_map **ret_map);

/* ends.c: deadline, deadlock, spin, and when it is over. */
bool execution_finished(struct execution *x);
void ends_tick(struct execution *x, uint64_t now);
/* What @p leaves open, at its exit_group. */
void ends_note_exit(struct execution *x, struct tracee *t);

/* Record the first error of ours and end the run. */
void execution_fail(struct execution *x, int rc);

#endif
