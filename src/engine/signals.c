#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/util.h"
#include "engine/internal.h"
#include "sys/names.h"
#include "sys/procfs.h"
#include "sys/syscalls.h"

#define FRAME_REACH (64u << 20) /* stacks are smaller: a frame farther off is on another one */

void handlers_prune(struct tracee *t, uint64_t sp)
{
	while (t->handler_depth) {
		const struct handler_frame *frame = &t->handlers[t->handler_depth - 1];

		if (sp <= frame->sp || sp - frame->sp > FRAME_REACH)
			return;
		t->handler_depth--;
	}
}

void on_sigreturn(struct engine *e, struct tracee *t)
{
	const struct handler_frame *frame;

	if (!t->handler_depth)
		return;
	frame = &t->handlers[--t->handler_depth];
	if (frame->restarts)
		call_expect_again(t, &frame->call);
	t->in_call = false;
	if (e->ops->handler_left)
		e->ops->handler_left(e->ctx, t);
}

enum disposition { DISPOSITION_CAUGHT, DISPOSITION_IGNORED, DISPOSITION_DEFAULT };

static enum disposition disposition_of(struct engine *e, const struct tracee *t, int signal)
{
	struct procfs_status status;
	uint64_t bit = UINT64_C(1) << (signal - 1);

	if (procfs_status(e->options.proc_fd, t->tid, &status))
		return DISPOSITION_DEFAULT;
	if (status.sig_caught & bit)
		return DISPOSITION_CAUGHT;
	if (status.sig_ignored & bit || signal_default_action(signal) == SIGNAL_IGNORE ||
	    signal == SIGCONT)
		return DISPOSITION_IGNORED;
	return DISPOSITION_DEFAULT;
}

