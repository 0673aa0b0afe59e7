#include "run/spin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/mem.h"
#include "base/util.h"
#include "engine/remote.h"
#include "run/loop.h"
#include "run/rounds.h"
#include "sys/names.h"
#include "sys/procfs.h"
#include "sys/syscalls.h"

#define BUSY_TICKS    8 /* so many ticks on a processor make a thread suspicious */
#define LOOP_TICKS    3 /* …and so many of a loop, where it is the last that runs */
#define MUTE_TICKS    16 /* without a single call, and its loop is looked at again */
#define LASTS_NS      (150 * NS_PER_MS) /* and it must go on for so long */
#define SAMPLES	      256		/* its next calls */
#define PERIOD_MAX    8			/* repeat in a cycle of at most so many */
#define COMPARED_ARGS 3

struct sample {
	long nr;
	uint64_t args[COMPARED_ARGS];
	int64_t result;
};

/* The thread that is suspected, and its calls. */
struct spin {
	pid_t suspect;
	unsigned busy_ticks, mute_ticks;
	uint64_t ticks_used; /* processor time at the last look */
	bool sampling, proven;
	struct sample samples[SAMPLES];
	size_t count;
	/* The failing call of the first look: it must still be the same a while later. */
	uint64_t first_ns;
	struct sample first;
};

bool spin_is_busy(const struct execution *x, const struct tracee *t)
{
	struct procfs_stat stat;

	/* t: it is on its way, and already in the next stop. */
	return t->state == TRACEE_RUNNING &&
	       procfs_stat(x->engine.options.proc_fd, t->tid, &stat) == 0 &&
	       (stat.state == 'R' || stat.state == 't');
}

static struct tracee *busiest(struct execution *x)
{
	struct tracee *t, *tmp;

	HASH_ITER(hh, x->engine.tracees, t, tmp)
		if (t->process && t->process->started && spin_is_busy(x, t))
			return t;
	return NULL;
}

static bool is_same(const struct sample *a, const struct sample *b)
{
	return a->nr == b->nr && a->result == b->result &&
	       memcmp(a->args, b->args, sizeof(a->args)) == 0;
}

static size_t find_period(const struct spin *spin)
{
	for (size_t period = 1; period <= PERIOD_MAX; period++) {
		size_t i = period;

		while (i < SAMPLES && is_same(&spin->samples[i], &spin->samples[i - period]))
			i++;
		if (i == SAMPLES)
			return period;
	}
	return 0;
}

/* Repeating alone may be a wait for another; repeating a failure is no progress. */
static const struct sample *find_failure(const struct spin *spin, size_t period)
{
	for (size_t i = 0; i < period; i++)
		if (spin->samples[i].result < 0 && spin->samples[i].result > -4096)
			return &spin->samples[i];
	return NULL;
}

static void judge(struct execution *x, struct tracee *t)
{
	struct spin *spin = x->spin;
	size_t period = find_period(spin);
	const struct sample *failure = period ? find_failure(spin, period) : NULL;
	const struct syscall_row *row;
	char name[128], call[64];

	if (!failure) {
		spin->first_ns = 0;
		return;
	}
	if (!spin->first_ns || !is_same(&spin->first, failure)) {
		spin->first = *failure;
		spin->first_ns = now_ns();
		return;
	}
	if (now_ns() - spin->first_ns < LASTS_NS)
		return;
	row = syscall_get(syscall_from_nr(arch_native->id, failure->nr));
	if (row && row->fd_arg >= 0)
		snprintf(call, sizeof(call), "%s(%d)", row->name,
			 (int)failure->args[(unsigned)row->fd_arg % COMPARED_ARGS]);
	else
		snprintf(call, sizeof(call), "%s()", row ? row->name : "a call");
	observed_add(x->seen, FINDING_SPIN, subject_label(x, t->process, name, sizeof(name)),
		     "%s failed with %s %zu times in a row, in a loop of %zu call%s", call,
		     errno_name((int)-failure->result), (size_t)SAMPLES / period, period,
		     period == 1 ? "" : "s");
	stack_of(x, t, &x->seen->findings[x->seen->finding_count - 1].stack);
	spin->proven = true;
}

/*
 * What is made again is the same call: whoever interrupted it, it has not failed.  rt_sigreturn
 * gives back the register of the call that the handler interrupted.
 */
static bool is_answer(const struct call_view *call, int64_t result)
{
	return !arch_is_restart_code(result) && call->nr != SYS_rt_sigreturn;
}

void spin_sampled(struct execution *x, struct tracee *t, const struct call_view *call,
		  int64_t result)
{
	struct spin *spin = x->spin;
	struct sample *sample;

	if (!spin || !spin->sampling || t->tid != spin->suspect || !is_answer(call, result))
		return;
	sample = &spin->samples[spin->count++];
	sample->nr = call->nr;
	sample->result = result;
	memcpy(sample->args, call->args, sizeof(sample->args));
	if (spin->count < SAMPLES)
		return;
	judge(x, t);
	t->sampled = false;
	spin->sampling = false;
	spin->count = 0;
	spin->busy_ticks = 0;
}

static void look_closer(struct execution *x, struct tracee *t)
{
	x->spin->sampling = true;
	x->spin->count = x->spin->mute_ticks = 0;
	if (tracee_interrupt(&x->engine, t) || t->state != TRACEE_STOPPED) {
		x->spin->sampling = false;
		return;
	}
	t->sampled = true;
	t->sample.ip = 0;
	tracee_continue(&x->engine, t);
}

/* It needs no calls to tell: its code has no way out. */
static void look_at_loop(struct execution *x, struct tracee *t)
{
	if (!loop_is_left_alone(x, t) || tracee_interrupt(&x->engine, t) ||
	    t->state != TRACEE_STOPPED)
		return;
	x->spin->proven = !t->in_call && loop_check(x, t);
	if (!x->spin->proven)
		rounds_begin(x, t);
	tracee_continue(&x->engine, t);
}

/* Who makes no calls, or has ended, gives no samples; its loop may have been missed before. */
static void give_up_mute(struct execution *x)
{
	struct spin *spin = x->spin;
	struct tracee *t = engine_find(&x->engine, spin->suspect);

	if (t && (spin->count || ++spin->mute_ticks < MUTE_TICKS))
		return;
	if (t)
		t->sampled = false;
	spin->sampling = false;
	spin->busy_ticks = 0;
}

bool spin_check(struct execution *x, uint64_t now)
{
	struct tracee *t;

	(void)now;
	if (!x->spin)
		x->spin = mem_zalloc(sizeof(*x->spin));
	if (x->spin && rounds_proven(x))
		x->spin->proven = true;
	if (!x->spin || x->spin->proven)
		return x->spin != NULL;
	if (x->spin->sampling) {
		give_up_mute(x);
		return false;
	}
	t = busiest(x);
	if (!t || t->tid != x->spin->suspect) {
		x->spin->suspect = t ? t->tid : 0;
		x->spin->busy_ticks = 0;
		return false;
	}
	if (++x->spin->busy_ticks == LOOP_TICKS) {
		look_at_loop(x, t);
	} else if (x->spin->busy_ticks >= BUSY_TICKS) {
		x->spin->busy_ticks = 0;
		look_closer(x, t);
	}
	return x->spin->proven;
}

void spin_release(struct execution *x)
{
	free(x->spin);
	x->spin = NULL;
}
