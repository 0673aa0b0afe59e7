/*
 * buffer.c - a pipe's buffer: its size, full, empty.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utlist.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "fault/internal.h"
#include "sys/procfs.h"

#define PIPE_PAGE 4096
#define ANY_MODE  7u

/* Filler in front of what was in the pipe; taken away before a program reads. */
struct filler {
	struct fd_object object;
	size_t size;
	struct filler *prev, *next;
};

/* Some descriptor of a traced process for the pipe that is struck. */
static int find_pipe(struct fault_env *env, struct shot *shot, const struct moment *at,
		     struct fd_object *ret_object, struct fd_holder *ret_holder)
{
	cleanup_free struct fd_holder *holders = NULL;
	size_t count;
	int rc = struck_object(env, shot, at, ret_object);

	if (rc)
		return rc;
	if (ret_object->kind != FD_KIND_PIPE && ret_object->kind != FD_KIND_FIFO)
		return refuse(shot, "%s is no pipe", ret_object->path);
	rc = fd_holders(env->engine, ret_object, ANY_MODE, &holders, &count);
	if (rc)
		return rc;
	if (!count)
		return refuse(shot, "nobody holds that pipe");
	*ret_holder = holders[0];
	return 0;
}

static int fire_capacity(struct fault_env *env, struct shot *shot, const struct moment *at,
			 struct err *err)
{
	uint64_t bytes = shot->fault->spec->action.bytes;
	struct fd_object object;
	struct fd_holder holder;
	char label[150];
	cleanup_close int fd = -1;
	int size, rc = find_pipe(env, shot, at, &object, &holder);

	(void)err;
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
		 object_label(env, &object, label, sizeof(label)), size);
	return fcntl(fd, F_GETPIPE_SZ) == size;
}

const struct action_ops ops_capacity = {.fire = fire_capacity};

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

/* Filler that is gone need not be taken away; returns how much it was. */
static size_t forget_fillers(struct fault_env *env, const struct fd_object *object)
{
	struct filler *filler, *tmp;
	size_t size = 0;

	DL_FOREACH_SAFE(env->fillers, filler, tmp) {
		if (!fd_object_same(&filler->object, object))
			continue;
		size += filler->size;
		DL_DELETE(env->fillers, filler);
		free(filler);
	}
	return size;
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

static int fire_drain(struct fault_env *env, struct shot *shot, const struct moment *at,
		      struct err *err)
{
	struct fd_object object;
	struct fd_holder holder;
	char label[150];
	cleanup_close int fd = -1;
	size_t total = 0;
	int rc = find_pipe(env, shot, at, &object, &holder);

	(void)err;
	if (rc)
		return rc;
	fd = fd_reopen(env->engine, holder.process->tgid, holder.fd, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	rc = drain(fd, &total);
	if (rc)
		return rc;
	total -= forget_fillers(env, &object);
	if (!total)
		return refuse(shot, "%s was empty", object.path);
	snprintf(shot->text, sizeof(shot->text), "%s emptied: %zu bytes lost",
		 object_label(env, &object, label, sizeof(label)), total);
	return 1;
}

const struct action_ops ops_drain = {.fire = fire_drain};

static bool has_reader_asleep(struct fault_env *env, const struct fd_object *object)
{
	struct tracee *t, *tmp;

	HASH_ITER(hh, env->engine->tracees, t, tmp) {
		const struct syscall_row *row;
		struct procfs_task task;
		struct fd_object theirs;

		if (t->state != TRACEE_RUNNING ||
		    procfs_task_read(env->engine->options.proc_fd, t->tid, &task) || !task.in_call)
			continue;
		row = syscall_get(syscall_from_nr(arch_native->id, task.nr));
		if (row && row->families & FAMILY_READS && row->fd_arg >= 0 &&
		    !fd_object_of(env->engine, t->tid, (int)task.args[row->fd_arg], &theirs) &&
		    fd_object_same(&theirs, object))
			return true;
	}
	return false;
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

static int remember_filler(struct fault_env *env, const struct fd_object *object, size_t size)
{
	struct filler *filler = mem_zalloc(sizeof(*filler));

	if (!filler)
		return -ENOMEM;
	filler->object = *object;
	filler->size = size;
	DL_APPEND(env->fillers, filler);
	return 0;
}

static int fire_fill(struct fault_env *env, struct shot *shot, const struct moment *at,
		     struct err *err)
{
	struct fd_object object;
	struct fd_holder holder;
	char label[150];
	size_t filler = 0;
	int rc = find_pipe(env, shot, at, &object, &holder), noted;

	(void)err;
	if (rc)
		return rc;
	if (has_reader_asleep(env, &object))
		return refuse(shot, "a reader waits at %s: it cannot be full", object.path);
	rc = fill_of(env, &holder, &filler);
	if (rc == -ENOBUFS)
		return refuse(shot, "%s is full already", object.path);
	noted = filler ? remember_filler(env, &object, filler) : 0;
	if (rc || noted)
		return rc ? rc : noted;
	snprintf(shot->text, sizeof(shot->text), "%s filled to the brim (%zu bytes)",
		 object_label(env, &object, label, sizeof(label)), filler);
	return 1;
}

const struct action_ops ops_fill = {.fire = fire_fill};

/* A program that saw filler would be a false finding: then the run is worth nothing. */
static void take_away(struct fault_env *env, struct filler *filler, struct tracee *t, int fd)
{
	cleanup_close int in = fd_reopen(env->engine, t->process->tgid, fd, O_RDONLY | O_NONBLOCK);
	char data[PIPE_PAGE];
	int rc = in < 0 ? in : 0;

	for (size_t left = filler->size; !rc && left; left -= sizeof(data))
		rc = read_exactly(in, data, sizeof(data));
	engine_note(env->engine, rc);
	DL_DELETE(env->fillers, filler);
	free(filler);
}

void fault_before_read(struct fault_env *env, struct tracee *t)
{
	const struct syscall_row *row = syscall_get(t->call.id);
	struct filler *filler, *tmp;
	struct fd_object object;
	int fd;

	if (!env->fillers || !row || !(row->families & FAMILY_READS) || row->fd_arg < 0)
		return;
	fd = (int)t->call.args[row->fd_arg];
	if (fd_object_of(env->engine, t->tid, fd, &object))
		return;
	DL_FOREACH_SAFE(env->fillers, filler, tmp)
		if (fd_object_same(&filler->object, &object))
			take_away(env, filler, t, fd);
}

void fillers_release(struct fault_env *env)
{
	struct filler *filler, *tmp;

	DL_FOREACH_SAFE(env->fillers, filler, tmp) {
		DL_DELETE(env->fillers, filler);
		free(filler);
	}
}
