#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>

#include "engine/internal.h"

/* -ESRCH: killed under us; its end will be reported. */
static int survive(int rc)
{
	return rc == -ESRCH ? 0 : rc;
}

/* A thread whose first stop comes before its parent's event waits for that. */
static int on_unknown(struct engine *e, pid_t tid, const struct stop *stop)
{
	struct tracee *t;

	if (stop->kind == STOP_EXITED || stop->kind == STOP_KILLED)
		return 0; /* not ours: the sandbox's */
	t = tracee_new(e, tid, NULL);
	return t ? 0 : -ENOMEM;
}

static int on_group_stop(struct engine *e, struct tracee *t, int signal)
{
	t->state = TRACEE_GROUP_STOPPED;
	t->was_stopped = true;
	if (t->process && e->ops->group_stop)
		e->ops->group_stop(e->ctx, t->process, signal);
	tracee_flush_regs(t);
	return tracer->request(PTRACE_LISTEN, t->tid, 0, 0);
}

/* After SIGCONT, or after an interrupt of ours that nobody waited for. */
static int on_attached(struct engine *e, struct tracee *t, enum tracee_state before)
{
	if (before == TRACEE_NEW)
		return on_first_stop(e, t);
	if (before != TRACEE_GROUP_STOPPED) {
		int rc = continue_interrupted(e, t);

		return rc ? rc : tracee_resume(e, t, 0);
	}
	if (t->process && e->ops->group_stop)
		e->ops->group_stop(e->ctx, t->process, 0);
	settle_eintr(e, t);
	return t->state == TRACEE_HELD ? 0 : tracee_resume(e, t, 0);
}

static int act(struct engine *e, struct tracee *t, const struct stop *stop,
	       enum tracee_state before)
{
	switch (stop->kind) {
	case STOP_SECCOMP:
		return on_seccomp_stop(e, t);
	case STOP_SYSCALL:
		return on_syscall_stop(e, t);
	case STOP_FORK:
	case STOP_VFORK:
	case STOP_CLONE:
		return on_new_child(e, t, stop->kind);
	case STOP_EXEC:
		return on_exec(e, t);
	case STOP_ATTACHED:
		return on_attached(e, t, before);
	case STOP_GROUP:
		return on_group_stop(e, t, stop->value);
	case STOP_TRAP:
		return t->step_into_handler ? on_handler_entry(e, t) : on_trap(e, t);
	case STOP_SIGNAL:
		return on_signal_stop(e, t, stop->value);
	default:
		return tracee_resume(e, t, 0);
	}
}

int dispatch(struct engine *e, pid_t tid, int status, struct err *err)
{
	struct stop stop = stop_classify(status);
	struct tracee *t = engine_find(e, tid);
	enum tracee_state before;
	int rc;

	e->stops++;
	if (!t) {
		rc = on_unknown(e, tid, &stop);
	} else if (stop.kind == STOP_EXITED || stop.kind == STOP_KILLED) {
		rc = on_exited(e, tid, &stop);
	} else {
		before = t->state;
		t->state = TRACEE_STOPPED;
		t->regs_valid = t->regs_dirty = false;
		if (stop.kind == STOP_ATTACHED)
			t->asked_to_stop = false;
		rc = survive(act(e, t, &stop, before));
	}
	return rc ? err_errno(err, rc, "tracing thread %d (%s stop)", tid, stop_name(stop.kind))
		  : 0;
}
