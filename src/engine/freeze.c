/*
 * freeze.c - the others stand still while one thread goes to sleep.
 *
 * Whether a call sleeps is decided between the thread and those who could
 * serve it: on one processor the other end often runs before the tracer can
 * look, and the sleep is over before it was seen.  So they are kept in a stop
 * until the thread sleeps or its call is over, and then go on where they were.
 */
#include <errno.h>

#include "base/util.h"
#include "engine/internal.h"
#include "sys/procfs.h"
#include "sys/syscalls.h"

#define STOP_LIMIT_NS (20 * NS_PER_MS)

/* An interrupted transfer that has moved bytes ends short: such a sleeper is left alone. */
static bool may_interrupt(struct engine *e, struct tracee *t)
{
	const struct syscall_row *row;
	struct procfs_task task;
	char state;

	if (t->task_fd < 0)
		t->task_fd = procfs_task_open(e->options.proc_fd, t->tid);
	state = procfs_task_state(t->task_fd);
	/* t: it stands already, and its report is still to come. */
	if (state == 'R' || state == 't')
		return true;
	if (procfs_task_read(e->options.proc_fd, t->tid, &task) || !task.in_call)
		return true;
	row = syscall_get(syscall_from_nr(arch_native->id, task.nr));
	return row && !(row->families & (FAMILY_WRITES | FAMILY_SENDS | FAMILY_RECEIVES));
}

static void freeze_one(struct engine *e, struct tracee *t)
{
	int status;

	if (ask_to_stop(t) || engine_wait_for(e, t, STOP_LIMIT_NS, &status))
		return;
	t->state = TRACEE_FROZEN;
	t->regs_valid = t->regs_dirty = false;
	/* Something else came first: it is handled after the thaw. */
	if (stop_classify(status).kind == STOP_ATTACHED)
		t->asked_to_stop = false;
	else
		tracee_defer(e, t, status);
}

void freeze_others(struct engine *e, const struct tracee *but)
{
	struct tracee *t, *tmp;

	HASH_ITER(hh, e->tracees, t, tmp)
		if (t != but && t->state == TRACEE_RUNNING && t->process && !t->want_blocked &&
		    may_interrupt(e, t))
			freeze_one(e, t);
	e->frozen_for = but->tid;
	e->frozen_at_ns = now_ns();
}

void thaw(struct engine *e)
{
	struct tracee *t, *tmp;

	if (!e->frozen_for)
		return;
	e->frozen_for = 0;
	HASH_ITER(hh, e->tracees, t, tmp) {
		int rc = 0;

		if (t->state != TRACEE_FROZEN)
			continue;
		t->state = TRACEE_RUNNING;
		if (t->has_report)
			continue;
		rc = continue_interrupted(e, t);
		engine_note(e, rc ? rc : tracee_resume(e, t, 0));
	}
}
