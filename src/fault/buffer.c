/*
 * buffer.c - a pipe's buffer: its size, full, empty.
 */
#include <errno.h>
#include <fcntl.h>
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
	if (!total)
		return refuse(shot, "%s was empty", object.path);
	snprintf(shot->text, sizeof(shot->text), "%s emptied: %zu bytes lost",
		 object_label(env, &object, label, sizeof(label)), total);
	return 1;
}

const struct action_ops ops_drain = {.fire = fire_drain};

/* Filler in front of what was in the pipe; taken away before a program reads. */
struct filler {
	struct fd_object object;
	size_t size;
	struct filler *prev, *next;
};

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
 * The first part is what is left over from full pages, so that the last page
 * is full too: a pipe appends small writes to a page that has room.
 */
static int put_back(int fd, const char *data, size_t size)
{
	size_t done = 0, part = size % PIPE_PAGE;

	while (done < size) {
		ssize_t n = write(fd, data + done, part ? part : PIPE_PAGE);

		if (n < 0)
			return -errno;
		done += (size_t)n;
		part = 0;
	}
	return 0;
}

static int put_filler(int fd, size_t keep_pages, size_t *ret_size)
{
	static const char page[PIPE_PAGE];
	int capacity = fcntl(fd, F_GETPIPE_SZ);
	size_t pages;

	if (capacity < 0)
		return -errno;
	pages = (size_t)capacity / PIPE_PAGE;
	if (pages <= keep_pages)
		return -ENOBUFS;
	for (size_t i = 0; i < pages - keep_pages; i++)
		if (write(fd, page, sizeof(page)) != PIPE_PAGE)
			return -errno;
	*ret_size = (pages - keep_pages) * PIPE_PAGE;
	return 0;
}

static int fill(int in, int out, size_t *ret_filler)
{
	cleanup_free char *held = NULL;
	int bytes = available(in), rc;

	if (bytes < 0)
		return bytes;
	held = mem_zalloc((size_t)bytes);
	if (!held)
		return -ENOMEM;
	rc = read_exactly(in, held, (size_t)bytes);
	if (!rc)
		rc = put_filler(out, ((size_t)bytes + PIPE_PAGE - 1) / PIPE_PAGE, ret_filler);
	return rc ? rc : put_back(out, held, (size_t)bytes);
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
	cleanup_close int in = -1, out = -1;
	size_t filler = 0;
	int rc = find_pipe(env, shot, at, &object, &holder);

	(void)err;
	if (rc)
		return rc;
	if (has_reader_asleep(env, &object))
		return refuse(shot, "a reader waits at %s: it cannot be full", object.path);
	in = fd_reopen(env->engine, holder.process->tgid, holder.fd, O_RDONLY | O_NONBLOCK);
	out = fd_reopen(env->engine, holder.process->tgid, holder.fd, O_WRONLY | O_NONBLOCK);
	if (in < 0 || out < 0)
		return in < 0 ? in : out;
	rc = fill(in, out, &filler);
	if (rc == -ENOBUFS)
		return refuse(shot, "%s is full already", object.path);
	if (rc)
		return rc;
	snprintf(shot->text, sizeof(shot->text), "%s filled to the brim (%zu bytes)",
		 object_label(env, &object, label, sizeof(label)), filler);
	rc = remember_filler(env, &object, filler);
	return rc ? rc : available(in) > 0;
}

const struct action_ops ops_fill = {.fire = fire_fill};

static void take_away(struct fault_env *env, struct filler *filler, struct tracee *t, int fd)
{
	cleanup_close int in = fd_reopen(env->engine, t->process->tgid, fd, O_RDONLY | O_NONBLOCK);
	cleanup_free char *data = mem_zalloc(filler->size);

	if (in >= 0 && data)
		read_exactly(in, data, filler->size);
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
