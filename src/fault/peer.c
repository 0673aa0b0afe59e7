/*
 * peer.c - the other end goes away, or turns nonblocking.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "engine/remote.h"
#include "fault/internal.h"

static const char null_device[] = "/dev/null";

static bool is_pipe(const struct fd_object *object)
{
	return object->kind == FD_KIND_PIPE || object->kind == FD_KIND_FIFO;
}

/* Which ends the other side of @flags holds; an O_RDWR FIFO holds both. */
static unsigned other_modes(int flags)
{
	return (flags & O_ACCMODE) == O_WRONLY ? 1u << O_RDONLY | 1u << O_RDWR
					       : 1u << O_WRONLY | 1u << O_RDWR;
}

/*
 * Put /dev/null in the place of @fd: a reader meets the end of the file, a
 * writer writes into nothing; neither meets an EBADF that closing would give.
 */
static int replace_fd(struct fault_env *env, struct remote *remote, const struct fd_holder *holder)
{
	uint64_t scratch = remote_scratch(remote);
	uint64_t open_args[6] = {(uint64_t)AT_FDCWD, scratch, O_RDWR | O_CLOEXEC};
	uint64_t dup_args[6] = {0, (uint64_t)holder->fd, (uint64_t)(holder->flags & O_CLOEXEC)};
	uint64_t close_args[6] = {0};
	int64_t fd, duplicate, result;
	int rc = tracee_write(env->engine, remote->t, scratch, null_device, sizeof(null_device));

	if (!rc)
		rc = remote_call(env->engine, remote, SYS_openat, open_args, &fd);
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

/* @at_thread: the thread of the moment: when it is stopped it is not to be let go here. */
static int close_in_process(struct fault_env *env, const struct fd_holder *holders, size_t count,
			    struct tracee *at_thread)
{
	struct process *p = holders[0].process;
	bool is_own = at_thread && at_thread->process == p && is_stopped(at_thread);
	struct tracee *own = is_own ? at_thread : NULL, *t;
	struct remote remote;
	int end, rc = interrupt_all(env, p, own);

	t = own ? own : stopped_thread(env, p);
	if (!rc && !t)
		rc = -ESRCH;
	if (!rc)
		rc = remote_begin(env->engine, t, &remote);
	if (!rc) {
		for (size_t i = 0; !rc && i < count; i++)
			rc = replace_fd(env, &remote, &holders[i]);
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

/* With `of: CHANNEL` the end that the process of the moment holds is the near one. */
static int near_flags(struct fault_env *env, struct shot *shot, const struct moment *at,
		      const struct fd_object *object)
{
	cleanup_free struct fd_holder *holders = NULL;
	size_t count;
	int rc;

	if (shot->fault->spec->action.of_channel == INDEX_NONE)
		return object->flags;
	rc = fd_holders(env->engine, object, 7, &holders, &count);
	if (rc)
		return rc;
	for (size_t i = 0; i < count; i++)
		if (holders[i].process == at->p)
			return holders[i].flags;
	return refuse(shot, "the process holds no end of that channel");
}

static int fire_close_peer(struct fault_env *env, struct shot *shot, const struct moment *at,
			   struct err *err)
{
	cleanup_free struct fd_holder *holders = NULL;
	struct fd_object object;
	char label[150];
	size_t count, left;
	int flags, rc = struck_object(env, shot, at, &object);

	(void)err;
	if (rc)
		return rc;
	if (!is_pipe(&object))
		return refuse(shot, "close-peer on %s is not available yet",
			      vocab_name(&fd_kind_vocab, (int)object.kind));
	flags = near_flags(env, shot, at, &object);
	if (flags < 0)
		return flags;
	rc = fd_holders(env->engine, &object, other_modes(flags), &holders, &count);
	if (rc)
		return rc;
	if (!count)
		return refuse(shot, "nobody holds the other end");
	qsort(holders, count, sizeof(*holders), by_process);
	for (size_t i = 0; !rc && i < count;) {
		size_t n = same_process(holders, i, count);

		rc = close_in_process(env, holders + i, n, at->t);
		i += n;
	}
	if (rc)
		return refuse(shot, "a holder of the other end could not be made to close it: %s",
			      strerror(-rc));
	snprintf(shot->text, sizeof(shot->text), "the %s end of %s closed in %zu place%s",
		 (flags & O_ACCMODE) == O_WRONLY ? "read" : "write",
		 object_label(env, &object, label, sizeof(label)), count, count == 1 ? "" : "s");
	free(TAKE_PTR(holders));
	rc = fd_holders(env->engine, &object, other_modes(flags), &holders, &left);
	if (rc)
		return rc;
	return left ? refuse(shot, "the other end is still held in %zu places", left) : 1;
}

const struct action_ops ops_close_peer = {.fire = fire_close_peer};

/* The descriptor of the call; with `of: CHANNEL` that of the process itself, or of anybody. */
static int struck_description(struct fault_env *env, struct shot *shot, const struct moment *at,
			      struct fd_holder *ret_holder)
{
	const struct syscall_row *row = at->at_call ? syscall_get(at->t->call.id) : NULL;
	cleanup_free struct fd_holder *holders = NULL;
	struct fd_object object;
	size_t count;
	int rc;

	if (shot->fault->spec->action.of_channel == INDEX_NONE) {
		if (!at->p || !row || row->fd_arg < 0)
			return refuse(shot, "`nonblock` needs a call on a descriptor, or `of:`");
		*ret_holder = (struct fd_holder){at->p, (int)at->t->call.args[row->fd_arg], 0};
		return 0;
	}
	rc = struck_object(env, shot, at, &object);
	if (!rc)
		rc = fd_holders(env->engine, &object, 7, &holders, &count);
	if (rc)
		return rc;
	if (!count)
		return refuse(shot, "nobody holds that channel");
	*ret_holder = holders[0];
	for (size_t i = count; i-- > 0;)
		if (holders[i].process == at->p)
			*ret_holder = holders[i];
	return 0;
}

/* O_NONBLOCK belongs to the open file description: all who share it are struck. */
static int fire_nonblock(struct fault_env *env, struct shot *shot, const struct moment *at,
			 struct err *err)
{
	bool on = shot->fault->spec->action.on;
	struct fd_holder holder;
	cleanup_close int fd = -1;
	int flags, rc = struck_description(env, shot, at, &holder);

	(void)err;
	if (rc)
		return rc;
	fd = fd_borrow(holder.process->tgid, holder.fd);
	if (fd < 0)
		return refuse(shot, "descriptor %d: %s", holder.fd, strerror(-fd));
	flags = fcntl(fd, F_GETFL);
	if (flags >= 0 && !(flags & O_NONBLOCK) == !on)
		return refuse(shot, "O_NONBLOCK of descriptor %d is %s already", holder.fd,
			      on ? "set" : "clear");
	if (flags < 0 || fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK))
		return -errno;
	snprintf(shot->text, sizeof(shot->text), "O_NONBLOCK %s on descriptor %d",
		 on ? "set" : "cleared", holder.fd);
	flags = fcntl(fd, F_GETFL);
	return flags >= 0 && !(flags & O_NONBLOCK) == !on;
}

const struct action_ops ops_nonblock = {.fire = fire_nonblock};
