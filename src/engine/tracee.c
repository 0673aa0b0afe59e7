#include "engine/tracee.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>
#include <utlist.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "engine/breakpoint.h"
#include "engine/internal.h"
#include "sys/procfs.h"

struct tracee *engine_find(struct engine *e, pid_t tid)
{
	struct tracee *t;

	HASH_FIND(hh, e->tracees, &tid, sizeof(tid), t);
	return t;
}

struct tracee *tracee_new(struct engine *e, pid_t tid, struct process *p)
{
	struct tracee *t = mem_zalloc(sizeof(*t));

	if (!t)
		return NULL;
	t->tid = tid;
	t->task_fd = -1;
	t->process = p;
	t->state = p ? TRACEE_NEW : TRACEE_ORPHAN;
	if (p) {
		t->thread_no = ++p->threads_made;
		p->threads_live++;
	}
	HASH_ADD(hh, e->tracees, tid, sizeof(t->tid), t);
	return t;
}

void tracee_free(struct engine *e, struct tracee *t)
{
	tracee_unwatch_blocked(e, t);
	if (t->process)
		t->process->threads_live--;
	if (t->task_fd >= 0)
		close(t->task_fd);
	if (t->has_report)
		DL_DELETE2(e->reports, t, report_prev, report_next);
	HASH_DELETE(hh, e->tracees, t);
	free(t);
}

struct process *process_new(struct engine *e, pid_t tgid, struct process *parent)
{
	struct process *p = mem_zalloc(sizeof(*p));

	if (!p)
		return NULL;
	p->tgid = tgid;
	p->parent = parent;
	if (parent) {
		p->spec = parent->spec;
		p->copy = parent->copy;
		p->child_no = ++parent->children;
		/* A fork goes on in the same program. */
		p->started = parent->started;
		p->execed = parent->execed;
		p->under_valgrind = parent->under_valgrind;
		p->placed = parent->placed;
		p->entry = parent->entry;
		p->loader_lo = parent->loader_lo;
		p->loader_hi = parent->loader_hi;
	}
	if (e->last_process)
		e->last_process->next = p;
	else
		e->processes = p;
	e->last_process = p;
	e->live_processes++;
	return p;
}

void process_note_ns_tgid(struct engine *e, struct process *p)
{
	struct procfs_status status;

	if (!p->ns_tgid && procfs_status(e->options.proc_fd, p->tgid, &status) == 0)
		p->ns_tgid = status.ns_tid;
}

int tracee_get_regs(struct tracee *t, struct arch_regs **ret_regs)
{
	if (!t->regs_valid) {
		int rc = tracer->get_regs(t->tid, &t->regs);

		if (rc)
			return rc;
		t->regs_valid = true;
		t->regs_dirty = false;
	}
	*ret_regs = &t->regs;
	return 0;
}

void tracee_dirty_regs(struct tracee *t)
{
	t->regs_dirty = true;
}

int tracee_flush_regs(struct tracee *t)
{
	int rc = 0;

	if (t->regs_valid && t->regs_dirty)
		rc = tracer->set_regs(t->tid, &t->regs);
	t->regs_valid = t->regs_dirty = false;
	return rc;
}

int tracee_set_mask(struct tracee *t, uint64_t mask, uint64_t *ret_before)
{
	uint64_t before;
	int rc = 0;

	if (ret_before)
		rc = tracer->request(PTRACE_GETSIGMASK, t->tid, sizeof(before), (uintptr_t)&before);
	if (!rc)
		rc = tracer->request(PTRACE_SETSIGMASK, t->tid, sizeof(mask), (uintptr_t)&mask);
	if (!rc && ret_before)
		*ret_before = before;
	return rc;
}

int tracee_read(const struct tracee *t, uint64_t addr, void *data, size_t size)
{
	ssize_t n = tracer->read(t->tid, addr, data, size);

	if (n < 0)
		return (int)n;
	return (size_t)n == size ? 0 : -EFAULT;
}

static int write_by_proc(struct engine *e, const struct tracee *t, uint64_t addr, const void *data,
			 size_t size)
{
	char path[32];
	cleanup_close int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "%d/mem", t->tid);
	fd = openat(e->options.proc_fd, path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	n = pwrite(fd, data, size, (off_t)addr);
	if (n <= 0) /* 0: its memory is gone */
		return n < 0 ? -errno : -ESRCH;
	return (size_t)n == size ? 0 : -EFAULT;
}

