/*
 * packet.c - sockets that keep messages apart, Unix and UDP: the size of their
 * queues, full, empty.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "fault/internal.h"

static int borrow_near(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	struct fd_holder holder;
	int rc = any_holder(env, shot, object, &holder);

	return rc ? rc : fd_borrow(holder.process->tgid, holder.fd);
}

/* Of the socket itself: who sends to it has no more room than it has. */
static int datagram_capacity(struct fault_env *env, struct shot *shot,
			     const struct fd_object *object)
{
	uint64_t bytes = shot->fault->spec->action.bytes;
	cleanup_close int fd = borrow_near(env, shot, object);
	char label[150];
	int rc;

	if (fd < 0)
		return fd;
	if (bytes > INT_MAX / 2)
		return refuse(shot, "the kernel knows no such size");
	rc = socket_set_sizes(shot, fd, (int)bytes);
	snprintf(shot->text, sizeof(shot->text), "buffers of %s set to %llu bytes",
		 object_label(env, object, label, sizeof(label)), (unsigned long long)bytes);
	return rc ? rc : 1;
}

/* --- empty ----------------------------------------------------------------- */

/* Takes out up to @most messages; *@ret_count: how many there were. */
static int take(int fd, size_t most, size_t *ret_count)
{
	for (*ret_count = 0; *ret_count < most; ++*ret_count) {
		char byte;
		ssize_t n = recv(fd, &byte, 1, MSG_DONTWAIT | MSG_TRUNC);

		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		/* A connection that has ended goes on giving 0. */
		if (n == 0 && recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0)
			return 0;
	}
	return 0;
}

/* The socket that the messages wait at, borrowed, and what it is. */
static int borrow_receiver(struct fault_env *env, struct shot *shot, const struct fd_object *object,
			   struct fd_object *ret_receiver)
{
	struct socket_ends ends;
	int fd, rc;

	*ret_receiver = *object;
	if (socket_call_receives(shot))
		return borrow_near(env, shot, object);
	if (object->kind == FD_KIND_UDP)
		return refuse(shot, "%s: the messages wait at the receiver: strike its receive",
			      object->path);
	rc = socket_ends_find(env, shot, object, &ends);
	if (rc)
		return rc;
	*ret_receiver = ends.far;
	fd = socket_borrow_far(env, &ends);
	socket_ends_release(&ends);
	return fd < 0 ? refuse(shot, "nobody receives at the other end") : fd;
}

static int packet_drain(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	struct fd_object receiver;
	cleanup_close int fd = borrow_receiver(env, shot, object, &receiver);
	char label[150];
	size_t count = 0;
	int rc = fd < 0 ? fd : take(fd, SIZE_MAX, &count);

	if (rc)
		return rc;
	count -= filler_forget(env, &receiver);
	if (!count)
		return refuse(shot, "%s: nothing was on the way", object->path);
	snprintf(shot->text, sizeof(shot->text), "%s emptied: %zu message%s lost",
		 object_label(env, object, label, sizeof(label)), count, count == 1 ? "" : "s");
	return 1;
}

/* --- full ------------------------------------------------------------------ */

static int stuff(int fd, size_t *ret_count)
{
	for (*ret_count = 0; send(fd, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1; ++*ret_count)
		;
	return errno == EAGAIN ? 0 : -errno;
}

static int packet_fill(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	struct socket_ends ends;
	char label[150];
	size_t count = 0;
	int noted, rc = socket_ends_find(env, shot, object, &ends);

	if (rc)
		return rc;
	if (!ends.far.ino)
		rc = refuse(shot, "nobody has accepted the connection yet");
	else if (has_reader_inside(env, &ends.far))
		rc = refuse(shot, "a reader waits at the other end: it cannot be full");
	else if (ends.far_entry.unread)
		rc = refuse(shot, "messages are on the way already: fill it at the first send");
	else
		rc = stuff(ends.fd, &count);
	noted = count ? filler_remember(env, &ends.far, count) : 0;
	socket_ends_release(&ends);
	if (rc || noted)
		return rc ? rc : noted;
	if (!count)
		return refuse(shot, "%s is full already", object->path);
	snprintf(shot->text, sizeof(shot->text), "%s filled to the brim (%zu message%s)",
		 object_label(env, object, label, sizeof(label)), count, count == 1 ? "" : "s");
	return 1;
}

static int packet_take_filler(struct fault_env *env, const struct fd_object *object, size_t size,
			      struct tracee *t, int fd)
{
	cleanup_close int copy = fd_borrow(t->process->tgid, fd);
	size_t taken;
	int rc = copy < 0 ? copy : take(copy, size, &taken);

	(void)env;
	(void)object;
	return rc ? rc : taken == size ? 0 : -EIO;
}

const struct object_ops object_udp_ops = {.capacity = datagram_capacity, .drain = packet_drain};
const struct object_ops object_unix_dgram_ops = {.capacity = datagram_capacity,
						 .fill = packet_fill,
						 .drain = packet_drain,
						 .unlink = socket_unlink,
						 .take_filler = packet_take_filler};
const struct object_ops object_seqpacket_ops = {.capacity = stream_capacity,
						.fill = packet_fill,
						.drain = packet_drain,
						.unlink = socket_unlink,
						.take_filler = packet_take_filler};
