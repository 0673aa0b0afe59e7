#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>

#include "base/util.h"
#include "engine/breakpoint.h"
#include "engine/internal.h"
#include "sys/procfs.h"

void process_drop_image(struct process *p)
{
	if (p->image)
		p->image_free(p->image);
	p->image = NULL;
}

static int adopt(struct engine *e, struct tracee *parent, pid_t tid, bool is_thread)
{
	struct tracee *t = engine_find(e, tid);
	struct process *p = parent->process;
	int rc;

	if (!is_thread) {
		p = process_new(e, tid, parent->process);
		if (!p)
			return -ENOMEM;
		rc = breakpoints_inherit(p, parent->process);
		if (rc)
			return rc;
		if (e->ops->process_created)
			e->ops->process_created(e->ctx, p);
	}
	if (!t)
		return tracee_new(e, tid, p) ? 0 : -ENOMEM;
	/* Its first stop was here before this event. */
	t->process = p;
	t->thread_no = ++p->threads_made;
	p->threads_live++;
	return on_first_stop(e, t);
}

int on_first_stop(struct engine *e, struct tracee *t)
{
	if (!e->frozen_for)
		return tracee_resume(e, t, 0);
	t->state = TRACEE_FROZEN;
	t->regs_valid = t->regs_dirty = false;
	return 0;
}

static bool is_thread_of(struct engine *e, pid_t tid, const struct process *p)
{
	struct procfs_status status;

	return procfs_status(e->options.proc_fd, tid, &status) == 0 && status.tgid == p->tgid;
}

int on_new_child(struct engine *e, struct tracee *t, enum stop_kind kind)
{
	unsigned long tid;
	int rc;

	rc = tracer->request(PTRACE_GETEVENTMSG, t->tid, 0, (uintptr_t)&tid);
	if (rc)
		return rc;
	if (t->process) {
		rc = adopt(e, t, (pid_t)tid,
			   kind == STOP_CLONE && is_thread_of(e, (pid_t)tid, t->process));
		if (rc && rc != -ESRCH)
			return rc;
	}
	return tracee_resume(e, t, 0);
}

/* exec ends all other threads; the one that called it goes on under the leader's id. */
static void become_single(struct engine *e, struct tracee *leader)
{
	struct tracee *t, *tmp;

	HASH_ITER(hh, e->tracees, t, tmp) {
		if (t->process == leader->process && t != leader)
			tracee_free(e, t);
	}
}

static void forget_thread_state(struct engine *e, struct tracee *t)
{
	tracee_unwatch_blocked(e, t);
	t->resume_expected = t->interrupted = t->by_eintr = t->args_changed = false;
	t->at_breakpoint = 0;
	t->was_stopped = false;
	t->step_into_handler = t->stepping = false;
	t->exit_fixup = NULL;
	t->handler_depth = 0;
	t->in_call = t->want_exit = false;
	t->thread_no = 1;
	t->process->threads_made = 1;
}

/* Calls count from the program's own first instruction: at AT_ENTRY, after the loader. */
/*
 * Where the code of the loader lies, relative to its base, by program: reading
 * the maps of each new process costs 80 us, and runs repeat their programs.
 */
static struct known_loader {
	uint64_t dev, ino;
	struct timespec changed;
	uint64_t lo, hi; /* offsets; 0, 0 = none of its own */
} known_loaders[8];
static unsigned next_loader;

static const struct known_loader *find_known(const struct stat *program)
{
	for (size_t i = 0; i < ARRAY_SIZE(known_loaders); i++) {
		const struct known_loader *known = &known_loaders[i];

		if (known->ino == program->st_ino && known->dev == program->st_dev &&
		    known->changed.tv_sec == program->st_ctim.tv_sec &&
		    known->changed.tv_nsec == program->st_ctim.tv_nsec)
			return known;
	}
	return NULL;
}

