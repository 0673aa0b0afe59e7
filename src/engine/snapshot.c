#include "engine/snapshot.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "engine/internal.h"
#include "engine/remote.h"
#include "sys/procfs.h"

#define CLONE_LIMIT_NS	(5 * NS_PER_S)
#define LOADER_TEXT_MAX (4u << 20)

/* clone(2): the last two arguments change places from one architecture to the other. */
#if defined(__x86_64__)
#define CLONE_ARG_CHILD_TID 3
#else
#define CLONE_ARG_CHILD_TID 4
#endif

struct snapshot {
	pid_t pid;		/* frozen */
	struct process process; /* what a copy begins with */
	struct arch_regs regs;	/* at its first own instruction */
	uint64_t clear_tid;	/* set_tid_address(2): where the C library keeps the thread's id */
	uint64_t robust_head, robust_size; /* get_robust_list(2); not inherited by a fork */
	bool in_clone;			   /* its last clone(2) has not returned */
};

/* --- taking ------------------------------------------------------------------ */

struct taking {
	struct engine engine;
	struct tracee *frozen;
};

static void freeze_at_start(void *ctx, struct tracee *t)
{
	struct taking *taking = ctx;

	taking->frozen = t;
	tracee_hold(&taking->engine, t, 0);
}

static bool is_frozen(void *ctx)
{
	return ((struct taking *)ctx)->frozen;
}

static bool is_alone(const struct taking *taking, size_t fd_count)
{
	const struct engine *e = &taking->engine;
	unsigned fds;

	return HASH_COUNT(e->tracees) == 1 && e->processes == e->last_process &&
	       procfs_count_fds(e->options.proc_fd, taking->frozen->tid, &fds) == 0 &&
	       fds == fd_count;
}

/* Some instruction of the loader that makes a system call; 0 = none. */
static uint64_t find_syscall_insn(const struct tracee *t)
{
	const struct process *p = t->process;
	size_t size = p->loader_hi - p->loader_lo;
	cleanup_free char *text = NULL;
	const char *found;

	if (!size || size > LOADER_TEXT_MAX)
		return 0;
	text = mem_zalloc(size);
	if (!text || tracee_read(t, p->loader_lo, text, size))
		return 0;
	found = memmem(text, size, arch_native->syscall_insn, arch_native->syscall_length);
	return found ? p->loader_lo + (uint64_t)(found - text) : 0;
}

static int ask_clear_tid(struct engine *e, struct tracee *t, uint64_t *ret_addr)
{
	struct remote remote;
	int64_t result = 0;
	int rc = remote_begin(e, t, &remote);

	if (rc)
		return rc;
	rc = remote_call(e, &remote, SYS_prctl,
			 (uint64_t[6]){PR_GET_TID_ADDRESS, remote_scratch(&remote)}, &result);
	if (!rc && !result)
		rc = tracee_read(t, remote_scratch(&remote), ret_addr, sizeof(*ret_addr));
	if (!rc)
		rc = remote_end(e, &remote);
	return rc ? rc : result ? -ENOTSUP : 0;
}

static int ask_robust_list(struct snapshot *s)
{
	void *head;
	size_t size;

	if (syscall(SYS_get_robust_list, s->pid, &head, &size))
		return -errno;
	s->robust_head = (uintptr_t)head;
	s->robust_size = size;
	return 0;
}

/* Takes over what is known of the frozen thread, with all that has to be put back in a copy. */
static int describe(struct snapshot *s, struct taking *taking, size_t fd_count)
{
	struct tracee *t = taking->frozen;
	struct procfs_status status;
	struct arch_regs *regs;
	uint64_t insn;
	int rc;

	if (!t || !t->process->loader_hi || !is_alone(taking, fd_count))
		return -ENOTSUP;
	insn = find_syscall_insn(t);
	if (!insn)
		return -ENOTSUP;
	t->process->syscall_ip = insn + arch_native->syscall_length;
	rc = ask_clear_tid(&taking->engine, t, &s->clear_tid);
	if (!rc)
		rc = procfs_status(taking->engine.options.proc_fd, t->tid, &status);
	if (!rc)
		rc = tracee_get_regs(t, &regs);
	if (rc)
		return rc;
	s->pid = t->tid;
	s->process = (struct process){.entry = t->process->entry,
				      .syscall_ip = t->process->syscall_ip,
				      .loader_lo = t->process->loader_lo,
				      .loader_hi = t->process->loader_hi,
				      .placed = t->process->placed,
				      .setuid_lost = t->process->setuid_lost,
				      .ns_tgid = status.ns_tid};
	s->regs = *regs;
	arch_native->set_nr(&s->regs, -1);
	return ask_robust_list(s);
}

int snapshot_take(const struct launch *launch, const struct engine_options *options,
		  struct snapshot **ret_snapshot, struct err *err)
{
	static const struct engine_ops ops = {.started = freeze_at_start, .finished = is_frozen};
	cleanup_free struct snapshot *s = mem_zalloc(sizeof(*s));
	struct taking taking = {.frozen = NULL};
	struct process *process;
	int rc;

	if (!s)
		return err_errno(err, -ENOMEM, "start '%s'", launch->path);
	rc = engine_init(&taking.engine, options, &ops, &taking, err);
	if (rc)
		return rc;
	rc = engine_launch(&taking.engine, launch, 0, 0, &process, err);
	if (!rc)
		rc = engine_run(&taking.engine, err);
	if (!rc) {
		rc = describe(s, &taking, launch->fd_count);
		if (rc)
			err_errno(err, rc, "a copy of '%s'", launch->path);
	}
	if (rc)
		engine_kill_all(&taking.engine);
	engine_release(&taking.engine);
	tick_again(); /* for the engine of the caller */
	if (!rc)
		*ret_snapshot = TAKE_PTR(s);
	return rc;
}

