#include <errno.h>

#include "engine/internal.h"
#include "sys/procfs.h"

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

bool watch_poll(struct engine *e)
{
	struct tracee *t, *tmp;
	bool told = false;

	HASH_ITER(hh, e->tracees, t, tmp) {
		if (!t->want_blocked || t->state != TRACEE_RUNNING || !is_asleep_in_call(e, t))
			continue;
		tracee_unwatch_blocked(e, t);
		told = true;
		if (e->ops->call_blocked)
			e->ops->call_blocked(e->ctx, t);
	}
	return told;
}
