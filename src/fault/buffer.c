/*
 * buffer.c - a pipe's buffer: its size, full, empty.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "fault/internal.h"
#include "sys/procfs.h"

#define PIPE_PAGE 4096

static int pipe_capacity(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	uint64_t bytes = shot->fault->spec->action.bytes;
	struct fd_holder holder;
	char label[150];
	cleanup_close int fd = -1;
	int size, rc = any_holder(env, shot, object, &holder);

	if (rc)
		return rc;
	fd = fd_borrow(holder.process->tgid, holder.fd);
	if (fd < 0)
		return fd;
	if (bytes > INT_MAX)
		return refuse(shot, "the kernel refuses that size: %s", strerror(EINVAL));
	size = fcntl(fd, F_SETPIPE_SZ, (int)bytes);
	if (size < 0 && errno == EBUSY)
		return refuse(shot, "the pipe holds more than %llu bytes already",
			      (unsigned long long)bytes);
	if (size < 0)
		return refuse(shot, "the kernel refuses that size: %s", strerror(errno));
	snprintf(shot->text, sizeof(shot->text), "capacity of %s set to %d bytes",
		 object_label(env, object, label, sizeof(label)), size);
	return fcntl(fd, F_GETPIPE_SZ) == size;
}

static int available(int fd)
{
	int bytes;

	return ioctl(fd, FIONREAD, &bytes) ? -errno : bytes;
}

static int read_exactly(int fd, char *data, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, data + done, size - done);

		if (n <= 0)
			return n < 0 ? -errno : -EPIPE;
		done += (size_t)n;
	}
	return 0;
}

static int drain(int fd, size_t *ret_total)
{
	char data[PIPE_PAGE];
	size_t total = 0;
	ssize_t n;

	while ((n = read(fd, data, sizeof(data))) > 0)
		total += (size_t)n;
	if (n < 0 && errno != EAGAIN)
		return -errno;
	*ret_total = total;
	return 0;
}

static int pipe_drain(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	struct fd_holder holder;
	cleanup_close int fd = -1;
	size_t total = 0;
	int rc = any_holder(env, shot, object, &holder);

	if (rc)
		return rc;
	fd = fd_reopen(env->engine, holder.process->tgid, holder.fd, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	rc = drain(fd, &total);
	if (rc)
		return rc;
	return tell_drained(env, shot, object, total, "byte");
}

/*
 * Through a pipe of ours, since a pipe puts small writes into the page that
 * was written last, if it has room: but not into one that a part of a page
 * was spliced from, so there is a byte more.  @data has one behind its end.
 */
static int put_back(int fd, const int through[2], const char *data, size_t size)
{
	while (size) {
		size_t part = size < PIPE_PAGE ? size : PIPE_PAGE;
		size_t more = part < PIPE_PAGE;

		if (write(through[1], data, part + more) != (ssize_t)(part + more))
			return -EIO;
		if (splice(through[0], NULL, fd, NULL, part, SPLICE_F_NONBLOCK) != (ssize_t)part)
			return -EIO;
		data += part;
		size -= part;
	}
	return 0;
}

/* *@ret_size: what is there afterwards, also on failure. */
static int put_filler(int fd, size_t pages, size_t *ret_size)
{
	static const char page[PIPE_PAGE];

	for (*ret_size = 0; pages; pages--, *ret_size += PIPE_PAGE)
		if (write(fd, page, sizeof(page)) != PIPE_PAGE)
			return -EIO;
	return 0;
}

/* The program's bytes come back whatever happens in between; -ENOBUFS: it is full. */
static int fill(int in, int out, const int through[2], size_t *ret_filler)
{
	cleanup_free char *held = NULL;
	int capacity = fcntl(out, F_GETPIPE_SZ), bytes = available(in), rc, back;
	size_t pages;

	if (capacity < 0 || bytes < 0)
		return capacity < 0 ? -errno : bytes;
	if (bytes >= capacity)
		return -ENOBUFS;
	held = mem_zalloc((size_t)bytes + 1);
	if (!held)
		return -ENOMEM;
	rc = read_exactly(in, held, (size_t)bytes);
	if (rc)
		return rc;
	pages = (size_t)capacity / PIPE_PAGE - ((size_t)bytes + PIPE_PAGE - 1) / PIPE_PAGE;
	rc = put_filler(out, pages, ret_filler);
	back = put_back(out, through, held, (size_t)bytes);
	return rc ? rc : back;
}

/* Where the descriptors are opened that fill() needs; *@ret_filler: as put_filler(). */
static int fill_of(struct fault_env *env, const struct fd_holder *holder, size_t *ret_filler)
{
	pid_t tgid = holder->process->tgid;
	cleanup_close int in = fd_reopen(env->engine, tgid, holder->fd, O_RDONLY | O_NONBLOCK);
	cleanup_close int out = fd_reopen(env->engine, tgid, holder->fd, O_WRONLY | O_NONBLOCK);
	int through[2], rc;

	if (in < 0 || out < 0)
		return in < 0 ? in : out;
	if (pipe2(through, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	rc = fill(in, out, through, ret_filler);
	close(through[0]);
	close(through[1]);
	return rc;
}

static int pipe_fill(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	struct fd_holder holder;
	char label[150];
	size_t filler = 0;
	int rc = any_holder(env, shot, object, &holder), noted;

	if (rc)
		return rc;
	if (has_reader_inside(env, object))
		return refuse(shot, "a reader waits at %s: it cannot be full", object->path);
	rc = fill_of(env, &holder, &filler);
	if (rc == -ENOBUFS)
		return refuse(shot, "%s is full already", object->path);
	noted = filler ? filler_remember(env, object, filler) : 0;
	if (rc || noted)
		return rc ? rc : noted;
	snprintf(shot->text, sizeof(shot->text), "%s filled to the brim (%zu bytes)",
		 object_label(env, object, label, sizeof(label)), filler);
	return 1;
}

static int pipe_take_filler(struct fault_env *env, const struct fd_object *object, size_t size,
			    struct tracee *t, int fd)
{
	cleanup_close int in = fd_reopen(env->engine, t->process->tgid, fd, O_RDONLY | O_NONBLOCK);
	char data[PIPE_PAGE];
	int rc = in < 0 ? in : 0;

	(void)object;
	for (size_t left = size; !rc && left; left -= sizeof(data))
		rc = read_exactly(in, data, sizeof(data));
	return rc;
}

const struct object_ops object_pipe_ops = {.capacity = pipe_capacity,
					   .fill = pipe_fill,
					   .drain = pipe_drain,
					   .unlink = name_unlink,
					   .take_filler = pipe_take_filler};
