#include "engine/remote.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/util.h"
#include "engine/internal.h"
#include "sys/syscalls.h"

#define INTERRUPT_LIMIT_NS (200 * NS_PER_MS)
#define REMOTE_LIMIT_NS	   (1000 * NS_PER_MS)

/* On its way, or about to make its first stop, which comes by itself. */
static bool is_free(const struct tracee *t)
{
	return t->state == TRACEE_RUNNING || t->state == TRACEE_NEW;
}

int tracee_interrupt(struct engine *e, struct tracee *t)
{
	pid_t tid = t->tid;

	if (t->state == TRACEE_FROZEN && !t->has_report)
		t->state = TRACEE_STOPPED; /* from now on the caller's */
	else if (t->state == TRACEE_FROZEN)
		t->state = TRACEE_RUNNING; /* its report is handled first */
	/* Held or stopped by what happens meanwhile is good enough. */
	while (is_free(t)) {
		int status, rc = 0;

		/* Each time, since any other stop takes it back: kernel/signal.c, ptrace_stop(). */
		if (t->state == TRACEE_RUNNING)
			rc = ask_to_stop(t);
		if (!rc)
			rc = engine_wait_for(e, t, INTERRUPT_LIMIT_NS, &status);
		if (rc)
			return rc;
		if (stop_classify(status).kind == STOP_ATTACHED) {
			t->asked_to_stop = false;
			t->state = TRACEE_STOPPED;
			t->regs_valid = t->regs_dirty = false;
			return 0;
		}
		rc = dispatch(e, tid, status, NULL);
		if (rc)
			return rc;
		t = engine_find(e, tid);
		if (!t)
			return -ESRCH;
	}
	return 0;
}

int tracee_continue(struct engine *e, struct tracee *t)
{
	int rc = continue_interrupted(e, t);

	return rc ? rc : tracee_resume(e, t, 0);
}

/*
 * Without a known one an instruction is lent: the entry point's first bytes
 * are replaced until remote_end(), since a thread may still stand there.
 */
static int lend_insn(struct engine *e, struct tracee *t, struct remote *r)
{
	uint64_t entry = t->process->entry;
	int rc;

	if (!entry)
		return -ENOSYS;
	rc = tracee_read(t, entry, r->lent, arch_native->syscall_length);
	if (!rc)
		rc = tracee_write(e, t, entry, arch_native->syscall_insn,
				  arch_native->syscall_length);
	if (rc)
		return rc;
	r->lent_at = entry;
	r->after_insn = entry + arch_native->syscall_length;
	return 0;
}

int remote_begin(struct engine *e, struct tracee *t, struct remote *ret_remote)
{
	struct remote r = {.t = t, .in_entry = t->at_entry};
	struct arch_regs *regs;
	int rc = tracee_get_regs(t, &regs);

	r.after_insn = t->process->syscall_ip;
	if (!rc && !r.after_insn)
		rc = lend_insn(e, t, &r);
	if (!rc)
		rc = tracee_set_mask(t, UINT64_MAX, &r.mask);
	if (rc)
		return rc;
	r.saved = *regs;
	*ret_remote = r;
	return 0;
}

static int wait_for_exit_stop(struct engine *e, struct remote *r)
{
	struct ptrace_syscall_info info;
	struct tracee *t = r->t;
	int status, rc;

	for (;;) {
		rc = tracer->request(PTRACE_SYSCALL, t->tid, 0, 0);
		if (!rc)
			rc = engine_wait_for(e, t, REMOTE_LIMIT_NS, &status);
		if (rc)
			return rc;
		if (!WIFSTOPPED(status)) {
			tracee_defer(e, t, status);
			return -ESRCH;
		}
		r->was_stopped |= is_stop_signal(status);
		rc = tracer->request(PTRACE_GET_SYSCALL_INFO, t->tid, sizeof(info),
				     (uintptr_t)&info);
		if (rc)
			return rc;
		if (info.op == PTRACE_SYSCALL_INFO_EXIT)
			return 0;
	}
}