/* All zero: it is not known. */
static void stat_program(struct engine *e, const struct process *p, struct stat *ret_program)
{
	char path[32];

	memset(ret_program, 0, sizeof(*ret_program));
	snprintf(path, sizeof(path), "%d/exe", p->tgid);
	(void)!fstatat(e->options.proc_fd, path, ret_program, 0);
}

static void find_loader(struct engine *e, struct process *p, uint64_t base,
			const struct stat *program)
{
	bool named = program->st_ino;
	const struct known_loader *known = named ? find_known(program) : NULL;
	int found;

	if (known) {
		p->loader_lo = known->hi ? base + known->lo : 0;
		p->loader_hi = known->hi ? base + known->hi : 0;
		return;
	}
	found = procfs_loader_text(e->options.proc_fd, p->tgid, base, &p->loader_lo, &p->loader_hi);
	if (found <= 0)
		p->loader_lo = p->loader_hi = 0;
	/* What could not be read now may be read the next time. */
	if (named && found >= 0)
		known_loaders[next_loader++ % ARRAY_SIZE(known_loaders)] =
			(struct known_loader){program->st_dev, program->st_ino, program->st_ctim,
					      p->loader_hi ? p->loader_lo - base : 0,
					      p->loader_hi ? p->loader_hi - base : 0};
}

static int find_start(struct engine *e, struct tracee *t, const struct stat *program)
{
	struct process *p = t->process;
	struct breakpoint *bp;
	struct procfs_auxv auxv;
	int rc = procfs_auxv(e->options.proc_fd, p->tgid, &auxv);

	if (rc)
		return rc;
	p->entry = auxv.entry;
	p->syscall_ip = 0;
	p->loader_lo = p->loader_hi = 0;
	p->started = auxv.base == 0;
	if (p->started)
		return 0;
	find_loader(e, p, auxv.base, program);
	rc = breakpoint_set(e, t, p->entry, NULL, &bp, NULL);
	if (!rc)
		bp->loader_entry = true;
	return rc;
}

/* Under a tracer the kernel gives no privileges, execve(2). */
static void note_setuid(struct engine *e, struct process *p, const struct stat *program)
{
	char path[32];
	struct stat own;

	if (!(program->st_mode & S_ISUID))
		return;
	snprintf(path, sizeof(path), "%d", p->tgid);
	/* The folder belongs to the effective user. */
	if (fstatat(e->options.proc_fd, path, &own, 0) == 0 && own.st_uid != program->st_uid)
		p->setuid_lost = true;
}

int on_exec(struct engine *e, struct tracee *t)
{
	struct process *p = t->process;
	struct stat program;
	int rc;

	if (!p)
		return tracee_resume(e, t, 0);
	become_single(e, t);
	forget_thread_state(e, t);
	breakpoints_forget(p);
	process_drop_image(p);
	p->execed = true;
	stat_program(e, p, &program);
	note_setuid(e, p, &program);
	rc = find_start(e, t, &program);
	if (rc)
		return rc;
	if (p->started && e->ops->started)
		e->ops->started(e->ctx, t);
	return t->state == TRACEE_HELD ? 0 : tracee_resume(e, t, 0);
}

static void process_end(struct engine *e, struct process *p, const struct stop *stop)
{
	p->exited = true;
	p->signaled = stop->kind == STOP_KILLED;
	p->status = stop->value;
	p->exit_ns = now_ns();
	e->live_processes--;
	if (e->ops->process_ended)
		e->ops->process_ended(e->ctx, p);
}

int on_exited(struct engine *e, pid_t tid, const struct stop *stop)
{
	struct tracee *t = engine_find(e, tid), *other, *tmp;
	struct process *p;

	if (!t)
		return 0;
	p = t->process;
	tracee_free(e, t);
	if (!p || p->tgid != tid)
		return 0;
	/* The leader is reported last; threads of it that are still known are gone. */
	HASH_ITER(hh, e->tracees, other, tmp)
		if (other->process == p)
			tracee_free(e, other);
	process_end(e, p, stop);
	return 0;
}
