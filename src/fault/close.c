/*
 * close.c - making every process that holds an object let go of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "engine/remote.h"
#include "fault/internal.h"

static const char null_device[] = "/dev/null";

static int open_null(struct fault_env *env, struct remote *remote, int64_t *ret_fd)
{
	uint64_t scratch = remote_scratch(remote);
	uint64_t args[6] = {(uint64_t)AT_FDCWD, scratch, O_RDWR | O_CLOEXEC};
	int rc = tracee_write(env->engine, remote->t, scratch, null_device, sizeof(null_device));

	return rc ? rc : remote_call(env->engine, remote, SYS_openat, args, ret_fd);
}

/* A socket whose other end has gone; O_NONBLOCK in @type is SOCK_NONBLOCK, too. */
static int open_dead_socket(struct fault_env *env, struct remote *remote, int type, int64_t *ret_fd)
{
	uint64_t scratch = remote_scratch(remote);
	uint64_t args[6] = {AF_UNIX, (uint64_t)(type | SOCK_CLOEXEC), 0, scratch};
	uint64_t close_args[6] = {0};
	int64_t result;
	int pair[2], rc = remote_call(env->engine, remote, SYS_socketpair, args, &result);

	if (rc || result < 0) {
		*ret_fd = result;
		return rc;
	}
	rc = tracee_read(remote->t, scratch, pair, sizeof(pair));
	if (rc)
		return rc;
	*ret_fd = pair[0];
	close_args[0] = (uint64_t)pair[1];
	return remote_call(env->engine, remote, SYS_close, close_args, &result);
}

/* The stand-in keeps a call from meeting the EBADF that closing would give. */
static int replace_fd(struct fault_env *env, struct remote *remote, const struct closing *closing,
		      const struct fd_holder *holder)
{
	uint64_t dup_args[6] = {0, (uint64_t)holder->fd, (uint64_t)(holder->flags & O_CLOEXEC)};
	uint64_t close_args[6] = {0};
	int64_t fd, duplicate, result;
	int rc =
		closing->socket_type
			? open_dead_socket(env, remote,
					   closing->socket_type | (holder->flags & O_NONBLOCK), &fd)
			: open_null(env, remote, &fd);

	if (rc || fd < 0)
		return rc ? rc : (int)fd;
	dup_args[0] = close_args[0] = (uint64_t)fd;
	rc = remote_call(env->engine, remote, SYS_dup3, dup_args, &duplicate);
	if (!rc)
		rc = remote_call(env->engine, remote, SYS_close, close_args, &result);
	return rc ? rc : duplicate < 0 ? (int)duplicate : (int)result;
}

/* The threads of @p but for @but; the array is the caller's to free. */
static int list_threads(struct fault_env *env, const struct process *p, const struct tracee *but,
			pid_t **ret_tids, size_t *ret_count)
{
	struct tracee *t, *tmp;
	pid_t *tids = NULL, *slot;
	size_t count = 0;

	HASH_ITER(hh, env->engine->tracees, t, tmp) {
		if (t->process != p || t == but)
			continue;
		slot = mem_append(&tids, &count, sizeof(*slot));
		if (!slot) {
			free(tids);
			return -ENOMEM;
		}
		*slot = t->tid;
	}
	*ret_tids = tids;
	*ret_count = count;
	return 0;
}

/*
 * Threads asleep in a call keep the file alive: all are sent back to start it
 * anew.  What comes first is handled, and may end any of them.
 */
static int interrupt_all(struct fault_env *env, const struct process *p, const struct tracee *but)
{
	cleanup_free pid_t *tids = NULL;
	size_t count;
	int rc = list_threads(env, p, but, &tids, &count);

	for (size_t i = 0; !rc && i < count; i++) {
		struct tracee *t = engine_find(env->engine, tids[i]);

		if (t)
			rc = tracee_interrupt(env->engine, t);
		if (rc == -ESRCH)
			rc = 0;
	}
	return rc;
}

static void let_go(struct fault_env *env, struct process *p, struct tracee *but,
		   struct tracee *done)
{
	struct tracee *t, *tmp;
	struct remote remote;

	HASH_ITER(hh, env->engine->tracees, t, tmp) {
		if (t->process != p || t == but || t->state != TRACEE_STOPPED)
			continue;
		if (t != done && remote_begin(env->engine, t, &remote) == 0)
			remote_end(env->engine, &remote);
		engine_note(env->engine, tracee_resume(env->engine, t, 0));
	}
}

static bool is_stopped(const struct tracee *t)
{
	return t->state == TRACEE_STOPPED || t->state == TRACEE_HELD;
}

static struct tracee *stopped_thread(struct fault_env *env, const struct process *p)
{
	struct tracee *t, *tmp;

	HASH_ITER(hh, env->engine->tracees, t, tmp)
		if (t->process == p && is_stopped(t))
			return t;
	return NULL;
}

/* All of @holders[first … ] that belong to the same process; returns how many. */
static size_t same_process(const struct fd_holder *holders, size_t first, size_t count)
{
	size_t n = 1;

	while (first + n < count && holders[first + n].process == holders[first].process)
		n++;
	return n;
}

/* So that the kernel sees that something was not read; see struct closing. */
static int leave_unread(const struct closing *closing)
{
	if (closing->unread_through < 0)
		return 0;
	if (send(closing->unread_through, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
	    errno != EAGAIN)
		return -errno;
	return 0;
}

/* @holders: of one process; the last of all. */
static int close_in_process(struct fault_env *env, const struct closing *closing,
			    const struct fd_holder *holders, size_t count, bool is_last)
{
	struct process *p = holders[0].process;
	struct tracee *at = closing->at_thread, *t;
	struct tracee *own = at && at->process == p && is_stopped(at) ? at : NULL;
	struct remote remote;
	int end, rc = interrupt_all(env, p, own);

	t = own ? own : stopped_thread(env, p);
	if (!rc && !t)
		rc = -ESRCH;
	if (!rc)
		rc = remote_begin(env->engine, t, &remote);
	if (!rc) {
		if (is_last)
			rc = leave_unread(closing);
		for (size_t i = 0; !rc && i < count; i++)
			rc = replace_fd(env, &remote, closing, &holders[i]);
		end = remote_end(env->engine, &remote);
		rc = rc ? rc : end;
	}
	let_go(env, p, own, t);
	return rc == -ESRCH ? 0 : rc;
}

static int by_process(const void *a, const void *b)
{
	const struct fd_holder *x = a, *y = b;

	return (x->process->tgid > y->process->tgid) - (x->process->tgid < y->process->tgid);
}

int close_everywhere(struct fault_env *env, const struct closing *closing)
{
	int rc = 0;

	qsort(closing->holders, closing->count, sizeof(*closing->holders), by_process);
	for (size_t i = 0; !rc && i < closing->count;) {
		size_t n = same_process(closing->holders, i, closing->count);

		rc = close_in_process(env, closing, closing->holders + i, n,
				      i + n == closing->count);
		i += n;
	}
	return rc;
}