/* Take the time that has passed off a relative time-out of a call that is made again. */
static void shorten_timeout(struct engine *e, struct tracee *t, struct arch_regs *regs,
			    const struct syscall_row *row)
{
	uint64_t passed = now_ns() - t->call.start_ns;
	unsigned arg = (unsigned)row->timeout_arg;
	uint64_t value = t->call.args[arg];

	if (row->timeout == TIMEOUT_INT_MS && (int)value > 0) {
		uint64_t ms = passed / NS_PER_MS;

		value = value > ms ? value - ms : 0;
	} else if (row->timeout == TIMEOUT_POINTER && value) {
		struct timespec ts;
		uint64_t left;

		if (tracee_read(t, value, &ts, sizeof(ts)))
			return;
		left = (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
		left = left > passed ? left - passed : 0;
		ts = (struct timespec){(time_t)(left / NS_PER_S), (long)(left % NS_PER_S)};
		/* Below the red zone nothing belongs to the program. */
		value = (arch_native->sp(regs) - arch_native->red_zone - 4096) & ~UINT64_C(15);
		if (tracee_write(e, t, value, &ts, sizeof(ts)))
			return;
	} else {
		return;
	}
	arch_native->set_arg(regs, arg, value);
	t->want_exit = true; /* to put the argument back */
}

/*
 * A traced thread is woken by signals that it ignores, and then the calls of
 * class N! fail with EINTR where untraced they sleep on: such a call is made
 * again (ENGINE.md section 5.3).
 */
static int undo_false_eintr(struct engine *e, struct tracee *t)
{
	const struct syscall_row *row;
	struct arch_regs *regs;
	struct call_view call;
	int rc = tracee_get_regs(t, &regs);
	int64_t nr;

	if (rc)
		return rc;
	nr = arch_native->nr(regs);
	if (arch_native->result(regs) != -EINTR || nr < 0)
		return 0;
	row = syscall_get(syscall_from_nr(arch_native->id, (long)nr));
	if (!row || row->restart != RESTART_N_STOP)
		return 0;
	if (!t->in_call && t->resumed.ip != arch_native->ip(regs)) {
		/* First heard of: when it began is not known, so it begins now. */
		call = (struct call_view){.id = syscall_from_nr(arch_native->id, (long)nr),
					  .nr = (long)nr,
					  .ip = arch_native->ip(regs),
					  .sp = arch_native->sp(regs),
					  .start_ns = now_ns()};
		for (unsigned i = 0; i < 6; i++)
			call.args[i] = arch_native->arg(regs, i);
		t->call = call;
	}
	t->in_call = true;
	t->entry_regs = *regs;
	for (unsigned i = 0; i < 6; i++)
		arch_native->set_arg(&t->entry_regs, i, t->call.args[i]);
	t->args_changed = true;
	arch_native->rewind_call(regs, (int64_t)nr, t->call.args[0]);
	shorten_timeout(e, t, regs, row);
	tracee_dirty_regs(t);
	call_expect_again(t, &t->call);
	return 0;
}

/* Does this delivery interrupt the call that we know @t to be in? */
static bool interrupts_call(struct tracee *t)
{
	struct arch_regs *regs;

	if (t->interrupted)
		return true;
	if (!t->in_call || tracee_get_regs(t, &regs))
		return false;
	return arch_native->nr(regs) >= 0 && arch_native->ip(regs) == t->call.ip &&
	       arch_is_restart_code(arch_native->result(regs));
}

int continue_interrupted(struct engine *e, struct tracee *t)
{
	int rc = undo_false_eintr(e, t);

	/* The kernel restarts by itself; here only the entry is to be known again. */
	if (!rc && !t->resume_expected && interrupts_call(t))
		call_expect_again(t, &t->call);
	return rc;
}

static int deliver_caught(struct engine *e, struct tracee *t, int signal, bool interrupted)
{
	if (!interrupted && !e->options.want_handlers)
		return tracee_resume(e, t, signal);
	t->interrupted = interrupted;
	t->step_into_handler = true;
	t->step_signal = signal;
	return tracee_resume(e, t, signal);
}

static int deliver_ignored(struct engine *e, struct tracee *t, bool interrupted)
{
	int rc = t->was_stopped ? 0 : undo_false_eintr(e, t);

	if (rc)
		return rc;
	t->was_stopped = false;
	if (interrupted)
		call_expect_again(t, &t->call);
	return tracee_resume(e, t, 0);
}

int on_signal_stop(struct engine *e, struct tracee *t, int signal)
{
	siginfo_t info;
	bool interrupted;
	int rc;

	rc = tracer->request(PTRACE_GETSIGINFO, t->tid, 0, (uintptr_t)&info);
	if (rc)
		return rc;
	if (!t->process)
		return tracee_resume(e, t, signal);
	interrupted = interrupts_call(t);
	if (signal == SIGALRM && !t->process->timer_repeats)
		t->process->uses_timer = false;
	if (e->ops->signal_delivery)
		e->ops->signal_delivery(e->ctx, t, signal, &info, interrupted);
	switch (disposition_of(e, t, signal)) {
	case DISPOSITION_CAUGHT:
		return deliver_caught(e, t, signal, interrupted);
	case DISPOSITION_IGNORED:
		return deliver_ignored(e, t, interrupted);
	default:
		return tracee_resume(e, t, signal);
	}
}

/* Where the handler will return to tells whether the interrupted call is made again. */
static bool frame_restarts(const struct tracee *t, uint64_t sp)
{
	uint64_t ip;

	if (tracee_read(t, sp + arch_native->sigframe_ip, &ip, sizeof(ip)))
		return false;
	return ip + arch_native->syscall_length == t->call.ip;
}

static void push_handler(struct tracee *t, uint64_t sp, bool restarts)
{
	struct handler_frame *frame;

	if (t->handler_depth == HANDLER_DEPTH_MAX)
		return;
	frame = &t->handlers[t->handler_depth++];
	*frame = (struct handler_frame){t->step_signal, sp, restarts, t->call};
}

int on_handler_entry(struct engine *e, struct tracee *t)
{
	struct arch_regs *regs;
	bool restarts, was_interrupted = t->interrupted;
	int rc;

	t->step_into_handler = false;
	rc = tracee_get_regs(t, &regs);
	if (rc)
		return rc;
	restarts = was_interrupted && frame_restarts(t, arch_native->sp(regs));
	push_handler(t, arch_native->sp(regs), restarts);
	t->interrupted = false;
	if (was_interrupted && !restarts)
		call_over(e, t, -EINTR);
	else if (restarts)
		t->in_call = t->want_exit = false;
	if (e->ops->handler_entered && t->state != TRACEE_HELD)
		e->ops->handler_entered(e->ctx, t, t->step_signal);
	return t->state == TRACEE_HELD ? 0 : tracee_resume(e, t, 0);
}
