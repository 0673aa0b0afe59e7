/*
 * eventfd.c - a counter that is full, or whose events somebody else has taken.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "fault/internal.h"
#include "sys/procfs.h"

#define COUNTER_MAX UINT64_C(0xfffffffffffffffe) /* eventfd(2) */
#define READS_MAX   100000			 /* EFD_SEMAPHORE: one at a time */

/* Never waits, whatever the flags of the description are. */
/* NOLINTNEXTLINE(readability-non-const-parameter): the kernel writes it */
static int take(int fd, uint64_t *ret_value)
{
	struct iovec iov = {ret_value, sizeof(*ret_value)};

	return preadv2(fd, &iov, 1, -1, RWF_NOWAIT) == sizeof(*ret_value) ? 0 : -errno;
}

/*
 * A write has no RWF_NOWAIT.  While O_NONBLOCK is set a call of the program
 * could see it too, but only one that begins in these microseconds and would
 * have to sleep.
 */
static int put(int fd, uint64_t value)
{
	int flags = fcntl(fd, F_GETFL), rc;

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK))
		return -errno;
	rc = write(fd, &value, sizeof(value)) == sizeof(value) ? 0 : -errno;
	fcntl(fd, F_SETFL, flags);
	return rc;
}

static int read_counter(struct fault_env *env, const struct fd_holder *holder,
			struct procfs_eventfd *ret_counter)
{
	return procfs_eventfd(env->engine->options.proc_fd, holder->process->tgid, holder->fd,
			      ret_counter);
}

static int eventfd_fill(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	struct procfs_eventfd counter;
	struct fd_holder holder;
	cleanup_close int fd = -1;
	uint64_t filler;
	int rc = any_holder(env, shot, object, &holder);

	if (!rc)
		rc = read_counter(env, &holder, &counter);
	if (rc)
		return rc;
	if (counter.is_semaphore)
		return refuse(shot, "a reader of this eventfd takes one at a time (EFD_SEMAPHORE), "
				    "and could not be kept from what was filled in");
	if (has_reader_inside(env, object))
		return refuse(shot, "a reader waits at the eventfd: it cannot be full");
	if (counter.count >= COUNTER_MAX)
		return refuse(shot, "the eventfd is full already");
	fd = fd_borrow(holder.process->tgid, holder.fd);
	if (fd < 0)
		return fd;
	filler = COUNTER_MAX - counter.count;
	rc = put(fd, filler);
	if (rc == -EAGAIN)
		return refuse(shot, "the eventfd was written to at the same moment");
	if (!rc)
		rc = filler_remember(env, object, filler);
	if (!rc)
		rc = read_counter(env, &holder, &counter);
	if (rc)
		return rc;
	snprintf(shot->text, sizeof(shot->text), "eventfd filled to the brim (%#" PRIx64 ")",
		 counter.count);
	return counter.count == COUNTER_MAX;
}

/* The program reads what is its own, and sleeps when that is nothing. */
static int eventfd_take_filler(struct fault_env *env, const struct fd_object *object, size_t size,
			       struct tracee *t, int number)
{
	cleanup_close int fd = fd_borrow(t->process->tgid, number);
	uint64_t value;
	int rc = fd < 0 ? fd : take(fd, &value);

	(void)env, (void)object;
	if (!rc && value < size)
		rc = -EIO;
	return rc || value == size ? rc : put(fd, value - size);
}

static int eventfd_drain(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	struct fd_holder holder;
	cleanup_close int fd = -1;
	uint64_t value, total = 0;
	unsigned reads = 0;
	int rc = any_holder(env, shot, object, &holder);

	if (rc)
		return rc;
	fd = fd_borrow(holder.process->tgid, holder.fd);
	if (fd < 0)
		return fd;
	for (; !rc && reads < READS_MAX; reads++) {
		rc = take(fd, &value);
		total += rc ? 0 : value;
	}
	if (rc != -EAGAIN)
		return rc ? rc
			  : refuse(shot, "the eventfd has too many events to take them singly");
	total -= filler_forget(env, object);
	if (!total)
		return refuse(shot, "the eventfd had no events");
	snprintf(shot->text, sizeof(shot->text), "eventfd emptied: %" PRIu64 " event%s lost", total,
		 total == 1 ? "" : "s");
	return 1;
}

const struct object_ops object_eventfd_ops = {
	.fill = eventfd_fill, .drain = eventfd_drain, .take_filler = eventfd_take_filler};
