#include <errno.h>
#include <linux/audit.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "elf/valgrind.h"
#include "engine/filter.h"
#include "engine/internal.h"
#include "sys/procfs.h"
#include "sys/syscalls.h"

void call_expect_again(struct tracee *t, const struct call_view *call)
{
	t->resumed = *call;
	t->resumed.resumed = true;
	t->resume_expected = true;
	t->interrupted = t->by_eintr = false;
}

/* That number stands for @call of @t: its own, what it is made as, or restart_syscall(2). */
static bool is_nr_of(const struct tracee *t, const struct call_view *call, int64_t nr)
{
	return nr == call->nr || nr == SYS_restart_syscall || (t->nr_changed && nr == t->made_nr);
}

/* The same instruction asks for the same call. */
static bool is_same_call(const struct tracee *t, const struct call_view *call,
			 const struct call_view *again)
{
	return again->ip == call->ip && is_nr_of(t, call, again->nr);
}

/* Fill @t->call; a call that is made again keeps what it was. */
static void enter_call(struct tracee *t, const struct call_view *view)
{
	bool again = (t->resume_expected && is_same_call(t, &t->resumed, view)) ||
		     (t->interrupted && t->in_call && is_same_call(t, &t->call, view));

	if (again && t->resume_expected)
		t->call = t->resumed;
	else if (!again)
		t->call = *view;
	t->call.resumed = again;
	t->resume_expected = t->interrupted = t->by_eintr = false;
	t->in_call = true;
	t->call_skipped = t->was_stopped = t->nr_changed = false;
	t->continued_switches = 0;
}

/*
 * A child made with CLONE_UNTRACED would have our filter and nobody to ask:
 * its calls would fail with ENOSYS.  The flag is taken away.
 */
static int clear_untraced(struct engine *e, struct tracee *t)
{
	struct arch_regs *regs;
	uint64_t flags, addr;
	int rc = tracee_get_regs(t, &regs);

	if (rc)
		return rc;
	if (t->call.nr == SYS_clone3) {
		addr = t->call.args[0];
		rc = tracee_read(t, addr, &flags, sizeof(flags));
		if (rc || !(flags & CLONE_UNTRACED))
			return rc == -EFAULT ? 0 : rc;
		flags &= ~(uint64_t)CLONE_UNTRACED;
		return tracee_write(e, t, addr, &flags, sizeof(flags));
	}
	if (t->call.args[0] & CLONE_UNTRACED) {
		arch_native->set_arg(regs, 0, t->call.args[0] & ~(uint64_t)CLONE_UNTRACED);
		tracee_dirty_regs(t);
	}
	return 0;
}

/* Running timers are not shown by /proc, but a deadlock is none while one runs. */
static void note_timer(struct tracee *t, struct process *p)
{
	struct itimerval timer;

	if (!t->call.args[1] || tracee_read(t, t->call.args[1], &timer, sizeof(timer)))
		return;
	p->uses_timer = timer.it_value.tv_sec || timer.it_value.tv_usec;
	p->timer_repeats = timer.it_interval.tv_sec || timer.it_interval.tv_usec;
}

/* What the engine itself has to know of some calls, whoever makes them. */
static int note_call(struct engine *e, struct tracee *t)
{
	struct process *p = t->process;

	switch (t->call.nr) {
	case SYS_rt_sigreturn:
		on_sigreturn(e, t);
		return 0;
	case SYS_clone:
	case SYS_clone3:
		return clear_untraced(e, t);
	case SYS_sched_getaffinity:
		t->want_exit = e->pinned;
		return 0;
	case SYS_mmap:
		t->want_exit |= t->call.args[2] & PROT_EXEC;
		return 0;
	case SYS_io_uring_setup:
		p->uses_io_uring = true;
		return 0;
	case SYS_seccomp:
	case SYS_prctl: /* the filter lets only PR_SET_SECCOMP stop */
		p->own_seccomp = true;
		return 0;
#ifdef SYS_alarm
	case SYS_alarm:
		p->uses_timer = t->call.args[0] != 0;
		return 0;
#endif
	case SYS_setitimer:
		note_timer(t, p);
		return 0;
	default:
		return 0;
	}
}

/*
 * The program under valgrind is interpreted: whose call it is tells the
 * instruction pointer that valgrind keeps for it, and the guest's loader has
 * to be looked for among its mappings.
 */
static bool is_guest_loader(struct engine *e, const struct tracee *t)
{
	struct process *p = t->process;
	uint64_t state, ip;

	if (!p->loader_hi)
		procfs_find_loader(e->options.proc_fd, p->tgid, &p->loader_lo, &p->loader_hi);
	if (tracee_read(t, t->call.sp + VALGRIND_STACK_GUEST, &state, sizeof(state)) ||
	    tracee_read(t, state + VALGRIND_GUEST_RIP, &ip, sizeof(ip)))
		return false;
	return ip > p->loader_lo && ip <= p->loader_hi;
}

static bool is_loader(struct engine *e, const struct tracee *t)
{
	const struct process *p = t->process;
	uint64_t ip = t->call.ip;

	if (e->options.tell_loader)
		return false;
	if (p->under_valgrind && p->started)
		return is_guest_loader(e, t);
	return !p->started || (ip > p->loader_lo && ip <= p->loader_hi);
}

static int get_info(struct tracee *t, struct ptrace_syscall_info *ret_info)
{
	return tracer->request(PTRACE_GET_SYSCALL_INFO, t->tid, sizeof(*ret_info),
			       (uintptr_t)ret_info);
}

