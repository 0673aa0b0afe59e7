#include <errno.h>
#include <sched.h>
#include <string.h>

#include "base/util.h"
#include "engine/internal.h"
#include "sys/procfs.h"

/*
 * Tracer and targets on one processor: a stop costs 7 us instead of 23-50.
 * But a target that spins until another one acts then waits for the end of a
 * time slice each time, so it is noticed and the targets get all processors.
 */
#define QUIET_STOPS 50 /* fewer in a tick: the tracer is not what keeps them busy */
#define SPIN_TICKS  3

static cpu_set_t allowed; /* what the targets would have without us */

int engine_pin(int cpu)
{
	static int pinned_to = -1;
	cpu_set_t one;

	if (cpu == pinned_to)
		return 0;
	if (!CPU_COUNT(&allowed) && sched_getaffinity(0, sizeof(allowed), &allowed))
		return -errno;
	CPU_ZERO(&one);
	CPU_SET((unsigned)cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		return -errno;
	pinned_to = cpu;
	return 0;
}

void engine_unpin(void)
{
	if (CPU_COUNT(&allowed))
		sched_setaffinity(0, sizeof(allowed), &allowed);
}

void pin_init(struct engine *e)
{
	e->pinned = e->options.cpu >= 0 && engine_pin(e->options.cpu) == 0;
}

static unsigned count_runnable(struct engine *e)
{
	struct tracee *t, *tmp;
	unsigned count = 0;

	HASH_ITER(hh, e->tracees, t, tmp) {
		if (t->state != TRACEE_RUNNING)
			continue;
		if (t->task_fd < 0)
			t->task_fd = procfs_task_open(e->options.proc_fd, t->tid);
		count += procfs_task_state(t->task_fd) == 'R';
	}
	return count;
}

static void unpin(struct engine *e)
{
	struct tracee *t, *tmp;

	HASH_ITER(hh, e->tracees, t, tmp)
		if (!t->process || !t->process->placed)
			sched_setaffinity(t->tid, sizeof(allowed), &allowed);
	e->pinned = false;
}

void pin_check(struct engine *e, uint64_t now)
{
	bool quiet = e->stops - e->last_tick_stops < QUIET_STOPS;

	(void)now;
	e->last_tick_stops = e->stops;
	if (!e->pinned || HASH_COUNT(e->tracees) < 2)
		return;
	if (quiet && count_runnable(e) >= 2)
		e->spin_ticks++;
	else
		e->spin_ticks = 0;
	if (e->spin_ticks >= SPIN_TICKS)
		unpin(e);
}

void pin_hide(struct engine *e, struct tracee *t, int64_t result)
{
	size_t size = result > 0 ? (size_t)result : 0;

	if (size > sizeof(allowed))
		size = sizeof(allowed);
	if (size)
		tracee_write(e, t, t->call.args[2], &allowed, size);
}
