#include <errno.h>

#include "base/util.h"
#include "engine/internal.h"
#include "sys/procfs.h"

#define FREEZE_LIMIT_NS (20 * NS_PER_MS)
#define READY_LIMIT_NS	(500 * NS_PER_MS)

void tracee_watch_blocked(struct engine *e, struct tracee *t)
{
	t->want_exit = true;
	if (!t->want_blocked)
		e->watched++;
	t->want_blocked = true;
}

void tracee_unwatch_blocked(struct engine *e, struct tracee *t)
{
	if (t->want_blocked)
		e->watched--;
	t->want_blocked = false;
	if (e->frozen_for == t->tid)
		thaw(e);
}

/* State S and the call's number: a stopped thread has state t, a running one no number. */
static bool is_asleep_in_call(struct engine *e, struct tracee *t)
{
	struct procfs_task task;

	if (t->task_fd < 0)
		t->task_fd = procfs_task_open(e->options.proc_fd, t->tid);
	return t->task_fd >= 0 && procfs_task_state(t->task_fd) == 'S' &&
	       procfs_task_read(e->options.proc_fd, t->tid, &task) == 0 && task.in_call &&
	       (task.nr == t->call.nr || t->call.resumed);
}

/* The others stay still until the action has been taken. */
static void tell(struct engine *e, struct tracee *t)
{
	t->want_blocked = false;
	e->watched--;
	if (e->ops->call_blocked)
		e->ops->call_blocked(e->ctx, t);
	thaw(e);
}

/*
 * A call that neither sleeps nor ends works for itself, or waits for a disk.
 * One that is ready to run may just not have had its turn on a busy machine.
 */
static bool takes_long(struct engine *e)
{
	const struct tracee *t = engine_find(e, e->frozen_for);
	uint64_t waited = now_ns() - e->frozen_at_ns;

	if (waited < FREEZE_LIMIT_NS)
		return false;
	return !t || waited > READY_LIMIT_NS || procfs_task_state(t->task_fd) != 'R';
}

bool watch_poll(struct engine *e)
{
	struct tracee *t, *tmp;

	if (e->frozen_for && takes_long(e))
		thaw(e);
	HASH_ITER(hh, e->tracees, t, tmp)
		if (t->want_blocked && t->state == TRACEE_RUNNING && is_asleep_in_call(e, t)) {
			tell(e, t);
			return true;
		}
	return false;
}
