/*
 * queue.c - POSIX message queues: removed under their users, full, empty.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "fault/internal.h"

#define FILLER_PRIORITY 32767 /* the highest, MQ_PRIO_MAX - 1: nothing stands in front of it */

static const char unlinked[] = " (deleted)";

static bool is_unlinked(const char *path)
{
	size_t length = strlen(path), end = strlen(unlinked);

	return length > end && strcmp(path + length - end, unlinked) == 0;
}

/* A description of our own of the queue, which waits for nothing; mq_overview(7): a descriptor. */
static int open_queue(struct fault_env *env, struct shot *shot, const struct fd_object *object,
		      struct fd_holder *ret_holder)
{
	int rc = any_holder(env, shot, object, ret_holder);

	return rc ? rc
		  : fd_reopen(env->engine, ret_holder->process->tgid, ret_holder->fd,
			      O_RDWR | O_NONBLOCK);
}

/* The name goes; who has the queue open keeps it, and meets nobody new there. */
static int mq_remove(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	struct fd_object held;
	struct fd_holder holder;
	char label[150];
	int rc = any_holder(env, shot, object, &holder);

	if (!rc)
		rc = fd_object_of(env->engine, holder.process->tgid, holder.fd, &held);
	if (rc)
		return rc;
	if (is_unlinked(held.path))
		return refuse(shot, "%s has no name any more", object->path);
	if (mq_unlink(held.path))
		return refuse(shot, "%s cannot be removed: %s", held.path, strerror(errno));
	snprintf(shot->text, sizeof(shot->text), "%s unlinked",
		 object_label(env, object, label, sizeof(label)));
	rc = fd_object_of(env->engine, holder.process->tgid, holder.fd, &held);
	return rc ? rc : is_unlinked(held.path);
}

static int mq_capacity(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	(void)env;
	return refuse(shot,
		      "%s: a POSIX queue has the size that it was made with; make it smaller "
		      "(`{mq: {maxmsg: 1}}`), use `fill`, or `limit: {msgqueue: ...}` before it "
		      "is made",
		      object->path);
}

/* mq_notify(3) would tell of filler; the queue's own file shows who has asked for it. */
static bool has_notify(int queue)
{
	char text[128];
	ssize_t n = pread(queue, text, sizeof(text) - 1, 0);
	const char *pid;

	if (n <= 0)
		return false;
	text[n] = '\0';
	pid = strstr(text, "NOTIFY_PID:");
	return pid && strtol(pid + strlen("NOTIFY_PID:"), NULL, 10) != 0;
}

/* Negative errno: the message that stopped it. */
static int put_filler(int queue, size_t *ret_count)
{
	for (*ret_count = 0; mq_send(queue, "", 0, FILLER_PRIORITY) == 0; ++*ret_count)
		;
	return errno == EAGAIN ? 0 : -errno;
}

static int mq_fill(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	struct fd_holder holder;
	cleanup_close int queue = open_queue(env, shot, object, &holder);
	char label[150];
	size_t count;
	int rc;

	if (queue < 0)
		return queue;
	if (has_reader_inside(env, object))
		return refuse(shot, "a receiver waits at %s: it cannot be full", object->path);
	if (has_notify(queue))
		return refuse(shot, "somebody waits with mq_notify at %s: it cannot be full",
			      object->path);
	rc = put_filler(queue, &count);
	if (rc)
		return rc;
	if (!count)
		return refuse(shot, "%s is full already", object->path);
	snprintf(shot->text, sizeof(shot->text), "%s filled to the brim (%zu message%s)",
		 object_label(env, object, label, sizeof(label)), count, count == 1 ? "" : "s");
	rc = filler_remember(env, object, count);
	return rc ? rc : 1;
}

/* Takes out up to @count messages; *@ret_taken: how many. */
static int take(int queue, size_t count, size_t *ret_taken)
{
	struct mq_attr attr;
	cleanup_free char *data = NULL;

	if (mq_getattr(queue, &attr))
		return -errno;
	data = mem_zalloc((size_t)attr.mq_msgsize);
	if (!data)
		return -ENOMEM;
	for (*ret_taken = 0; *ret_taken < count; ++*ret_taken)
		if (mq_receive(queue, data, (size_t)attr.mq_msgsize, NULL) < 0)
			return errno == EAGAIN ? 0 : -errno;
	return 0;
}

static int mq_take_filler(struct fault_env *env, const struct fd_object *object, size_t size,
			  struct tracee *t, int fd)
{
	cleanup_close int queue = fd_reopen(env->engine, t->process->tgid, fd, O_RDWR | O_NONBLOCK);
	size_t taken = 0;
	int rc = queue < 0 ? queue : take(queue, size, &taken);

	(void)object;
	return rc ? rc : taken == size ? 0 : -EIO;
}

static int mq_drain(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	struct fd_holder holder;
	cleanup_close int queue = open_queue(env, shot, object, &holder);
	size_t taken = 0;
	int rc = queue < 0 ? queue : take(queue, SIZE_MAX, &taken);

	if (rc)
		return rc;
	return tell_drained(env, shot, object, taken, "message");
}

const struct object_ops object_mqueue_ops = {.capacity = mq_capacity,
					     .fill = mq_fill,
					     .drain = mq_drain,
					     .remove = mq_remove,
					     .take_filler = mq_take_filler};
