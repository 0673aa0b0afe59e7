#include "engine/engine.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <utlist.h>

#include "base/util.h"
#include "elf/insn.h"
#include "engine/breakpoint.h"
#include "engine/internal.h"
#include "sys/procfs.h"

#define TICK_NS		 (10 * NS_PER_MS)
#define LOOKS_AT_ONCE	 40
#define LOOK_NAP_NS	 20000
#define TICK_SIGNAL	 SIGALRM
#define KILL_PATIENCE_NS (5 * NS_PER_S)
#define READY_TIMES	 10

static timer_t tick_timer;
static bool tick_timer_made;
static volatile sig_atomic_t tick_due;

static void on_tick(int signal)
{
	(void)signal;
	tick_due = 1;
}

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

uint64_t engine_elapsed_ns(const struct engine *e)
{
	return now_ns() - e->start_ns;
}

static struct timespec timespec_of(uint64_t ns)
{
	return (struct timespec){(time_t)(ns / NS_PER_S), (long)(ns % NS_PER_S)};
}

/* waitpid() has no time-out: a timer interrupts it, again and again so that none is missed. */
static void tick_arm(uint64_t first_ns, uint64_t then_ns)
{
	struct itimerspec spec = {timespec_of(then_ns), timespec_of(first_ns)};

	timer_settime(tick_timer, 0, &spec, NULL);
}

void tick_again(void)
{
	tick_arm(TICK_NS, TICK_NS);
}

static int tick_start(struct err *err)
{
	struct sigaction action = {.sa_handler = on_tick}; /* no SA_RESTART */
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = TICK_SIGNAL};

	if (!tick_timer_made) {
		if (sigaction(TICK_SIGNAL, &action, NULL) ||
		    timer_create(CLOCK_MONOTONIC, &event, &tick_timer))
			return err_errno(err, -errno, "timer of the tracer");
		tick_timer_made = true;
	}
	tick_due = 0;
	tick_arm(TICK_NS, TICK_NS);
	return 0;
}

void engine_wake_at(struct engine *e, uint64_t when_ns)
{
	uint64_t now = now_ns(), left;

	if (when_ns >= e->wake_ns)
		return;
	e->wake_ns = when_ns;
	left = when_ns > now ? when_ns - now : 1;
	if (left < TICK_NS)
		tick_arm(left, TICK_NS);
}

int engine_init(struct engine *e, const struct engine_options *options,
		const struct engine_ops *ops, void *ctx, struct err *err)
{
	*e = (struct engine){.options = *options,
			     .ops = ops,
			     .ctx = ctx,
			     .wake_ns = UINT64_MAX,
			     .start_ns = now_ns()};
	pin_init(e);
	return tick_start(err);
}

static void release_due_holds(struct engine *e, uint64_t now)
{
	struct tracee *t, *tmp;
	uint64_t next = UINT64_MAX;

	HASH_ITER(hh, e->tracees, t, tmp) {
		if (t->state != TRACEE_HELD || !t->hold_until_ns)
			continue;
		if (t->hold_until_ns <= now)
			tracee_release(e, t);
		else if (t->hold_until_ns < next)
			next = t->hold_until_ns;
	}
	if (next != UINT64_MAX)
		engine_wake_at(e, next);
}

static void tick(struct engine *e)
{
	uint64_t now = now_ns();

	tick_due = 0;
	if (now >= e->wake_ns)
		e->wake_ns = UINT64_MAX;
	else if (e->wake_ns - now < TICK_NS)
		tick_arm(e->wake_ns - now, TICK_NS);
	release_due_holds(e, now);
	pin_check(e, now);
	e->last_tick_ns = now;
	if (e->ops->tick)
		e->ops->tick(e->ctx, now);
}

/* A stopped thread has nothing more to report, except that it has been killed. */
void tracee_defer(struct engine *e, struct tracee *t, int status)
{
	if (!t->has_report)
		DL_APPEND2(e->reports, t, report_prev, report_next);
	t->has_report = true;
	t->report = status;
}

