#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/util.h"
#include "engine/internal.h"
#include "sys/names.h"
#include "sys/procfs.h"
#include "sys/syscalls.h"

/* x86-64: the handler's return has taken its address off the frame when sigreturn is called. */
#define FRAME_SLACK 16
#define FRAME_REACH (64u << 20) /* stacks are smaller: a frame farther off is on another one */

void handlers_prune(struct tracee *t, uint64_t sp)
{
	while (t->handler_depth) {
		const struct handler_frame *frame = &t->handlers[t->handler_depth - 1];

		if (sp <= frame->sp + FRAME_SLACK || sp - frame->sp > FRAME_REACH)
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

/*
 * Take the time that has passed off a relative time-out of a call that is made
 * again.  True when that changed an argument, which is to be put back at the exit.
 */
static bool shorten_timeout(struct engine *e, struct tracee *t, struct arch_regs *regs,
			    const struct syscall_row *row)
{
	uint64_t passed = now_ns() - t->call.start_ns;
	unsigned arg = (unsigned)row->timeout_arg;
	uint64_t value;

	if (row->timeout_arg < 0) /* semop has none, a socket's is its own */
		return false;
	value = t->call.args[arg];
	if (row->timeout == TIMEOUT_INT_MS && (int)value > 0) {
		uint64_t ms = passed / NS_PER_MS;

		value = value > ms ? value - ms : 0;
	} else if (row->timeout == TIMEOUT_POINTER && value) {
		struct timespec ts;
		uint64_t left;

		if (tracee_read(t, value, &ts, sizeof(ts)))
			return false;
		left = (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
		left = left > passed ? left - passed : 0;
		ts = (struct timespec){(time_t)(left / NS_PER_S), (long)(left % NS_PER_S)};
		/* Below the red zone nothing belongs to the program. */
		value = (arch_native->sp(regs) - arch_native->red_zone - 4096) & ~UINT64_C(15);
		if (tracee_write(e, t, value, &ts, sizeof(ts)))
			return false;
	} else {
		return false;
	}
	arch_native->set_arg(regs, arg, value);
	return true;
}

/*
 * Whether @t->call is the call that the registers show.  The filter lets many
 * calls pass unseen, so it may be an older one, even of the same instruction:
 * then an argument differs, or it was made up here and neither its exit was
 * seen nor is its time limit the one that we have set.
 */
static bool is_known_call(const struct tracee *t, const struct arch_regs *regs,
			  const struct syscall_row *row)
{
	bool limit_set = false;

	if (!t->in_call || t->call.nr != arch_native->nr(regs) ||
	    t->call.ip != arch_native->ip(regs))
		return false;
	for (int i = 0; i < SYSCALL_ARGS; i++) {
		bool same = t->call.args[i] == arch_native->arg(regs, (unsigned)i);

		if (!same && i != row->timeout_arg)
			return false;
		limit_set |= !same;
	}
	return !t->call.guessed || t->interrupted || limit_set;
}

/* First heard of: when it began is not known, so it begins now. */
static void guess_call(struct tracee *t, const struct arch_regs *regs, long nr)
{
	struct call_view call = {.id = syscall_from_nr(arch_native->id, nr),
				 .nr = nr,
				 .ip = arch_native->ip(regs),
				 .sp = arch_native->sp(regs),
				 .start_ns = now_ns(),
				 .guessed = true};

	for (unsigned i = 0; i < SYSCALL_ARGS; i++)
		call.args[i] = arch_native->arg(regs, i);
	t->call = call;
}

bool is_eintr_undone(const struct syscall_row *row, int64_t result)
{
	return result == -EINTR && row &&
	       (row->restart == RESTART_N_STOP || row->restart_timed == RESTART_N_STOP);
}

/*
 * A traced thread is woken by signals that it ignores, and then the calls of
 * class N! fail with EINTR where untraced they sleep on: such a call is made
 * again (doc/KERNEL-NOTES.md section 5.3).
 */
static int undo_false_eintr(struct engine *e, struct tracee *t)
{
	const struct syscall_row *row;
	struct arch_regs *regs, entry_regs;
	int rc = tracee_get_regs(t, &regs);
	int64_t nr;

	if (rc)
		return rc;
	nr = arch_native->nr(regs);
	row = nr < 0 ? NULL : syscall_get(syscall_from_nr(arch_native->id, (long)nr));
	if (!is_eintr_undone(row, arch_native->result(regs)))
		return 0;
	if (!is_known_call(t, regs, row))
		guess_call(t, regs, (long)nr);
	t->in_call = true;
	for (unsigned i = 0; i < SYSCALL_ARGS; i++)
		arch_native->set_arg(regs, i, t->call.args[i]);
	entry_regs = *regs;
	arch_native->rewind_call(regs, (int64_t)nr, t->call.args[0]);
	if (shorten_timeout(e, t, regs, row)) {
		t->entry_regs = entry_regs;
		t->args_changed = true;
	}
	t->want_exit = true; /* until then it is this call that sleeps */
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
	return is_call_of_regs(t, regs) && arch_is_restart_code(arch_native->result(regs));
}

/* At the exit of the rest: what the whole call has moved. */
static int64_t add_moved(struct engine *e, struct tracee *t, int64_t result)
{
	struct arch_regs *regs;
	int64_t total = t->moved + (result > 0 ? result : 0);

	(void)e;
	t->moved = 0;
	if (tracee_get_regs(t, &regs))
		return result;
	arch_native->set_result(regs, total);
	tracee_dirty_regs(t);
	return total;
}

static bool is_cut_transfer(const struct syscall_row *row, const struct arch_regs *regs)
{
	int64_t result = arch_native->result(regs);

	return row && row->transfer == TRANSFER_BUFFER && result > 0 &&
	       (uint64_t)result < arch_native->arg(regs, 2) &&
	       (row->families & (FAMILY_WRITES | FAMILY_SENDS) ||
		(strcmp(row->name, "recvfrom") == 0 && arch_native->arg(regs, 3) & MSG_WAITALL));
}

/*
 * A transfer that had moved bytes ends short when it is interrupted; untraced
 * it would have gone on.  So the rest is asked for, and the program sees the
 * sum.  Where the short count was not our doing, the rest moves nothing.
 */
static int send_the_rest(struct tracee *t)
{
	struct arch_regs *regs;
	int rc = tracee_get_regs(t, &regs);
	int64_t nr, moved;

	if (rc)
		return rc;
	nr = arch_native->nr(regs);
	if (nr < 0 || t->exit_fixup ||
	    !is_cut_transfer(syscall_get(syscall_from_nr(arch_native->id, (long)nr)), regs))
		return 0;
	moved = arch_native->result(regs);
	guess_call(t, regs, (long)nr);
	t->entry_regs = *regs;
	t->args_changed = t->want_exit = t->in_call = true;
	t->moved = moved;
	t->exit_fixup = add_moved;
	arch_native->rewind_call(regs, nr, t->call.args[0]);
	arch_native->set_arg(regs, 1, t->call.args[1] + (uint64_t)moved);
	arch_native->set_arg(regs, 2, t->call.args[2] - (uint64_t)moved);
	tracee_dirty_regs(t);
	call_expect_again(t, &t->call);
	return 0;
}

/* Each stop is a voluntary switch too. */
static uint64_t voluntary_switches(struct engine *e, const struct tracee *t)
{
	struct procfs_status status;

	return procfs_status(e->options.proc_fd, t->tid, &status) ? 0 : status.voluntary_switches;
}

/*
 * The thread may still be on its way out of the call that job control has
 * interrupted: that EINTR or short count is what Linux does.  It is as long as
 * it has not slept anew; this stop is not such a sleep, nor the ones before it.
 */
static bool is_stop_recent(struct engine *e, struct tracee *t)
{
	uint64_t switches;

	if (t->was_stopped || !t->continued_switches)
		return t->was_stopped;
	switches = voluntary_switches(e, t);
	if (switches > t->continued_switches + 1)
		return false;
	t->continued_switches = switches;
	return true;
}

int ask_to_stop(struct tracee *t)
{
	int rc = tracer->request(PTRACE_INTERRUPT, t->tid, 0, 0);

	t->asked_to_stop = rc == 0;
	return rc;
}

/* Stops of ours come before the delivery of a signal that is pending as well. */
static bool is_signal_due(struct engine *e, const struct tracee *t)
{
	struct procfs_status status;

	return procfs_status(e->options.proc_fd, t->tid, &status) == 0 &&
	       ((status.sig_pending | status.shared_pending) & ~status.sig_blocked);
}

int continue_interrupted(struct engine *e, struct tracee *t)
{
	bool is_real = is_stop_recent(e, t);
	int rc;

	if (is_signal_due(e, t))
		return 0; /* that delivery decides */
	rc = is_real ? 0 : undo_false_eintr(e, t);

	if (!rc && !is_real)
		rc = send_the_rest(t);
	/* The kernel restarts by itself; here only the entry is to be known again. */
	if (!rc && !t->resume_expected && interrupts_call(t))
		call_expect_again(t, &t->call);
	return rc;
}

static int deliver_caught(struct engine *e, struct tracee *t, int signal, bool interrupted)
{
	if (!interrupted && !t->resume_expected && !e->options.want_handlers)
		return tracee_resume(e, t, signal);
	t->interrupted = interrupted;
	t->step_into_handler = true;
	t->step_signal = signal;
	return tracee_resume(e, t, signal);
}

/* The call itself has sent it, as it could not move more: that short count is real. */
static bool is_of_the_call(int signal)
{
	return signal == SIGPIPE || signal == SIGXFSZ;
}

static int deliver_ignored(struct engine *e, struct tracee *t, int signal, bool interrupted)
{
	bool is_over = t->was_stopped && settle_eintr(e, t);
	bool is_real = is_stop_recent(e, t);
	int rc = is_real ? 0 : undo_false_eintr(e, t);

	if (rc)
		return rc;
	if (!is_real && !is_of_the_call(signal))
		rc = send_the_rest(t);
	if (rc)
		return rc;
	if (t->was_stopped)
		t->continued_switches = voluntary_switches(e, t);
	t->was_stopped = false;
	if (interrupted && !is_over)
		call_expect_again(t, &t->call);
	return t->state == TRACEE_HELD ? 0 : tracee_resume(e, t, 0);
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
	if (signal == SIGSEGV && info.si_code == SEGV_ACCERR && e->ops->memory_fault &&
	    e->ops->memory_fault(e->ctx, t, (uint64_t)(uintptr_t)info.si_addr))
		return t->state == TRACEE_HELD ? 0 : tracee_resume(e, t, 0);
	interrupted = interrupts_call(t);
	/* One that another has sent leaves the timer running. */
	if (signal == SIGALRM && info.si_code == SI_KERNEL && !t->process->timer_repeats)
		t->process->uses_timer = false;
	if (e->ops->signal_delivery)
		e->ops->signal_delivery(e->ctx, t, signal, &info, interrupted);
	switch (disposition_of(e, t, signal)) {
	case DISPOSITION_CAUGHT:
		return deliver_caught(e, t, signal, interrupted);
	case DISPOSITION_IGNORED:
		return deliver_ignored(e, t, signal, interrupted);
	default:
		/* Also when a SIGCONT comes before it has really stopped. */
		if (signal_default_action(signal) == SIGNAL_STOP)
			t->was_stopped = true;
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
	*frame = (struct handler_frame){t->step_signal, sp, restarts,
					t->resume_expected ? t->resumed : t->call};
	/* It is expected again when the handler, which may make calls itself, has returned. */
	t->resume_expected = false;
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
	restarts = was_interrupted ? frame_restarts(t, arch_native->sp(regs)) : t->resume_expected;
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
