/*
 * ends.c - when an execution is over, and what stands still before that.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "engine/fds.h"
#include "run/clock.h"
#include "run/deadlock.h"
#include "run/execution.h"
#include "run/gdb.h"
#include "run/spin.h"
#include "run/stale.h"
#include "sys/procfs.h"
#include "sys/syscalls.h"

#define OUTPUT_MAX  (256 << 20)	      /* captured bytes of one process */
#define WAITS_SHOWN 16		      /* threads that the finding of a deadline names */
#define GRACE_NS    (300 * NS_PER_MS) /* for what the main processes left running */
#define GRACE_TIMES 10		      /* at most so much more when it has no processor */

static bool may_stay(const struct execution *x, const struct process *p)
{
	return x->scenario->expect.processes[p->spec].exit == EXIT_ALIVE;
}

static bool mains_done(const struct execution *x)
{
	for (size_t i = 0; i < x->subject_count; i++) {
		const struct subject *s = &x->subjects[i];

		/* Its moment may still come, as long as anybody lives to make it. */
		if (!s->process && (s->start_due || x->engine.live_processes))
			return false;
		if (!s->process)
			continue;
		if (!s->process->exited && !may_stay(x, s->process))
			return false;
	}
	return true;
}

static bool others_live(const struct execution *x)
{
	for (const struct process *p = x->engine.processes; p; p = p->next)
		if (!p->exited && !may_stay(x, p))
			return true;
	return false;
}

/* Let everybody go who waits at its first instruction, in the scenario's order. */
static void release_all(struct execution *x)
{
	for (size_t i = 0; i < x->subject_count; i++) {
		struct subject *s = &x->subjects[i];

		if (s->process && s->start_due && !s->process->exited && !s->at_start)
			return;
	}
	x->released = true;
	for (size_t i = 0; i < x->subject_count; i++) {
		struct tracee *t = x->subjects[i].process && !x->subjects[i].process->exited
					   ? x->subjects[i].at_start
					   : NULL;

		x->subjects[i].at_start = NULL;
		if (t)
			tracee_release(&x->engine, t);
	}
}

static void start_due(struct execution *x)
{
	for (size_t i = 0; i < x->subject_count; i++)
		if (x->subjects[i].start_due && !x->subjects[i].process) {
			int rc = subjects_start(x, &x->err);

			if (rc)
				execution_fail(x, rc);
			return;
		}
}

static bool grace_is_over(struct execution *x)
{
	uint64_t now = now_ns();

	if (!x->grace_ns) {
		x->grace_ns = now;
		x->grace_starved_ns = clock_starved_ns(x);
		engine_wake_at(&x->engine, now + GRACE_NS);
	}
	if (now < x->grace_ns + GRACE_NS)
		return false;
	return now >= x->grace_ns + GRACE_TIMES * GRACE_NS ||
	       now >= x->grace_ns + GRACE_NS + clock_starved_ns(x) - x->grace_starved_ns;
}

bool execution_finished(struct execution *x)
{
	if (x->failed || x->ended)
		return true;
	if (!x->released)
		release_all(x);
	start_due(x);
	if (x->failed)
		return true;
	if (x->gdb_pid && !x->handed_over)
		gdb_hand_over(x);
	if (!mains_done(x))
		return false;
	return !others_live(x) || grace_is_over(x);
}

/* Of its own, or of the socket that it waits at. */
static bool has_time_limit(const struct tracee *t, const struct syscall_row *row, int id,
			   const uint64_t *args)
{
	cleanup_close int fd = -1;

	if (syscall_has_time_limit(id, args))
		return true;
	if (row->fd_arg >= 0)
		fd = fd_borrow(t->process->tgid, (int)args[row->fd_arg]);
	return fd >= 0 &&
	       (fd_has_time_limit(fd, SO_RCVTIMEO) || fd_has_time_limit(fd, SO_SNDTIMEO));
}

/* The call that restart_syscall(2) stands for is known only of who was seen making it. */
static void describe_call(const struct tracee *t, const struct procfs_task *task, char *text,
			  size_t size)
{
	int restart = syscall_from_name("restart_syscall");
	int id = syscall_from_nr(arch_native->id, task->nr);
	const uint64_t *args = task->args;
	const struct syscall_row *row;
	bool is_limited = id == restart; /* for these alone the kernel has it */

	if (id == restart && t->in_call) {
		id = syscall_from_nr(arch_native->id, t->call.nr);
		args = t->call.args;
	}
	row = id == restart ? NULL : syscall_get(id);
	is_limited |= row && has_time_limit(t, row, id, args);
	snprintf(text, size, "%s%s", row ? row->name : "a call",
		 is_limited ? ", " WAIT_IS_LIMITED : "");
}

