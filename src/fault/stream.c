/*
 * stream.c - the buffers of a connected stream socket: their size, full, empty.
 */
#include <errno.h>
#include <limits.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "fault/internal.h"

#define CHUNK	   4096
#define SETTLE_MS  200 /* for TCP to move what is on the way over the loopback */
#define FILL_LIMIT (256u << 20)

/* --- their size ------------------------------------------------------------ */

static int get_size(int fd, int option)
{
	socklen_t size = sizeof(int);
	int value;

	return getsockopt(fd, SOL_SOCKET, option, &value, &size) ? -errno : value;
}

/* The kernel doubles what it is given, for its own overhead: socket(7). */
static int set_size(struct shot *shot, int fd, int option, int bytes)
{
	int now;

	if (setsockopt(fd, SOL_SOCKET, option, &bytes, sizeof(bytes)))
		return -errno;
	now = get_size(fd, option);
	if (now < 0)
		return now;
	return now / 2 < bytes ? refuse(shot, "the kernel allows %d bytes at most", now / 2) : 0;
}

int socket_set_sizes(struct shot *shot, int fd, int bytes)
{
	int rc = set_size(shot, fd, SO_SNDBUF, bytes);

	return rc ? rc : set_size(shot, fd, SO_RCVBUF, bytes);
}

int stream_capacity(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	uint64_t bytes = shot->fault->spec->action.bytes;
	struct socket_ends ends;
	char label[150];
	cleanup_close int far = -1;
	int rc;

	if (bytes > INT_MAX / 2)
		return refuse(shot, "the kernel knows no such size");
	rc = socket_ends_find(env, shot, object, &ends);
	if (rc)
		return rc;
	far = socket_borrow_far(env, &ends);
	/* What a Unix socket may have on the way is a matter of who sends. */
	rc = far < 0 && ends.near_entry.is_tcp
		     ? refuse(shot, "nobody has accepted the connection yet")
		     : socket_set_sizes(shot, ends.fd, (int)bytes);
	if (!rc && far >= 0)
		rc = socket_set_sizes(shot, far, (int)bytes);
	snprintf(shot->text, sizeof(shot->text), "buffers of %s set to %llu bytes",
		 object_label(env, object, label, sizeof(label)), (unsigned long long)bytes);
	socket_ends_release(&ends);
	return rc ? rc : 1;
}

/* --- empty ----------------------------------------------------------------- */

/* Reads what is there; *@ret_total: how much it was. */
static int discard(int fd, size_t *ret_total)
{
	char data[CHUNK];
	size_t total = 0;
	ssize_t n;

	while ((n = recv(fd, data, sizeof(data), MSG_DONTWAIT)) > 0)
		total += (size_t)n;
	if (n < 0 && errno != EAGAIN)
		return -errno;
	*ret_total = total;
	return 0;
}

bool socket_call_receives(const struct shot *shot)
{
	const struct syscall_row *row = shot->call.nr >= 0 ? syscall_get(shot->call.id) : NULL;

	return row && row->families & (FAMILY_READS | FAMILY_RECEIVES);
}

static int stream_drain(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	struct socket_ends ends;
	char label[150];
	cleanup_close int far = -1;
	size_t total = 0, filler;
	bool near;
	int rc = socket_ends_find(env, shot, object, &ends);

	if (rc)
		return rc;
	near = socket_call_receives(shot);
	far = near ? -1 : socket_borrow_far(env, &ends);
	rc = near || far >= 0 ? discard(near ? ends.fd : far, &total) : far;
	filler = filler_forget(env, near ? &ends.near : &ends.far);
	socket_ends_release(&ends);
	if (rc)
		return refuse(shot, "%s: %s", object->path, strerror(-rc));
	total = total > filler ? total - filler : 0;
	if (!total)
		return refuse(shot, "%s: nothing was on the way", object->path);
	snprintf(shot->text, sizeof(shot->text), "%s emptied: %zu bytes lost",
		 object_label(env, object, label, sizeof(label)), total);
	return 1;
}

/* --- full ------------------------------------------------------------------ */

/*
 * One byte more does not fit.  TCP takes more for as long as the other side's
 * window grows, so it has to be found full twice.
 */
static int stuff(int fd, size_t *ret_total)
{
	static const char filler[CHUNK];
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	size_t part = sizeof(filler);

	for (*ret_total = 0; *ret_total < FILL_LIMIT;) {
		ssize_t n = send(fd, filler, part, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN)
			return -errno;
		if (n > 0) {
			*ret_total += (size_t)n;
			continue;
		}
		if (part > 1)
			part = 1;
		else if (poll(&p, 1, 1) == 0)
			return 0;
	}
	return -EFBIG;
}

static int stream_fill(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	struct socket_ends ends;
	char label[150];
	size_t filler = 0;
	int on_way, noted, rc = socket_ends_find(env, shot, object, &ends);

	if (rc)
		return rc;
	if (ioctl(ends.fd, SIOCOUTQ, &on_way))
		on_way = 0;
	if (!ends.far.ino)
		rc = refuse(shot, "nobody has accepted the connection yet");
	else if (has_reader_inside(env, &ends.far))
		rc = refuse(shot, "a reader waits at the other end: it cannot be full");
	else if (ends.far_entry.unread || (ends.near_entry.is_tcp && on_way))
		rc = refuse(shot, "data is on the way already: fill it at the first send");
	else
		rc = stuff(ends.fd, &filler);
	noted = filler ? filler_remember(env, &ends.far, filler) : 0;
	socket_ends_release(&ends);
	if (rc || noted)
		return rc ? rc : noted;
	if (!filler)
		return refuse(shot, "%s is full already", object->path);
	snprintf(shot->text, sizeof(shot->text), "%s filled to the brim (%zu bytes)",
		 object_label(env, object, label, sizeof(label)), filler);
	return 1;
}

/* What TCP has not brought over yet comes as room is made for it. */
static int take_filler(struct fault_env *env, const struct fd_object *object, size_t size,
		       struct tracee *t, int fd)
{
	cleanup_close int copy = fd_borrow(t->process->tgid, fd);
	struct pollfd p = {.fd = copy, .events = POLLIN};
	char data[CHUNK];

	(void)env;
	(void)object;
	if (copy < 0)
		return copy;
	while (size) {
		ssize_t n =
			recv(copy, data, size < sizeof(data) ? size : sizeof(data), MSG_DONTWAIT);

		if (n == 0 || (n < 0 && errno != EAGAIN))
			return n ? -errno : -EPIPE;
		if (n < 0 && poll(&p, 1, SETTLE_MS) == 0)
			return -ETIMEDOUT;
		size -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

const struct object_ops object_stream_ops = {.capacity = stream_capacity,
					     .fill = stream_fill,
					     .drain = stream_drain,
					     .unlink = socket_unlink,
					     .take_filler = take_filler};