static void view_of(const struct ptrace_syscall_info *info, struct call_view *ret_view)
{
	*ret_view = (struct call_view){.nr = (long)info->seccomp.nr,
				       .ip = info->instruction_pointer,
				       .sp = info->stack_pointer,
				       .start_ns = now_ns()};
	memcpy(ret_view->args, info->seccomp.args, sizeof(ret_view->args));
	ret_view->id = syscall_from_nr(arch_native->id, ret_view->nr);
}

static int at_entry(struct engine *e, struct tracee *t)
{
	int rc;

	t->at_entry = true;
	rc = note_call(e, t);
	if (!rc && !is_loader(e, t) && e->ops->call_entry)
		e->ops->call_entry(e->ctx, t);
	if (rc || t->state == TRACEE_HELD)
		return rc;
	return tracee_resume(e, t, 0);
}

int on_seccomp_stop(struct engine *e, struct tracee *t)
{
	struct ptrace_syscall_info info;
	struct call_view view;
	int rc = get_info(t, &info);

	if (rc)
		return rc;
	if (info.op != PTRACE_SYSCALL_INFO_SECCOMP || !t->process)
		return tracee_resume(e, t, 0);
	if (info.arch != arch_native->audit || info.seccomp.ret_data == FILTER_TAG_FOREIGN) {
		t->process->foreign_calls = true;
		return tracee_resume(e, t, 0);
	}
	view_of(&info, &view);
	t->process->syscall_ip = view.ip;
	handlers_prune(t, view.sp);
	settle_eintr(e, t);
	enter_call(t, &view);
	return at_entry(e, t);
}

/* Put the arguments back that were changed at the entry. */
static int restore_args(struct tracee *t)
{
	struct arch_regs *regs;
	int rc;

	if (!t->args_changed)
		return 0;
	rc = tracee_get_regs(t, &regs);
	if (rc)
		return rc;
	arch_native->after_call(regs, &t->entry_regs);
	if (t->nr_changed)
		arch_native->set_nr(regs, t->call.nr);
	tracee_dirty_regs(t);
	t->args_changed = t->nr_changed = false;
	return 0;
}

void call_over(struct engine *e, struct tracee *t, int64_t result)
{
	tracee_unwatch_blocked(e, t);
	t->want_exit = false;
	t->in_call = false;
	if (t->call.nr == SYS_sched_getaffinity && e->pinned && !t->process->placed)
		pin_hide(e, t, result);
	if (t->call.nr == SYS_mmap && t->call.args[2] & PROT_EXEC && t->process->started &&
	    e->ops->code_mapped)
		e->ops->code_mapped(e->ctx, t);
	if (!is_loader(e, t) && e->ops->call_exit)
		e->ops->call_exit(e->ctx, t, result);
}

bool is_call_of_regs(const struct tracee *t, const struct arch_regs *regs)
{
	return t->in_call && arch_native->ip(regs) == t->call.ip &&
	       is_nr_of(t, &t->call, arch_native->nr(regs));
}

bool settle_eintr(struct engine *e, struct tracee *t)
{
	if (!t->interrupted || !t->by_eintr)
		return false;
	t->interrupted = t->by_eintr = false;
	call_over(e, t, -EINTR);
	return true;
}

/*
 * A skipped call keeps what we put into the result register: here the
 * kernel's restart codes mean nothing.
 */
static bool is_interrupted(struct tracee *t, int64_t result)
{
	if (t->call_skipped)
		return false;
	t->by_eintr = !t->was_stopped && is_eintr_undone(syscall_get(t->call.id), result);
	return t->by_eintr || arch_is_restart_code(result);
}

static int at_exit(struct engine *e, struct tracee *t, int64_t result)
{
	/* With bytes moved before, an interrupted rest is the end of it, not a restart. */
	bool undone = is_interrupted(t, result) && !t->moved;
	int rc;

	t->at_exit = true;
	/*
	 * It is made again at once, if the interrupt was ours: were the others let go meanwhile,
	 * they would be watched next, and interrupt this one, and so on.
	 */
	if (!undone || !t->asked_to_stop)
		tracee_unwatch_blocked(e, t);
	if (undone) {
		/* Restarted, or EINTR: the next delivery of a signal decides. */
		t->interrupted = true;
		t->exit_fixup = NULL;
		rc = restore_args(t);
		/* Interrupted by us alone, and this stop has taken the interrupt away. */
		if (!rc && t->by_eintr && t->asked_to_stop)
			rc = ask_to_stop(t);
		return rc ? rc : tracee_resume(e, t, 0);
	}
	t->kernel_result = result;
	if (t->exit_fixup)
		result = t->exit_fixup(e, t, result);
	t->exit_fixup = NULL;
	rc = restore_args(t);
	if (rc)
		return rc;
	call_over(e, t, result);
	if (t->state == TRACEE_HELD)
		return 0;
	return tracee_resume(e, t, 0);
}

static void sample(struct engine *e, struct tracee *t, const struct ptrace_syscall_info *info)
{
	if (info->op == PTRACE_SYSCALL_INFO_ENTRY)
		view_of(info, &t->sample);
	else if (info->op == PTRACE_SYSCALL_INFO_EXIT && t->sample.ip && e->ops->sampled)
		e->ops->sampled(e->ctx, t, &t->sample, info->exit.rval);
}

int on_syscall_stop(struct engine *e, struct tracee *t)
{
	struct ptrace_syscall_info info;
	int rc = get_info(t, &info);

	if (rc)
		return rc;
	if (t->sampled)
		sample(e, t, &info);
	/* An entry stop before the filter's: the filter's will follow. */
	if (info.op != PTRACE_SYSCALL_INFO_EXIT || !t->in_call || !t->process) {
		t->want_exit = t->want_exit && info.op != PTRACE_SYSCALL_INFO_EXIT;
		return tracee_resume(e, t, 0);
	}
	return at_exit(e, t, info.exit.rval);
}