int tracee_write(struct engine *e, const struct tracee *t, uint64_t addr, const void *data,
		 size_t size)
{
	ssize_t n = tracer->write(t->tid, addr, data, size);

	return n == (ssize_t)size ? 0 : write_by_proc(e, t, addr, data, size);
}

/* process_vm_writev(2) cannot write to code; what lies in one word, ptrace(2) can. */
int tracee_patch(struct engine *e, const struct tracee *t, uint64_t addr, const void *data,
		 size_t size)
{
	size_t offset = addr % sizeof(uintptr_t);
	uintptr_t word;

	if (offset + size > sizeof(word) || tracee_read(t, addr - offset, &word, sizeof(word)))
		return tracee_write(e, t, addr, data, size);
	memcpy((char *)&word + offset, data, size);
	if (tracer->request(PTRACE_POKEDATA, t->tid, addr - offset, word))
		return tracee_write(e, t, addr, data, size);
	return 0;
}

#define PAGE 4096u

int tracee_read_string(const struct tracee *t, uint64_t addr, char *text, size_t size)
{
	size_t used = 0;

	while (used + 1 < size) {
		/* Up to the next page boundary: what follows may not be mapped. */
		size_t part = PAGE - (addr + used) % PAGE;
		int rc;

		if (part > size - 1 - used)
			part = size - 1 - used;
		rc = tracee_read(t, addr + used, text + used, part);
		if (rc)
			return rc;
		if (memchr(text + used, '\0', part))
			return 0;
		used += part;
	}
	text[used] = '\0';
	return 0;
}

const char *process_name(const struct process *p, const char *base, char *buf, size_t size)
{
	size_t used;

	if (!p->parent) {
		snprintf(buf, size, "%s", base);
		return buf;
	}
	process_name(p->parent, base, buf, size);
	used = strlen(buf);
	snprintf(buf + used, size - used, "/child[%u]", p->child_no);
	return buf;
}

void tracee_watch_exit(struct tracee *t)
{
	t->want_exit = true;
}

void tracee_hold(struct engine *e, struct tracee *t, uint64_t ns)
{
	t->state = TRACEE_HELD;
	t->hold_until_ns = ns ? now_ns() + ns : 0;
	if (ns)
		engine_wake_at(e, t->hold_until_ns);
}

void tracee_release(struct engine *e, struct tracee *t)
{
	if (t->state == TRACEE_HELD)
		engine_note(e, tracee_resume(e, t, t->hold_signal));
}

void tracee_step(struct tracee *t, bool on)
{
	t->stepping = on;
}

/* Past the breakpoint that it stands at: an instruction like any other. */
static int leave_breakpoint(struct engine *e, struct tracee *t)
{
	int rc;

	t->state = TRACEE_STOPPED;
	rc = breakpoint_step_over(e, t);
	if (!rc && t->stepping && e->ops->stepped)
		e->ops->stepped(e->ctx, t);
	return rc;
}

static int step_once(struct engine *e, struct tracee *t)
{
	int rc = tracee_flush_regs(t);

	t->step_first = false;
	t->state = TRACEE_STOPPED;
	if (!rc)
		rc = single_step(e, t);
	t->regs_valid = t->regs_dirty = false;
	if (!rc && e->ops->memory_done)
		e->ops->memory_done(e->ctx, t);
	return rc;
}

static enum __ptrace_request request_of(const struct tracee *t)
{
	if (t->step_into_handler)
		return PTRACE_SINGLESTEP;
	if (t->want_exit)
		return PTRACE_SYSCALL;
	if (t->stepping)
		return PTRACE_SINGLESTEP;
	return t->sampled ? PTRACE_SYSCALL : PTRACE_CONT;
}

int tracee_resume(struct engine *e, struct tracee *t, int signal)
{
	enum __ptrace_request request;
	int rc = 0;

	if (t->at_breakpoint) {
		rc = leave_breakpoint(e, t);
		if (t->state == TRACEE_HELD) {
			t->hold_signal = signal;
			return rc;
		}
	}
	if (!rc && t->step_first)
		rc = step_once(e, t);
	request = request_of(t);
	if (!rc)
		rc = tracee_flush_regs(t);
	if (t->want_blocked && !e->frozen_for)
		freeze_others(e, t);
	t->state = TRACEE_RUNNING;
	t->at_entry = t->at_exit = false;
	t->hold_signal = 0;
	return rc ? rc : tracer->request((int)request, t->tid, 0, (uintptr_t)signal);
}
