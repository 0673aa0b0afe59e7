/*
 * Queues, System V semaphores and locks of files: the real calls, tried.
 *
 * Who waits for which of them is not told apart: whenever one has succeeded,
 * all try again.
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>

#include "rt/gate.h"
#include "rt/raw.h"

REAL(int, semop, (int id, struct sembuf *ops, size_t count));
REAL(int, msgsnd, (int id, const void *message, size_t size, int flags));
REAL(ssize_t, msgrcv, (int id, void *message, size_t size, long type, int flags));
REAL(int, mq_send, (mqd_t queue, const char *message, size_t size, unsigned priority));
REAL(ssize_t, mq_receive, (mqd_t queue, char *message, size_t size, unsigned *ret_priority));
REAL(int, flock, (int fd, int operation));
REAL(int, fcntl, (int fd, int command, void *arg));
REAL(int, fcntl64, (int fd, int command, void *arg));

static void begin(uint64_t place)
{
	rt_point(POINT_IO, 0, 0, place);
}

/* Has it failed as it would have waited?  Then somebody else goes on. */
static bool must_wait(long rc, int reason)
{
	if (rc >= 0 || errno != reason)
		return false;
	rt_block(SCHEDULE_KEY_IO, RT_FOREVER);
	return true;
}

static void end(long rc)
{
	int saved = errno;

	if (rc >= 0) {
		rt_releases(SCHEDULE_KEY_IO);
		rt_acquired(SCHEDULE_KEY_IO);
		rt_wake(SCHEDULE_KEY_IO);
	}
	errno = saved;
}

#define OPS 64

/* Each of the operations says that it must not wait. */
static int semop_now(int id, const struct sembuf *ops, size_t count)
{
	struct sembuf now[OPS];

	for (size_t i = 0; i < count; i++) {
		now[i] = ops[i];
		now[i].sem_flg |= IPC_NOWAIT;
	}
	return __real_semop(id, now, count);
}

RT_EXPORT int __wrap_semop(int id, struct sembuf *ops, size_t count)
{
	bool waits = true;
	int rc;

	if (!rt_is_scheduled() || count > OPS)
		return __real_semop(id, ops, count);
	for (size_t i = 0; i < count; i++)
		waits &= !(ops[i].sem_flg & IPC_NOWAIT);
	begin(PLACE);
	do
		rc = semop_now(id, ops, count);
	while (waits && must_wait(rc, EAGAIN));
	end(rc);
	return rc;
}

RT_EXPORT int __wrap_msgsnd(int id, const void *message, size_t size, int flags)
{
	int rc;

	if (!rt_is_scheduled())
		return __real_msgsnd(id, message, size, flags);
	begin(PLACE);
	do
		rc = __real_msgsnd(id, message, size, flags | IPC_NOWAIT);
	while (!(flags & IPC_NOWAIT) && must_wait(rc, EAGAIN));
	end(rc);
	return rc;
}

RT_EXPORT ssize_t __wrap_msgrcv(int id, void *message, size_t size, long type, int flags)
{
	ssize_t got;

	if (!rt_is_scheduled())
		return __real_msgrcv(id, message, size, type, flags);
	begin(PLACE);
	do
		got = __real_msgrcv(id, message, size, type, flags | IPC_NOWAIT);
	while (!(flags & IPC_NOWAIT) && must_wait(got, ENOMSG));
	end(got);
	return got;
}

/* In the past: the call never sleeps. */
static const struct timespec past = {0, 0};

static bool is_nonblocking(int fd)
{
	return raw3(SYS_fcntl, fd, F_GETFL, 0) & O_NONBLOCK;
}

static int mq_try_send(mqd_t queue, const char *message, size_t size, unsigned priority)
{
	long rc =
		raw6(SYS_mq_timedsend, queue, (long)message, (long)size, priority, (long)&past, 0);

	if (!raw_failed(rc))
		return 0;
	errno = (int)-rc;
	return -1;
}

static ssize_t mq_try_receive(mqd_t queue, char *message, size_t size, unsigned *ret_priority)
{
	long got = raw6(SYS_mq_timedreceive, queue, (long)message, (long)size, (long)ret_priority,
			(long)&past, 0);

	if (!raw_failed(got))
		return got;
	errno = (int)-got;
	return -1;
}

RT_EXPORT int __wrap_mq_send(mqd_t queue, const char *message, size_t size, unsigned priority)
{
	int rc;

	if (!rt_is_scheduled())
		return __real_mq_send(queue, message, size, priority);
	begin(PLACE);
	if (is_nonblocking(queue))
		rc = __real_mq_send(queue, message, size, priority);
	else
		do
			rc = mq_try_send(queue, message, size, priority);
		while (must_wait(rc, ETIMEDOUT));
	end(rc);
	return rc;
}

RT_EXPORT ssize_t __wrap_mq_receive(mqd_t queue, char *message, size_t size, unsigned *ret_priority)
{
	ssize_t got;

	if (!rt_is_scheduled())
		return __real_mq_receive(queue, message, size, ret_priority);
	begin(PLACE);
	if (is_nonblocking(queue))
		got = __real_mq_receive(queue, message, size, ret_priority);
	else
		do
			got = mq_try_receive(queue, message, size, ret_priority);
		while (must_wait(got, ETIMEDOUT));
	end(got);
	return got;
}

RT_EXPORT int __wrap_flock(int fd, int operation)
{
	int rc;

	if (!rt_is_scheduled())
		return __real_flock(fd, operation);
	begin(PLACE);
	do
		rc = __real_flock(fd, operation | LOCK_NB);
	while (!(operation & LOCK_NB) && must_wait(rc, EWOULDBLOCK));
	end(rc);
	return rc;
}

typedef int fcntl_fn(int fd, int command, void *arg);

/* EDEADLK comes from the kernel's look at who waits: here nobody does, it is a deadlock of the run.
 */
static int lock_record(fcntl_fn *real, int fd, int command, void *arg, uint64_t place)
{
	bool is_ofd = command == F_OFD_SETLK || command == F_OFD_SETLKW;
	bool waits = command == F_SETLKW || command == F_OFD_SETLKW;
	int rc;

	begin(place);
	do
		rc = real(fd, is_ofd ? F_OFD_SETLK : F_SETLK, arg);
	while (waits && (must_wait(rc, EAGAIN) || must_wait(rc, EACCES)));
	end(rc);
	return rc;
}

static bool is_lock(int command)
{
	return command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK ||
	       command == F_OFD_SETLKW;
}

#define FCNTL(name)                                                                                \
	RT_EXPORT int __wrap_##name(int fd, int command, void *arg)                                \
	{                                                                                          \
		if (!is_lock(command) || !rt_is_scheduled())                                       \
			return __real_##name(fd, command, arg);                                    \
		return lock_record(__real_##name, fd, command, arg, PLACE);                        \
	}

FCNTL(fcntl)
FCNTL(fcntl64)