static int take_report(struct engine *e, struct tracee *t)
{
	DL_DELETE2(e->reports, t, report_prev, report_next);
	t->has_report = false;
	return t->report;
}

/* The frozen ones' reports wait for the thaw. */
static struct tracee *first_deferred(struct engine *e)
{
	struct tracee *t;

	DL_FOREACH2(e->reports, t, report_next)
	if (t->state != TRACEE_FROZEN)
		return t;
	return NULL;
}

void engine_note(struct engine *e, int rc)
{
	if (rc && rc != -ESRCH && !e->failed)
		e->failed = rc;
}

/*
 * The next report of any thread: its id, 0 when only time has passed, or a
 * negative errno (-ECHILD: there is nobody left).
 */
static pid_t next_report(struct engine *e, int flags, int *ret_status)
{
	struct tracee *t = first_deferred(e);
	pid_t tid;

	if (t) {
		*ret_status = take_report(e, t);
		return t->tid;
	}
	if (tick_due)
		return 0;
	if (e->watched)
		flags |= WNOHANG;
	tid = tracer->wait(-1, flags, ret_status);
	return tid == -EINTR ? 0 : tid;
}

/* finished() may start a process, so it is asked before the living are counted. */
static bool is_finished(struct engine *e)
{
	return e->failed || (e->ops->finished && e->ops->finished(e->ctx)) || !e->live_processes;
}

/*
 * Between two looks at a thread that is about to sleep.  Most do at once; for
 * the others a tracer that sleeps itself gets the processor sooner, on a busy
 * machine, than one that yields it again and again.
 */
static void pause_between_looks(struct engine *e)
{
	const struct timespec nap = {0, LOOK_NAP_NS};

	if (e->looks++ < LOOKS_AT_ONCE)
		sched_yield();
	else
		nanosleep(&nap, NULL);
}

int engine_run(struct engine *e, struct err *err)
{
	while (!is_finished(e)) {
		int status, rc;
		pid_t tid = next_report(e, 0, &status);

		if (tid == -ECHILD)
			break;
		if (tid < 0)
			return err_errno(err, tid, "waitpid");
		if (tid > 0) {
			e->looks = 0;
			rc = dispatch(e, tid, status, err);
			if (rc)
				return rc;
		} else if (e->watched && !watch_poll(e)) {
			pause_between_looks(e);
		}
		if (tick_due)
			tick(e);
	}
	return e->failed ? err_errno(err, e->failed, "tracing") : 0;
}

static bool is_ready(struct engine *e, struct tracee *t)
{
	if (t->task_fd < 0)
		t->task_fd = procfs_task_open(e->options.proc_fd, t->tid);
	return procfs_task_state(t->task_fd) == 'R';
}

/* The tick interrupts the wait, so the time is looked at. */
int engine_wait_for(struct engine *e, struct tracee *t, uint64_t limit_ns, int *ret_status)
{
	uint64_t start = now_ns(), passed;
	pid_t got;

	if (t->has_report) {
		*ret_status = take_report(e, t);
		return 0;
	}
	do {
		got = tracer->wait(t->tid, 0, ret_status);
		if (got > 0)
			return 0;
		if (got != -EINTR)
			return got;
		passed = now_ns() - start;
	} while (passed < limit_ns || (passed < READY_TIMES * limit_ns && is_ready(e, t)));
	return -ETIMEDOUT;
}

/* The child shares our memory until its exec: it must be gone before its stack is. */
static void launch_undo(struct engine *e, struct launched *launched, struct process *p)
{
	struct tracee *t = engine_find(e, launched->pid);
	int status;

	if (t)
		tracee_free(e, t);
	if (p) {
		p->exited = p->signaled = true;
		p->status = SIGKILL;
		e->live_processes--;
	}
	tracer->kill(launched->pid, SIGKILL);
	do
		status = 0;
	while (tracer->wait(launched->pid, 0, &status) == -EINTR || WIFSTOPPED(status));
	launched_release(launched);
}

