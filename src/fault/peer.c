/*
 * peer.c - the other end goes away, or turns nonblocking.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "fault/internal.h"

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
	struct closing closing;
	char label[150];
	size_t count, left;
	int flags, rc = struck_object(env, shot, at, &object);

	(void)err;
	if (rc)
		return rc;
	if (is_socket(object.kind))
		return close_socket_peer(env, shot, at, &object);
	if (!is_pipe(&object))
		return refuse(shot, "%s has no other end",
			      vocab_name(&fd_kind_vocab, (int)object.kind));
	flags = near_flags(env, shot, at, &object);
	if (flags < 0)
		return flags;
	rc = fd_holders(env->engine, &object, other_modes(flags), &holders, &count);
	if (rc)
		return rc;
	if (!count)
		return refuse(shot, "nobody holds the other end");
	closing = (struct closing){holders, count, at->t, .unread_through = -1};
	rc = close_everywhere(env, &closing);
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
