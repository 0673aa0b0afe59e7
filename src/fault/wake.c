/*
 * wake.c - spurious wake-ups: a thread that sleeps in futex(2) or in a call of
 * the family of poll(2) returns although nothing has happened.
 *
 * Linux lets a FUTEX_WAIT return 0 without a reason (futex(2)), and poll, select
 * and epoll_wait report a descriptor that is no longer ready when its data went
 * to somebody else, or were found to be damaged (select(2), BUGS).  The thread
 * is taken out of its sleep by an interrupt, which the kernel answers with a
 * restart code; instead of being made again the call then ends with what such
 * a wake-up gives.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "engine/remote.h"
#include "fault/internal.h"
#include "sys/procfs.h"

#define POLLFDS_MAX  1024
#define SELECT_WORDS (FD_SETSIZE / 64)

/* A thread asleep, and its call. */
struct sleeper {
	struct fault_env *env;
	struct tracee *t;
	long nr;
	uint64_t args[SYSCALL_ARGS];
	int fd; /* that is told to be ready; -1 = none */
};

/* What each call answers: a result, or -errno when it cannot wake so. */

static int64_t wake_futex(struct sleeper *s)
{
	switch (s->args[1] & (uint64_t)FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
		return 0;
	default: /* with priority inheritance the kernel hands the lock over */
		return -ENOTSUP;
	}
}

static int64_t wake_futex2(struct sleeper *s)
{
	(void)s;
	return 0;
}

static int64_t wake_poll(struct sleeper *s)
{
	cleanup_free struct pollfd *fds = NULL;
	uint64_t count = s->args[1];
	int64_t ready = 0;
	int rc;

	if (!count || count > POLLFDS_MAX)
		return -ENOTSUP;
	fds = malloc(count * sizeof(*fds));
	if (!fds)
		return -ENOMEM;
	rc = tracee_read(s->t, s->args[0], fds, count * sizeof(*fds));
	if (rc)
		return rc;
	for (uint64_t i = 0; i < count; i++) {
		fds[i].revents = 0;
		if (!ready && fds[i].fd >= 0 && fds[i].events & (POLLIN | POLLOUT)) {
			fds[i].revents = fds[i].events & (POLLIN | POLLOUT);
			s->fd = fds[i].fd;
			ready = 1;
		}
	}
	if (!ready)
		return -ENOTSUP;
	rc = tracee_write(s->env->engine, s->t, s->args[0], fds, count * sizeof(*fds));
	return rc ? rc : ready;
}

static int64_t wake_select(struct sleeper *s)
{
	size_t words = (s->args[0] + 63) / 64;
	int64_t ready = 0;

	if (words > SELECT_WORDS)
		return -ENOTSUP;
	for (unsigned set = 1; set <= 3; set++) {
		uint64_t bits[SELECT_WORDS];
		int rc;

		if (!s->args[set])
			continue;
		rc = tracee_read(s->t, s->args[set], bits, words * sizeof(*bits));
		if (rc)
			return rc;
		for (size_t i = 0; i < words; i++) {
			/* exceptional conditions are never spurious */
			uint64_t first = ready || set == 3 ? 0 : bits[i] & -bits[i];

			if (first)
				s->fd = (int)(i * 64) + __builtin_ctzll(first);
			ready |= first != 0;
			bits[i] = first;
		}
		rc = tracee_write(s->env->engine, s->t, s->args[set], bits, words * sizeof(*bits));
		if (rc)
			return rc;
	}
	return ready ? ready : -ENOTSUP;
}

/* The first descriptor in the set that waits for data or space; proc_pid_fdinfo(5). */
static int64_t wake_epoll(struct sleeper *s)
{
	struct epoll_event event = {0};
	char path[64], line[256];
	cleanup_fclose FILE *file = NULL;
	int fd, rc;

	snprintf(path, sizeof(path), "%d/fdinfo/%d", s->t->tid, (int)s->args[0]);
	fd = openat(s->env->engine->options.proc_fd, path, O_RDONLY | O_CLOEXEC);
	file = fd >= 0 ? fdopen(fd, "re") : NULL;
	while (file && !event.events && fgets(line, sizeof(line), file)) {
		unsigned events;
		unsigned long long data;

		if (sscanf(line, "tfd: %d events: %x data: %llx", &s->fd, &events, &data) != 3)
			continue;
		event.events = events & (EPOLLIN | EPOLLOUT);
		event.data.u64 = data;
	}
	if (!event.events)
		return -ENOTSUP;
	rc = tracee_write(s->env->engine, s->t, s->args[1], &event, sizeof(event));
	return rc ? rc : 1;
}