int remote_call(struct engine *e, struct remote *r, long nr, const uint64_t args[6],
		int64_t *ret_result)
{
	struct tracee *t = r->t;
	struct arch_regs regs = r->saved;
	int rc;

	for (unsigned i = 0; i < 6; i++)
		arch_native->set_arg(&regs, i, args[i]);
	if (r->in_entry && !r->used) {
		/* In the entry stop the call that is about to be made is replaced. */
		arch_native->set_nr(&regs, nr);
	} else {
		arch_native->set_ip(&regs, r->after_insn);
		arch_native->rewind_call(&regs, nr, args[0]);
	}
	r->used = true;
	t->regs_valid = false;
	rc = tracer->set_regs(t->tid, &regs);
	if (!rc)
		rc = wait_for_exit_stop(e, r);
	if (!rc)
		rc = tracer->get_regs(t->tid, &regs);
	if (rc)
		return rc;
	*ret_result = arch_native->result(&regs);
	return 0;
}

uint64_t remote_scratch(const struct remote *r)
{
	return (arch_native->sp(&r->saved) - arch_native->red_zone - 8192) & ~UINT64_C(63);
}

/* The call that @regs were interrupted in, to be made again by hand; -1 = none. */
static int64_t interrupted_call(const struct arch_regs *regs)
{
	int64_t nr = arch_native->nr(regs), result = arch_native->result(regs);
	const struct syscall_row *row;

	if (nr < 0)
		return -1;
	if (result == -RAW_ERESTART_RESTARTBLOCK)
		return SYS_restart_syscall;
	if (arch_is_restart_code(result))
		return nr;
	row = syscall_get(syscall_from_nr(arch_native->id, (long)nr));
	return is_eintr_undone(row, result) ? nr : -1;
}

/* The call to be made again; at an entry one that was to be skipped is, too. */
static int64_t call_to_make(const struct remote *r)
{
	const struct tracee *t = r->t;

	if (t->at_exit)
		return -1;
	if (!r->in_entry)
		return interrupted_call(&r->saved);
	return arch_native->nr(&r->saved) >= 0 ? arch_native->nr(&r->saved) : t->call.nr;
}

bool tracee_is_interrupted(struct tracee *t, long nr)
{
	struct arch_regs *regs;

	return t->state == TRACEE_STOPPED && tracee_get_regs(t, &regs) == 0 &&
	       (arch_native->nr(regs) == nr || arch_native->nr(regs) == SYS_restart_syscall) &&
	       interrupted_call(regs) >= 0;
}

int tracee_end_call(struct engine *e, struct tracee *t, int64_t result)
{
	struct arch_regs *regs;
	int rc = tracee_get_regs(t, &regs);
	bool is_known;

	if (rc)
		return rc;
	is_known = is_call_of_regs(t, regs);
	arch_native->set_result(regs, result);
	arch_native->set_nr(regs, -1); /* no restart */
	tracee_dirty_regs(t);
	t->interrupted = t->by_eintr = t->resume_expected = false;
	if (is_known)
		call_over(e, t, result);
	return t->state == TRACEE_HELD ? 0 : tracee_resume(e, t, 0);
}

static void restore_regs(struct remote *r)
{
	struct tracee *t = r->t;
	struct arch_regs regs = r->saved;
	int64_t again = call_to_make(r);
	bool is_known = r->in_entry || is_call_of_regs(t, &regs);

	if (again < 0)
		arch_native->set_nr(&regs, -1);
	else /* on aarch64 the result has overwritten the first argument in the registers */
		arch_native->rewind_call(&regs, again,
					 is_known ? t->call.args[0] : arch_native->arg(&regs, 0));
	if (again >= 0 && is_known)
		call_expect_again(t, &t->call);
	t->regs = regs;
	t->regs_valid = t->regs_dirty = true;
}

int remote_end(struct engine *e, struct remote *r)
{
	struct tracee *t = r->t;
	int rc = 0;

	if (r->lent_at)
		rc = tracee_write(e, t, r->lent_at, r->lent, arch_native->syscall_length);
	if (!rc)
		rc = tracee_set_mask(t, r->mask, NULL);
	if (!rc && r->was_stopped)
		rc = tracer->kill(t->process->tgid, SIGSTOP);
	if (!rc && (r->used || !r->in_entry))
		restore_regs(r);
	return rc;
}