/* Others may be running already: everything that comes meanwhile is handled. */
static int until_exec(struct engine *e, struct process *p, struct err *err)
{
	int rc = 0;

	while (!rc && !p->execed && !p->exited) {
		int status;
		pid_t tid = next_report(e, 0, &status);

		if (tid > 0)
			rc = dispatch(e, tid, status, err);
		else if (tid < 0)
			rc = err_errno(err, tid, "waitpid");
		else if (e->watched)
			watch_poll(e);
		if (tick_due)
			tick(e);
		if (!rc && e->failed)
			rc = err_errno(err, e->failed, "tracing");
	}
	return rc;
}

int engine_launch(struct engine *e, const struct launch *launch, int spec, unsigned copy,
		  struct process **ret_process, struct err *err)
{
	struct launched launched;
	struct process *p;
	int rc = launch_start(launch, &launched, err);

	if (rc)
		return rc;
	p = process_new(e, launched.pid, NULL);
	if (!p || !tracee_new(e, launched.pid, p)) {
		launch_undo(e, &launched, p);
		return err_errno(err, -ENOMEM, "start '%s'", launch->path);
	}
	p->spec = spec;
	p->copy = copy;
	p->under_valgrind = launch->under_valgrind;
	p->placed = launch->place && launch->place->has_cpus;
	rc = until_exec(e, p, err);
	if (!rc && !p->execed && !(p->exited && p->fault_signals)) {
		rc = launched_error(&launched, launch, err);
		if (!rc)
			rc = err_set(err, -ECHILD, "'%s' was killed before it started",
				     launch->path);
	}
	if (!p->execed && !p->exited)
		launch_undo(e, &launched, p);
	launched_release(&launched);
	if (!rc)
		*ret_process = p;
	return rc;
}

static bool reap_one(struct engine *e)
{
	int status;
	pid_t tid = next_report(e, 0, &status);
	struct stop stop;

	tick_due = 0;
	if (tid <= 0)
		return tid == 0;
	stop = stop_classify(status);
	if (stop.kind == STOP_EXITED || stop.kind == STOP_KILLED)
		on_exited(e, tid, &stop);
	else
		tracer->kill(tid, SIGKILL); /* a child made while we were killing */
	return true;
}

void engine_kill_all(struct engine *e)
{
	static const struct engine_ops silent;
	uint64_t give_up = now_ns() + KILL_PATIENCE_NS;
	struct tracee *t, *tmp;

	e->ops = &silent;
	e->frozen_for = 0;
	HASH_ITER(hh, e->tracees, t, tmp) {
		if (t->state == TRACEE_FROZEN) /* its report may be its death */
			t->state = TRACEE_STOPPED;
		tracee_unwatch_blocked(e, t);
		if (!t->process)
			tracer->kill(t->tid, SIGKILL);
	}
	for (struct process *p = e->processes; p; p = p->next)
		if (!p->exited)
			tracer->kill(p->tgid, SIGKILL);
	/* What does not die by then is left to the sandbox, which reports it. */
	while (e->live_processes && reap_one(e) && now_ns() < give_up)
		;
}

static void processes_free(struct engine *e)
{
	struct process *p, *next;

	for (p = e->processes; p; p = next) {
		next = p->next;
		breakpoints_forget(p);
		process_drop_image(p);
		free(p);
	}
	e->processes = e->last_process = NULL;
}

void engine_release(struct engine *e)
{
	struct tracee *t, *tmp;

	tick_arm(0, 0);
	HASH_ITER(hh, e->tracees, t, tmp)
		tracee_free(e, t);
	processes_free(e);
	insn_decoder_free(e->decoder);
	e->decoder = NULL;
}
