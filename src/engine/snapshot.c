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

#define CLONE_LIMIT_NS (5 * NS_PER_S)
#define WORDS_MAX      (FORK_LOOP_MAX / sizeof(uintptr_t) + 1)

/*
 * It stands in arch.fork_loop, which lies where its program begins: each copy
 * has that code overwritten with the program's own before it goes on.
 */
struct snapshot {
	pid_t pid;		/* frozen */
	struct process process; /* what a copy begins with */
	struct arch_regs regs;	/* at its first own instruction */
	struct fork_loop loop; /* child_tid: set_tid_address(2), where libc keeps the thread's id */
	uintptr_t text[WORDS_MAX]; /* the program's own */
	uint64_t text_at;
	size_t text_words;
	bool in_loop;
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
	s->loop.robust_head = (uintptr_t)head;
	s->loop.robust_size = size;
	return 0;
}

/* Whole words, which ptrace(2) can write over code. */
static int lay_fork_loop(struct engine *e, const struct tracee *t, struct snapshot *s)
{
	uint64_t entry = t->process->entry, end = entry + arch_native->fork_loop_length;
	int rc;

	s->text_at = entry - entry % sizeof(*s->text);
	s->text_words = (end - s->text_at + sizeof(*s->text) - 1) / sizeof(*s->text);
	rc = tracee_read(t, s->text_at, s->text, s->text_words * sizeof(*s->text));
	return rc ? rc
		  : tracee_write(e, t, entry, arch_native->fork_loop,
				 arch_native->fork_loop_length);
}

/* What is told of a process while its program is loaded would have to be told of the copies. */
static bool is_plain(const struct process *p)
{
	return p->entry && p->loader_hi && !p->uses_timer && !p->uses_io_uring && !p->own_seccomp &&
	       !p->foreign_calls;
}

/* Takes over what is known of the frozen thread, with all that has to be put back in a copy. */
static int describe(struct snapshot *s, struct taking *taking, size_t fd_count)
{
	struct engine *e = &taking->engine;
	struct tracee *t = taking->frozen;
	struct arch_regs *regs;
	int rc;

	if (!t || !is_plain(t->process) || !is_alone(taking, fd_count))
		return -ENOTSUP;
	s->pid = t->tid;
	rc = ask_robust_list(s);
	if (!rc)
		rc = ask_clear_tid(e, t, &s->loop.child_tid);
	if (!rc)
		rc = tracee_get_regs(t, &regs);
	if (rc)
		return rc;
	s->loop.flags =
		CLONE_PARENT | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | (uint64_t)SIGCHLD;
	s->process = (struct process){.entry = t->process->entry,
				      .loader_lo = t->process->loader_lo,
				      .loader_hi = t->process->loader_hi,
				      .placed = t->process->placed,
				      .setuid_lost = t->process->setuid_lost};
	s->regs = *regs;
	arch_native->set_nr(&s->regs, -1);
	return lay_fork_loop(e, t, s);
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

static int enter_loop(struct snapshot *s)
{
	struct arch_regs regs = s->regs;
	int rc;

	if (s->in_loop)
		return 0;
	arch_native->set_fork_loop(&regs, s->process.entry, &s->loop);
	rc = tracer->set_regs(s->pid, &regs);
	s->in_loop = !rc;
	return rc;
}

/* Up to the next stop that is not the filter's. */
static int next_event(pid_t pid, struct stop *ret_stop)
{
	struct stop stop;
	int rc;

	do {
		rc = tracer->request(PTRACE_CONT, pid, 0, 0);
		if (!rc)
			rc = next_stop(pid, &stop);
	} while (!rc && stop.kind == STOP_SECCOMP);
	if (!rc)
		*ret_stop = stop;
	return rc;
}

/* The frozen program calls clone(2); *@ret_pid is its copy, which has its first stop to come. */
static int call_clone(struct snapshot *s, pid_t *ret_pid)
{
	struct stop stop = {0};
	unsigned long pid;
	int rc = enter_loop(s);

	if (!rc)
		rc = next_event(s->pid, &stop);
	if (!rc && stop.kind != STOP_FORK) {
		s->in_loop = false;
		rc = stop.kind == STOP_TRAP ? -EAGAIN : -EPROTO;
	}
	if (!rc)
		rc = tracer->request(PTRACE_GETEVENTMSG, s->pid, 0, (uintptr_t)&pid);
	if (rc)
		return rc;
	*ret_pid = (pid_t)pid;
	return 0;
}

/* To the end of the loop, and from there to the program's first instruction. */
static int make_alike(const struct snapshot *s, struct tracee *t)
{
	struct stop stop;
	int32_t ns_tid;
	int rc = next_event(t->tid, &stop);

	if (!rc && stop.kind != STOP_TRAP)
		rc = -EPROTO;
	for (size_t i = 0; !rc && i < s->text_words; i++)
		rc = tracer->request(PTRACE_POKEDATA, t->tid, s->text_at + i * sizeof(*s->text),
				     s->text[i]);
	if (rc)
		return rc;
	t->regs = s->regs;
	t->regs_valid = t->regs_dirty = true;
	/* CLONE_CHILD_SETTID has it as the process sees it. */
	if (tracee_read(t, s->loop.child_tid, &ns_tid, sizeof(ns_tid)) == 0)
		t->process->ns_tgid = ns_tid;
	return 0;
}

static struct tracee *adopt(struct engine *e, const struct snapshot *s, pid_t pid)
{
	struct process *p = process_new(e, pid, NULL);

	if (!p)
		return NULL;
	p->entry = s->process.entry;
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
	rc = make_alike(s, t);
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
