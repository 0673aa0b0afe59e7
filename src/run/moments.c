/*
 * moments.c - the engine's events: the moments of the faults are counted here,
 * and the faults fired.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "engine/breakpoint.h"
#include "run/access.h"
#include "run/execution.h"
#include "run/image.h"
#include "run/locks.h"
#include "run/made.h"
#include "run/record.h"
#include "run/rounds.h"
#include "run/spin.h"
#include "run/walk.h"
#include "sys/names.h"
#include "sys/syscalls.h"
#include "trigger/count.h"

/*
 * In t->call.marks: indices of faults that wait for this call to sleep, and for
 * its exit, as bits; and whether it may make an object.
 */
enum { MARK_BLOCKED, MARK_EXIT, MARK_MAKES };

static enum phase phase_of(const struct fault_spec *spec)
{
	/* A signal for a sleeping call counts the calls that sleep. */
	if (spec->action.kind == ACTION_SIGNAL && spec->action.when == WHEN_BLOCKED &&
	    spec->at.phase == PHASE_ENTRY && !spec->action.nested)
		return PHASE_BLOCKED;
	if (spec->action.kind == ACTION_WAKE && spec->action.of_process.process == INDEX_NONE)
		return PHASE_BLOCKED;
	return spec->at.phase;
}

static bool is_among(const int *ids, size_t count, int id)
{
	for (size_t i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* A family means what the call does with these arguments: fcntl locks only with F_SETLK. */
static bool wants_call(const struct trigger_spec *at, const struct call_view *call)
{
	if (!is_among(at->calls, at->call_count, call->id))
		return false;
	return !at->families || is_among(at->named, at->named_count, call->id) ||
	       syscall_is_member(call->id, at->families, call->args);
}

bool fault_is_live(const struct fault *fault)
{
	return fault->armed && !count_is_over(&fault->spec->at.count, fault->matched);
}

bool moment_is_due(struct fault *fault)
{
	fault->matched++;
	return count_fires(&fault->spec->at.count, fault->matched, &fault->rng);
}

void moment_fire(struct execution *x, struct fault *fault, const struct moment *at)
{
	int rc = fault_fire(&x->env, fault, at, &x->err);

	if (rc && rc != -EPERM)
		execution_fail(x, rc);
}

void moment_count(struct execution *x, struct fault *fault, const struct moment *at)
{
	if (moment_is_due(fault))
		moment_fire(x, fault, at);
}

/* The moment has come to `at` a call, or a lock is about to be taken by it. */
static bool is_moment_of_call(const struct trigger_spec *at, struct tracee *t)
{
	return at->kind == TRIGGER_CALL ? wants_call(at, &t->call)
					: at->kind == TRIGGER_LOCK && locks_is_taking(t);
}

static void count_call(struct execution *x, struct tracee *t)
{
	fault_before_read(&x->env, t);
	if (strcmp(syscall_get(t->call.id)->name, "exit_group") == 0)
		ends_note_exit(x, t);
	fault_on_entry(&x->env, t);
	if (t->call.resumed) {
		if (t->call.marks[MARK_BLOCKED])
			tracee_watch_blocked(&x->engine, t);
		if (t->call.marks[MARK_EXIT] || t->call.marks[MARK_MAKES])
			tracee_watch_exit(t);
		return;
	}
	for (size_t i = 0; x->with_faults && i < x->scenario->fault_count; i++) {
		struct fault *fault = &x->faults[i];
		const struct trigger_spec *at = &fault->spec->at;
		const struct moment moment = {t, t->process, true, PHASE_ENTRY};

		if (!fault_is_live(fault) || !is_moment_of_call(at, t) || !moment_matches(x, at, t))
			continue;
		switch (at->kind == TRIGGER_LOCK ? PHASE_EXIT : phase_of(fault->spec)) {
		case PHASE_BLOCKED:
			t->call.marks[MARK_BLOCKED] |= UINT64_C(1) << i;
			tracee_watch_blocked(&x->engine, t);
			break;
		case PHASE_EXIT:
			t->call.marks[MARK_EXIT] |= UINT64_C(1) << i;
			tracee_watch_exit(t);
			break;
		default:
			moment_count(x, fault, &moment);
			break;
		}
	}
	t->call.marks[MARK_MAKES] = made_on_entry(x, t);
	if (t->call.marks[MARK_MAKES] ||
	    (x->watch_output && syscall_get(t->call.id)->families & FAMILY_WRITES))
		tracee_watch_exit(t);
}

static void on_call_entry(void *ctx, struct tracee *t)
{
	count_call(ctx, t);
	access_call_entry(ctx, t);
	if (recorder_note(ctx, t))
		execution_fail(ctx, -ENOMEM);
}

static void count_marked(struct execution *x, struct tracee *t, int mark, enum phase phase,
			 bool failed)
{
	const struct moment moment = {t, t->process, true, phase};
	uint64_t bits = t->call.marks[mark];

	t->call.marks[mark] = 0;
	for (size_t i = 0; bits; i++, bits >>= 1) {
		struct fault *fault = &x->faults[i];

		if (!(bits & 1) || !fault_is_live(fault))
			continue;
		if (fault->spec->at.kind != TRIGGER_LOCK)
			moment_count(x, fault, &moment);
		else if (!failed)
			locks_taken(x, fault, &moment);
	}
}

static void on_call_blocked(void *ctx, struct tracee *t)
{
	struct execution *x = ctx;

	fault_on_blocked(&x->env, t);
	count_marked(x, t, MARK_BLOCKED, PHASE_BLOCKED, false);
}

static void on_call_exit(void *ctx, struct tracee *t, int64_t result)
{
	struct execution *x = ctx;

	t->call.marks[MARK_BLOCKED] = 0;
	fault_on_exit(&x->env, t, result);
	if (t->call.marks[MARK_MAKES])
		made_on_exit(x, t, result);
	count_marked(x, t, MARK_EXIT, PHASE_EXIT, result < 0);
	if (x->watch_output && result > 0)
		outputs_check(x, t->process);
	access_call_exit(x, t, result);
}

static void on_delivery(void *ctx, struct tracee *t, int signal, const siginfo_t *info,
			bool interrupted)
{
	struct execution *x = ctx;

	(void)interrupted;
	fault_on_delivery(&x->env, t, signal, info);
}

static void on_handler(void *ctx, struct tracee *t, int signal)
{
	struct execution *x = ctx;

	fault_on_handler(&x->env, t, signal);
	unsafe_arm(x, t);
}

static void on_handler_left(void *ctx, struct tracee *t)
{
	unsafe_disarm(ctx, t);
}

static void on_group_stop(void *ctx, struct process *p, int signal)
{
	struct execution *x = ctx;

	fault_on_group_stop(&x->env, p, signal);
}

static void on_sampled(void *ctx, struct tracee *t, const struct call_view *call, int64_t result)
{
	spin_sampled(ctx, t, call, result);
}

static void on_breakpoint(void *ctx, struct tracee *t, struct breakpoint *bp)
{
	uint64_t addr = bp->addr;

	function_hit(ctx, t, bp);
	locks_hit(ctx, t, addr);
}

static void on_stepped(void *ctx, struct tracee *t)
{
	locks_stepped(ctx, t);
	walk_stepped(ctx, t);
	rounds_stepped(ctx, t);
}

/* A library that was loaded later: what triggers look for may be in it. */
static void on_code_mapped(void *ctx, struct tracee *t)
{
	struct execution *x = ctx;
	int rc;

	image_changed(t->process);
	rc = functions_arm(x, t);
	if (!rc)
		rc = locks_arm(x, t);
	if (rc && rc != -ESRCH)
		execution_fail(x, rc);
}

static void on_created(void *ctx, struct process *p)
{
	if (image_inherit(p) || access_inherit(ctx, p))
		execution_fail(ctx, -ENOMEM);
}

static bool on_memory_fault(void *ctx, struct tracee *t, uint64_t addr)
{
	return access_fault(ctx, t, addr);
}

static void on_memory_done(void *ctx, struct tracee *t)
{
	access_done(ctx, t);
}

/* All wait at their first instruction until everybody is there. */
static void on_started(void *ctx, struct tracee *t)
{
	struct execution *x = ctx;
	const struct moment moment = {.t = t, .p = t->process};
	struct subject *s = subject_of(x, t->process);
	int rc;

	access_forget(x, t->process);
	rc = functions_arm(x, t);
	if (!rc)
		rc = locks_arm(x, t);
	if (rc)
		execution_fail(x, rc);
	for (size_t i = 0; x->with_faults && i < x->scenario->fault_count; i++) {
		struct fault *fault = &x->faults[i];

		if (fault->spec->at.kind == TRIGGER_STARTED && fault_is_live(fault) &&
		    moment_matches(x, &fault->spec->at, t))
			moment_count(x, fault, &moment);
	}
	if (s && !t->process->parent && !x->released && t->state != TRACEE_HELD) {
		tracee_hold(&x->engine, t, 0);
		s->at_start = t;
	}
}

static void finding_of_death(struct execution *x, const struct process *p)
{
	char name[128];

	/* The deaths of the processes of the scenario itself are judged at the end. */
	if (!p->parent || !p->signaled || x->ended || p->fault_signals >> (p->status - 1) & 1)
		return;
	if (p->status == SIGSEGV || p->status == SIGBUS || p->status == SIGABRT ||
	    p->status == SIGILL || p->status == SIGFPE)
		observed_add(x->seen, FINDING_CRASH, subject_label(x, p, name, sizeof(name)),
			     "died of %s", signal_name(p->status));
}

static void on_ended(void *ctx, struct process *p)
{
	struct execution *x = ctx;

	fault_on_end(&x->env, p);
	locks_ended(x, p);
	walk_ended(x, p);
	access_forget(x, p);
	finding_of_death(x, p);
	if (x->watch_output)
		outputs_check(x, p);
}

static struct process *main_of(struct execution *x, const struct selector *of)
{
	for (struct process *p = x->engine.processes; p; p = p->next)
		if (!p->exited && selector_matches(of, p))
			return p;
	return NULL;
}

/* A moment that no thread of a program has come to. */
static void count_outside(struct execution *x, struct fault *fault)
{
	const struct moment moment = {.p = main_of(x, &fault->spec->at.process)};

	moment_count(x, fault, &moment);
}

static void check_elapsed(struct execution *x)
{
	uint64_t elapsed = engine_elapsed_ns(&x->engine);

	for (size_t i = 0; x->with_faults && i < x->scenario->fault_count; i++) {
		struct fault *fault = &x->faults[i];

		if (fault->spec->at.kind != TRIGGER_ELAPSED || !fault_is_live(fault))
			continue;
		if (elapsed >= fault->spec->at.elapsed_ns)
			count_outside(x, fault);
		else
			engine_wake_at(&x->engine, x->engine.start_ns + fault->spec->at.elapsed_ns);
	}
}

static void start_after_fault(struct execution *x, const struct fault *fired)
{
	for (size_t i = 0; i < x->subject_count; i++)
		if (x->subjects[i].spec->start.fault == (int)fired->index)
			x->subjects[i].start_due = true;
}

/* Called from within the proof of another fault: its thread may be in any state. */
static void on_fired(void *ctx, struct fault *fired, pid_t tgid)
{
	struct execution *x = ctx;

	if (x->worker->options->gdb && !x->gdb_pid)
		x->gdb_pid = tgid;

	x->seen->last_fault_ns = engine_elapsed_ns(&x->engine);
	start_after_fault(x, fired);
	for (size_t i = 0; i < x->scenario->fault_count; i++) {
		struct fault *fault = &x->faults[i];

		if (fault->spec->at.kind == TRIGGER_AFTER && fault_is_live(fault) &&
		    fault->spec->at.after == (int)fired->index)
			count_outside(x, fault);
	}
}

static void on_tick(void *ctx, uint64_t now)
{
	struct execution *x = ctx;

	fault_on_tick(&x->env, now);
	check_elapsed(x);
	ends_tick(x, now);
}

static bool on_finished(void *ctx)
{
	return execution_finished(ctx);
}

const struct engine_ops execution_ops = {
	.process_created = on_created,
	.started = on_started,
	.call_entry = on_call_entry,
	.call_blocked = on_call_blocked,
	.call_exit = on_call_exit,
	.signal_delivery = on_delivery,
	.handler_entered = on_handler,
	.handler_left = on_handler_left,
	.breakpoint_hit = on_breakpoint,
	.stepped = on_stepped,
	.memory_fault = on_memory_fault,
	.memory_done = on_memory_done,
	.code_mapped = on_code_mapped,
	.group_stop = on_group_stop,
	.sampled = on_sampled,
	.process_ended = on_ended,
	.tick = on_tick,
	.finished = on_finished,
};

void execution_connect(struct execution *x)
{
	x->env.fired = on_fired;
	x->env.process_of = (struct process * (*)(void *, const struct selector *)) main_of;
}