/* --- a copy ------------------------------------------------------------------- */

/* The next stop of @pid, which is about to come; -ESRCH when it is its death instead. */
static int next_stop(pid_t pid, struct stop *ret_stop)
{
	uint64_t give_up = now_ns() + CLONE_LIMIT_NS;
	int status;
	pid_t got;

	do
		got = tracer->wait(pid, 0, &status);
	while (got == -EINTR && now_ns() < give_up);
	if (got < 0)
		return got == -EINTR ? -ETIMEDOUT : got == -ECHILD ? -ESRCH : got;
	*ret_stop = stop_classify(status);
	return ret_stop->kind == STOP_EXITED || ret_stop->kind == STOP_KILLED ? -ESRCH : 0;
}

static int finish_last_clone(struct snapshot *s)
{
	struct stop stop;
	int rc;

	if (!s->in_clone)
		return 0;
	rc = tracer->request(PTRACE_SYSCALL, s->pid, 0, 0);
	if (!rc)
		rc = next_stop(s->pid, &stop);
	s->in_clone = rc;
	return rc;
}

/* The frozen program calls clone(2); *@ret_pid is its copy, which has its first stop to come. */
static int call_clone(struct snapshot *s, pid_t *ret_pid)
{
	const uint64_t flags =
		CLONE_PARENT | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | (uint64_t)SIGCHLD;
	struct arch_regs regs = s->regs;
	struct stop stop;
	unsigned long pid;
	int rc = finish_last_clone(s);

	for (unsigned i = 1; i < 6; i++)
		arch_native->set_arg(&regs, i, 0);
	arch_native->set_arg(&regs, CLONE_ARG_CHILD_TID, s->clear_tid);
	arch_native->set_ip(&regs, s->process.syscall_ip);
	arch_native->rewind_call(&regs, SYS_clone, flags);
	if (!rc)
		rc = tracer->set_regs(s->pid, &regs);
	do { /* the filter may stop it first */
		if (!rc)
			rc = tracer->request(PTRACE_CONT, s->pid, 0, 0);
		if (!rc)
			rc = next_stop(s->pid, &stop);
	} while (!rc && stop.kind == STOP_SECCOMP);
	if (!rc && stop.kind != STOP_FORK)
		rc = -EPROTO;
	if (!rc)
		rc = tracer->request(PTRACE_GETEVENTMSG, s->pid, 0, (uintptr_t)&pid);
	if (rc)
		return rc;
	s->in_clone = true;
	*ret_pid = (pid_t)pid;
	return 0;
}

/* What a fork does not inherit, and what only a process of its own session may do. */
static int make_alike(struct engine *e, const struct snapshot *s, struct tracee *t)
{
	struct remote remote;
	int64_t result;
	int rc = tracer->set_regs(t->tid, &s->regs);

	t->regs_valid = false;
	if (!rc)
		rc = remote_begin(e, t, &remote);
	if (!rc && s->robust_head)
		rc = remote_call(e, &remote, SYS_set_robust_list,
				 (uint64_t[6]){s->robust_head, s->robust_size}, &result);
	if (!rc)
		rc = remote_call(e, &remote, SYS_setsid, (uint64_t[6]){0}, &result);
	return rc ? rc : remote_end(e, &remote);
}

static struct tracee *adopt(struct engine *e, const struct snapshot *s, pid_t pid)
{
	struct process *p = process_new(e, pid, NULL);

	if (!p)
		return NULL;
	p->entry = s->process.entry;
	p->syscall_ip = s->process.syscall_ip;
	p->loader_lo = s->process.loader_lo;
	p->loader_hi = s->process.loader_hi;
	p->placed = s->process.placed;
	p->setuid_lost = s->process.setuid_lost;
	p->execed = p->started = true;
	return tracee_new(e, pid, p);
}

int snapshot_launch(struct engine *e, struct snapshot *s, int spec, unsigned copy,
		    struct process **ret_process, struct err *err)
{
	struct tracee *t = NULL;
	struct stop stop;
	pid_t pid;
	int rc = call_clone(s, &pid);

	if (!rc)
		rc = next_stop(pid, &stop);
	if (!rc) {
		t = adopt(e, s, pid);
		rc = t ? 0 : -ENOMEM;
	}
	if (rc)
		return err_errno(err, rc, "a copy of the program");
	t->state = TRACEE_STOPPED;
	t->process->spec = spec;
	t->process->copy = copy;
	rc = make_alike(e, s, t);
	if (rc)
		return err_errno(err, rc, "a copy of the program");
	*ret_process = t->process;
	if (e->ops->started)
		e->ops->started(e->ctx, t);
	if (t->state != TRACEE_HELD)
		rc = tracee_resume(e, t, 0);
	return rc == -ESRCH || !rc ? 0 : err_errno(err, rc, "a copy of the program");
}

pid_t snapshot_pid(const struct snapshot *s)
{
	return s->pid;
}

pid_t snapshot_ns_pid(const struct snapshot *s)
{
	return s->process.ns_tgid;
}

void snapshot_free(struct snapshot *s)
{
	int status = 0;

	if (!s)
		return;
	tracer->kill(s->pid, SIGKILL);
	do
		status = 0;
	while (tracer->wait(s->pid, 0, &status) == -EINTR || WIFSTOPPED(status));
	free(s);
}
