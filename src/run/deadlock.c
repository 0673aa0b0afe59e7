#include "run/deadlock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "oracle/blocked.h"

#define LOOK_AGAIN_TICKS 10 /* after a look that found nothing */

/* Two looks a tick apart, at a run in which nothing happens. */
struct deadlock_watch {
	uint64_t stops; /* handled by the engine at the last tick */
	unsigned ticks; /* quiet ones in a row */
	bool has_scan;
	struct blocked_scan scan;
	char name[128]; /* asked for last */
};

struct input {
	struct blocked_input input;
	struct blocked_process *processes;
	size_t count;
};

/* Something of ours is still to come that could wake somebody. */
static bool is_pending(struct execution *x)
{
	struct tracee *t, *tmp;

	for (const struct shot *shot = x->env.shots; shot; shot = shot->next)
		if (shot->until_ns)
			return true;
	for (size_t i = 0; x->with_faults && i < x->scenario->fault_count; i++)
		if (x->scenario->faults[i].at.kind == TRIGGER_ELAPSED && !x->faults[i].matched)
			return true;
	HASH_ITER(hh, x->engine.tracees, t, tmp)
		if (t->state != TRACEE_RUNNING)
			return true;
	return !x->released;
}

static const char *name_of_channel(void *context, uint64_t inode)
{
	struct execution *x = context;

	for (size_t i = 0; i < x->scenario->channel_count; i++)
		if (channel_owns(&x->channels[i], inode))
			return x->channels[i].spec->name;
	return NULL;
}

static const char *name_of_ended(void *context, pid_t pid)
{
	struct execution *x = context;

	for (const struct process *p = x->engine.processes; p; p = p->next)
		if (p->exited && p->tgid == pid)
			return subject_label(x, p, x->deadlock->name, sizeof(x->deadlock->name));
	return NULL;
}

static bool call_of_restart(void *context, pid_t tid, long *ret_nr, uint64_t ret_args[6])
{
	struct execution *x = context;
	struct tracee *t = engine_find(&x->engine, tid);

	if (!t || !t->in_call || !t->call.resumed)
		return false;
	*ret_nr = t->call.nr;
	memcpy(ret_args, t->call.args, sizeof(t->call.args));
	return true;
}

static const char *name_of_owner(void *context, pid_t ns_tid)
{
	struct execution *x = context;

	for (const struct process *p = x->engine.processes; p; p = p->next)
		if (p->exited && p->ns_tgid == ns_tid)
			return subject_label(x, p, x->deadlock->name, sizeof(x->deadlock->name));
	return NULL;
}

static int add_threads(struct execution *x, const struct process *p, struct blocked_process *to)
{
	struct tracee *t, *tmp;
	pid_t *tids = NULL;

	HASH_ITER(hh, x->engine.tracees, t, tmp) {
		pid_t *slot;

		if (t->process != p)
			continue;
		slot = mem_append(&tids, &to->tid_count, sizeof(*slot));
		if (!slot) {
			free(tids);
			return -1;
		}
		*slot = t->tid;
	}
	to->tids = tids;
	return 0;
}

static void input_release(struct input *in)
{
	for (size_t i = 0; i < in->count; i++) {
		free((void *)(uintptr_t)in->processes[i].tids);
		free((void *)(uintptr_t)in->processes[i].name);
	}
	free(in->processes);
}

static int input_make(struct execution *x, struct input *in)
{
	char name[128];

	*in = (struct input){.processes = NULL};
	for (const struct process *p = x->engine.processes; p; p = p->next) {
		struct blocked_process *to;

		if (p->exited)
			continue;
		to = mem_append(&in->processes, &in->count, sizeof(*to));
		if (!to || add_threads(x, p, to))
			return -1;
		to->pid = p->tgid;
		to->has_timer = p->uses_timer;
		to->name = mem_strdup(subject_label(x, p, name, sizeof(name)));
	}
	in->input = (struct blocked_input){.proc_fd = x->engine.options.proc_fd,
					   .processes = in->processes,
					   .process_count = in->count,
					   .context = x,
					   .channel_name = name_of_channel,
					   .ended_name = name_of_ended,
					   .ended_owner = name_of_owner,
					   .restarted_call = call_of_restart};
	return 0;
}