static void describe_waits(struct execution *x, char **ret_text)
{
	struct tracee *t, *tmp;
	char *text = mem_strdup("");
	unsigned count = 0;

	HASH_ITER(hh, x->engine.tracees, t, tmp) {
		struct procfs_task task;
		cleanup_free char *before = NULL;
		char name[128], call[64] = "";

		if (!t->process || may_stay(x, t->process) || !text || ++count > WAITS_SHOWN ||
		    procfs_task_read(x->engine.options.proc_fd, t->tid, &task))
			continue;
		before = text;
		if (!task.running)
			describe_call(t, &task, call, sizeof(call));
		subject_label(x, t->process, name, sizeof(name));
		text = mem_printf("%s\n%s: %s%s", before, name,
				  t->state == TRACEE_GROUP_STOPPED ? "stopped, in "
				  : task.running		   ? "running"
								   : "waits in ",
				  call);
	}
	if (text && count > WAITS_SHOWN) {
		cleanup_free char *before = text;

		text = mem_printf("%s\nand %u more", before, count - WAITS_SHOWN);
	}
	*ret_text = text;
}

static struct tracee *longest_waiting(struct execution *x)
{
	struct tracee *t, *tmp;

	HASH_ITER(hh, x->engine.tracees, t, tmp)
		if (t->process && !may_stay(x, t->process) && t->state == TRACEE_RUNNING)
			return t;
	return NULL;
}

static bool somebody_runs(struct execution *x, const char **ret_name, char *buf, size_t size)
{
	struct tracee *t, *tmp;

	HASH_ITER(hh, x->engine.tracees, t, tmp) {
		if (!t->process || may_stay(x, t->process) || !spin_is_busy(x, t))
			continue;
		*ret_name = subject_label(x, t->process, buf, size);
		return true;
	}
	return false;
}

static void deadline(struct execution *x)
{
	cleanup_free char *waits = NULL;
	const char *who = NULL;
	struct tracee *t;
	char name[128];
	bool runs = somebody_runs(x, &who, name, sizeof(name));

	x->seen->deadline_passed = true;
	x->ended = true;
	stale_note(x);
	describe_waits(x, &waits);
	t = longest_waiting(x);
	if (!runs && t)
		who = subject_label(x, t->process, name, sizeof(name));
	if (observed_add(x->seen, runs ? FINDING_SPIN : FINDING_HANG, who, "%s after %llu ms%s",
			 runs ? "still busy" : "still waiting",
			 (unsigned long long)(x->deadline_ns / NS_PER_MS), waits ? waits : "")) {
		execution_fail(x, -ENOMEM);
		return;
	}
	if (t)
		stack_of(x, t, &x->seen->findings[x->seen->finding_count - 1].stack);
}

/* A program that prints without end would fill the memory. */
static bool prints_too_much(struct execution *x)
{
	for (size_t i = 0; i < x->subject_count; i++) {
		const struct subject *s = &x->subjects[i];
		struct stat out = {0}, err = {0};

		if ((s->out_fd >= 0 && fstat(s->out_fd, &out)) ||
		    (s->err_fd >= 0 && fstat(s->err_fd, &err)) ||
		    out.st_size + err.st_size <= OUTPUT_MAX)
			continue;
		execution_fail(x, err_set(&x->err, -EFBIG, "'%s' has printed more than %d MiB",
					  s->spec->name, OUTPUT_MAX >> 20));
		return true;
	}
	return false;
}

void ends_tick(struct execution *x, uint64_t now)
{
	uint64_t elapsed = now - x->engine.start_ns;

	if (x->ended || x->failed || x->handed_over)
		return;
	clock_look(x, elapsed);
	if (clock_is_over(x, elapsed, x->deadline_ns)) {
		deadline(x);
		return;
	}
	engine_wake_at(&x->engine, x->engine.start_ns + x->deadline_ns + x->seen->starved_ns);
	if (prints_too_much(x))
		return;
	if (outputs_overflow(x) || deadlock_check(x) || spin_check(x, now))
		x->ended = true;
}

static void count_children(struct execution *x, const struct process *parent,
			   struct observed_process *seen)
{
	seen->children_at_exit = seen->zombies_at_exit = 0;
	for (const struct process *p = x->engine.processes; p; p = p->next) {
		struct procfs_stat stat;

		if (p->parent != parent || procfs_stat(x->engine.options.proc_fd, p->tgid, &stat))
			continue;
		seen->children_at_exit++;
		/* One that is just dying will be a zombie before its parent is gone. */
		seen->zombies_at_exit += stat.state == 'Z' || stat.is_exiting;
	}
}

void ends_note_exit(struct execution *x, struct tracee *t)
{
	struct subject *s = t->process->parent ? NULL : subject_of(x, t->process);
	struct observed_process *seen;
	unsigned fds = 0;

	process_note_ns_tgid(&x->engine, t->process);
	clock_look(x, engine_elapsed_ns(&x->engine));
	if (!s)
		return;
	seen = &x->seen->processes[s - x->subjects];
	procfs_count_fds(x->engine.options.proc_fd, t->process->tgid, &fds);
	seen->fds_at_exit = fds > s->fds_at_start ? fds - s->fds_at_start : 0;
	count_children(x, t->process, seen);
	seen->exit_seen = true;
}