static const struct wake_row {
	const char *call;
	int64_t (*answer)(struct sleeper *s);
} rows[] = {
	{"futex", wake_futex},	      {"futex_wait", wake_futex2}, {"futex_waitv", wake_futex2},
	{"poll", wake_poll},	      {"ppoll", wake_poll},	   {"select", wake_select},
	{"pselect6", wake_select},    {"epoll_wait", wake_epoll},  {"epoll_pwait", wake_epoll},
	{"epoll_pwait2", wake_epoll},
};

static const struct wake_row *row_of(long nr)
{
	const char *name = syscall_native_name(nr);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].call, name) == 0)
			return &rows[i];
	return NULL;
}

/* Does it sleep, and in what?  A restarted call is the one that it was. */
static bool is_asleep(struct sleeper *s)
{
	struct procfs_task task;

	if (s->t->state != TRACEE_RUNNING ||
	    procfs_task_read(s->env->engine->options.proc_fd, s->t->tid, &task) || !task.in_call)
		return false;
	s->nr = task.nr;
	memcpy(s->args, task.args, sizeof(s->args));
	if (task.nr == SYS_restart_syscall && s->t->in_call) {
		s->nr = s->t->call.nr;
		memcpy(s->args, s->t->call.args, sizeof(s->args));
	}
	return true;
}

/* The thread of the moment when it sleeps, else any of the process that can be woken. */
static bool find_sleeper(struct sleeper *s, const struct moment *at, const struct process *p)
{
	struct tracee *t, *tmp;

	if (at->t && at->p == p && at->phase == PHASE_BLOCKED) {
		s->t = at->t;
		return is_asleep(s) && row_of(s->nr);
	}
	HASH_ITER(hh, s->env->engine->tracees, t, tmp) {
		s->t = t;
		if (t->process == p && is_asleep(s) && row_of(s->nr))
			return true;
	}
	return false;
}

static int fire_wake(struct fault_env *env, struct shot *shot, const struct moment *at,
		     struct err *err)
{
	struct process *p = struck_process(env, shot, at);
	struct sleeper s = {.env = env, .fd = -1};
	int64_t result;
	int rc;

	(void)err;
	if (!p || p->exited)
		return refuse(shot, "the process to wake is not there");
	if (!find_sleeper(&s, at, p))
		return refuse(shot, "it sleeps in no call that can wake without a reason");
	shot->tgid = p->tgid;
	rc = tracee_interrupt(env->engine, s.t);
	if (rc)
		return rc == -ETIMEDOUT ? refuse(shot, "it could not be interrupted") : rc;
	if (!tracee_is_interrupted(s.t, s.nr)) {
		rc = s.t->state == TRACEE_STOPPED ? tracee_continue(env->engine, s.t) : 0;
		return rc ? rc : refuse(shot, "something else has just woken it");
	}
	result = row_of(s.nr)->answer(&s);
	if (result < 0) {
		rc = tracee_continue(env->engine, s.t);
		return rc ? rc
			  : refuse(shot, "%s does not wake without a reason there",
				   syscall_native_name(s.nr));
	}
	if (s.fd >= 0)
		snprintf(shot->text, sizeof(shot->text), "woken from %s: fd %d told to be ready",
			 syscall_native_name(s.nr), s.fd);
	else
		snprintf(shot->text, sizeof(shot->text), "woken from %s without a reason",
			 syscall_native_name(s.nr));
	rc = tracee_end_call(env->engine, s.t, result);
	return rc ? rc : 1;
}

const struct action_ops ops_wake = {.fire = fire_wake};