static bool somebody_failed(const struct execution *x)
{
	for (const struct process *p = x->engine.processes; p; p = p->next)
		if (p->exited && (p->signaled || p->status))
			return true;
	return false;
}

/*
 * `survives`: a server goes on waiting when its client has died or given up.
 * The next one could come, and nothing more can be learnt from this run.
 */
static bool waits_for_the_next(const struct execution *x, const struct blocked_scan *scan)
{
	bool needs = false;

	return x->scenario->expect.survives && x->with_faults && somebody_failed(x) &&
	       waitgraph_needs_newcomers(scan->nodes, scan->count, &needs) == 0 && needs;
}

/*
 * `survives`: who starts once another has said something does not come when
 * the fault has kept that one from saying it: of the scenario, not of the program.
 */
static bool waits_for_the_start(const struct execution *x)
{
	for (size_t i = 0; i < x->subject_count; i++)
		if (!x->subjects[i].process)
			return x->scenario->expect.survives && x->with_faults;
	return false;
}

static void report(struct execution *x, const struct blocked_scan *scan)
{
	size_t first = scan->deadlock.cycle_count ? scan->deadlock.cycle[0] : 0;
	cleanup_free char *text = blocked_report(scan);
	struct tracee *t;

	if (!scan->deadlock.cycle_count)
		while (!scan->deadlock.dead[first])
			first++;
	if (observed_add(x->seen, FINDING_DEADLOCK, scan->names[scan->threads[first].process], "%s",
			 text ? text : "")) {
		execution_fail(x, -ENOMEM);
		return;
	}
	t = engine_find(&x->engine, scan->threads[first].tid);
	if (t)
		stack_of(x, t, &x->seen->findings[x->seen->finding_count - 1].stack);
}

static void forget_scan(struct deadlock_watch *watch)
{
	if (watch->has_scan)
		blocked_scan_release(&watch->scan);
	watch->has_scan = false;
}

/* Proven only when nothing has moved since the last look, and nobody outside could help. */
static bool look(struct execution *x, struct deadlock_watch *watch)
{
	struct blocked_scan scan;
	struct input in;
	bool proven;

	if (input_make(x, &in) || blocked_scan(&in.input, &scan, NULL)) {
		input_release(&in);
		return false;
	}
	proven = watch->has_scan && scan.deadlock.dead_count && blocked_same(&watch->scan, &scan) &&
		 !blocked_has_outsider(&in.input, &scan);
	if (proven && !waits_for_the_next(x, &scan) && !waits_for_the_start(x))
		report(x, &scan);
	forget_scan(watch);
	watch->scan = scan;
	watch->has_scan = true;
	if (!scan.deadlock.dead_count)
		watch->ticks = 0;
	input_release(&in);
	return proven;
}

bool deadlock_check(struct execution *x)
{
	struct deadlock_watch *watch = x->deadlock;

	if (!watch)
		watch = x->deadlock = mem_zalloc(sizeof(*watch));
	if (!watch)
		return false;
	if (watch->stops != x->engine.stops || is_pending(x)) {
		watch->stops = x->engine.stops;
		watch->ticks = 0;
		forget_scan(watch);
		return false;
	}
	watch->ticks++;
	/* The first looks come soon; when they find nothing, now and then one more. */
	if (watch->has_scan && !watch->scan.deadlock.dead_count && watch->ticks < LOOK_AGAIN_TICKS)
		return false;
	return look(x, watch);
}

void deadlock_forget(struct execution *x)
{
	if (x->deadlock)
		forget_scan(x->deadlock);
	free(x->deadlock);
	x->deadlock = NULL;
}
