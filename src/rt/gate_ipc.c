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
#include <time.h>

#include "rt/gate.h"
#include "rt/raw.h"

REAL(int, semop, (int id, struct sembuf *ops, size_t count));
REAL(int, semtimedop, (int id, struct sembuf *ops, size_t count, const struct timespec *limit));
REAL(int, msgsnd, (int id, const void *message, size_t size, int flags));
REAL(ssize_t, msgrcv, (int id, void *message, size_t size, long type, int flags));
REAL(int, mq_send, (mqd_t queue, const char *message, size_t size, unsigned priority));
REAL(ssize_t, mq_receive, (mqd_t queue, char *message, size_t size, unsigned *ret_priority));
REAL(int, mq_timedsend,
     (mqd_t queue, const char *message, size_t size, unsigned priority,
      const struct timespec *limit));
REAL(ssize_t, mq_timedreceive,
     (mqd_t queue, char *message, size_t size, unsigned *ret_priority,
      const struct timespec *limit));
REAL(int, flock, (int fd, int operation));
REAL(int, fcntl, (int fd, int command, void *arg));
REAL(int, fcntl64, (int fd, int command, void *arg));

static void begin(uint64_t place)
{
	rt_point(POINT_IO, 0, 0, place);
}

/*
 * Has it failed as it would have waited?  Then somebody else goes on, and it
 * is to be tried again: unless a handler (@restarts: without SA_RESTART), or
 * the time, has come; errno tells then.
 */
static bool must_wait(long rc, int reason, uint64_t until_ns, bool restarts, int late)
{
	bool woken;

	if (rc >= 0 || errno != reason)
		return false;
	pthread_testcancel();
	woken = rt_block(SCHEDULE_KEY_IO, until_ns);
	if (rt_must_end(restarts))
		return false;
	errno = late;
	return woken;
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

static int semop_until(int id, const struct sembuf *ops, size_t count, uint64_t until_ns,
		       uint64_t place)
{
	bool waits = true;
	int rc;

	for (size_t i = 0; i < count; i++)
		waits &= !(ops[i].sem_flg & IPC_NOWAIT);
	begin(place);
	do
		rc = semop_now(id, ops, count);
	while (waits && must_wait(rc, EAGAIN, until_ns, false, EAGAIN));
	end(rc);
	return rc;
}

RT_EXPORT int __wrap_semop(int id, struct sembuf *ops, size_t count)
{
	if (!rt_is_scheduled() || count > OPS)
		return __real_semop(id, ops, count);
	return semop_until(id, ops, count, RT_FOREVER, PLACE);
}

RT_EXPORT int __wrap_semtimedop(int id, struct sembuf *ops, size_t count,
				const struct timespec *limit)
{
	if (!rt_is_scheduled() || count > OPS)
		return __real_semtimedop(id, ops, count, limit);
	return semop_until(id, ops, count, limit ? rt_after(limit) : RT_FOREVER, PLACE);
}

RT_EXPORT int __wrap_msgsnd(int id, const void *message, size_t size, int flags)
{
	int rc;

	if (!rt_is_scheduled())
		return __real_msgsnd(id, message, size, flags);
	begin(PLACE);
	do
		rc = __real_msgsnd(id, message, size, flags | IPC_NOWAIT);
	while (!(flags & IPC_NOWAIT) && must_wait(rc, EAGAIN, RT_FOREVER, false, EAGAIN));
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
	while (!(flags & IPC_NOWAIT) && must_wait(got, ENOMSG, RT_FOREVER, false, ENOMSG));
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

static int mq_send_until(mqd_t queue, const char *message, size_t size, unsigned priority,
			 uint64_t until_ns, uint64_t place)
{
	int rc;

	begin(place);
	if (is_nonblocking(queue))
		rc = __real_mq_send(queue, message, size, priority);
	else
		do
			rc = mq_try_send(queue, message, size, priority);
		while (must_wait(rc, ETIMEDOUT, until_ns, true, ETIMEDOUT));
	end(rc);
	return rc;
}

RT_EXPORT int __wrap_mq_send(mqd_t queue, const char *message, size_t size, unsigned priority)
{
	if (!rt_is_scheduled())
		return __real_mq_send(queue, message, size, priority);
	return mq_send_until(queue, message, size, priority, RT_FOREVER, PLACE);
}

RT_EXPORT int __wrap_mq_timedsend(mqd_t queue, const char *message, size_t size, unsigned priority,
				  const struct timespec *limit)
{
	if (!rt_is_scheduled())
		return __real_mq_timedsend(queue, message, size, priority, limit);
	return mq_send_until(queue, message, size, priority,
			     limit ? rt_until(limit, CLOCK_REALTIME) : RT_FOREVER, PLACE);
}

static ssize_t mq_receive_until(mqd_t queue, char *message, size_t size, unsigned *ret_priority,
				uint64_t until_ns, uint64_t place)
{
	ssize_t got;

	begin(place);
	if (is_nonblocking(queue))
		got = __real_mq_receive(queue, message, size, ret_priority);
	else
		do
			got = mq_try_receive(queue, message, size, ret_priority);
		while (must_wait(got, ETIMEDOUT, until_ns, true, ETIMEDOUT));
	end(got);
	return got;
}

RT_EXPORT ssize_t __wrap_mq_receive(mqd_t queue, char *message, size_t size, unsigned *ret_priority)
{
	if (!rt_is_scheduled())
		return __real_mq_receive(queue, message, size, ret_priority);
	return mq_receive_until(queue, message, size, ret_priority, RT_FOREVER, PLACE);
}

RT_EXPORT ssize_t __wrap_mq_timedreceive(mqd_t queue, char *message, size_t size,
					 unsigned *ret_priority, const struct timespec *limit)
{
	if (!rt_is_scheduled())
		return __real_mq_timedreceive(queue, message, size, ret_priority, limit);
	return mq_receive_until(queue, message, size, ret_priority,
				limit ? rt_until(limit, CLOCK_REALTIME) : RT_FOREVER, PLACE);
}

RT_EXPORT int __wrap_flock(int fd, int operation)
{
	int rc;

	if (!rt_is_scheduled())
		return __real_flock(fd, operation);
	begin(PLACE);
	do
		rc = __real_flock(fd, operation | LOCK_NB);
	while (!(operation & LOCK_NB) && must_wait(rc, EWOULDBLOCK, RT_FOREVER, true, EWOULDBLOCK));
	end(rc);
	return rc;
}

typedef int fcntl_fn(int fd, int command, void *arg);

/* Locks of the same open file have no owner. */
static int lock_open_file(fcntl_fn *real, int fd, int command, void *arg, uint64_t place)
{
	int rc;

	begin(place);
	do
		rc = real(fd, F_OFD_SETLK, arg);
	while (command == F_OFD_SETLKW && must_wait(rc, EAGAIN, RT_FOREVER, true, EAGAIN));
	end(rc);
	return rc;
}

/* Whose lock is in the way; 0: it has just gone. */
static pid_t holder_of(fcntl_fn *real, int fd, const struct flock *wanted)
{
	struct flock found;

	rt_copy(&found, wanted, sizeof(found));
	return real(fd, F_GETLK, &found) || found.l_type == F_UNLCK || found.l_pid < 0
		       ? 0
		       : found.l_pid;
}

static const struct control_flow *waiting_flow_of(pid_t pid)
{
	for (uint32_t i = 1; i <= rt_control->flows_used; i++)
		if (rt_control->flows[i].pid == pid && rt_control->flows[i].lock_pid &&
		    rt_control->flows[i].state == FLOW_BLOCKED)
			return &rt_control->flows[i];
	return NULL;
}

/* As the kernel's posix_locks_deadlock(): it would see nobody wait, as all only try. */
#define CHAIN 10

static bool is_deadlock(pid_t holder)
{
	const struct control_flow *flow;

	for (unsigned i = 0; holder && i < CHAIN; i++) {
		if (holder == rt_self()->pid)
			return true;
		flow = waiting_flow_of(holder);
		holder = flow ? flow->lock_pid : 0;
	}
	return false;
}

static uint32_t flow_of_process(pid_t pid)
{
	for (uint32_t i = 1; pid && i <= rt_control->flows_used; i++)
		if (rt_control->flows[i].pid == pid)
			return i;
	return 0;
}

/* -1: with errno. */
static int wait_for_record(pid_t holder)
{
	struct control_flow *self = rt_self();

	if (is_deadlock(holder)) {
		errno = EDEADLK;
		return -1;
	}
	pthread_testcancel();
	self->lock_pid = holder;
	self->owner = flow_of_process(holder);
	rt_block(holder ? SCHEDULE_KEY_RECORD(holder) : SCHEDULE_KEY_IO, RT_FOREVER);
	self->lock_pid = 0;
	self->owner = 0;
	return rt_must_end(true) ? -1 : 0;
}

void rt_records_changed(void)
{
	rt_wake(SCHEDULE_KEY_RECORD(rt_self()->pid));
	rt_wake(SCHEDULE_KEY_IO);
}

static int lock_record(fcntl_fn *real, int fd, int command, void *arg, uint64_t place)
{
	int rc;

	begin(place);
	while ((rc = real(fd, F_SETLK, arg)) < 0 && command == F_SETLKW &&
	       (errno == EAGAIN || errno == EACCES))
		if (wait_for_record(holder_of(real, fd, arg)))
			return -1;
	end(rc);
	if (rc >= 0)
		rt_records_changed();
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
		return command == F_OFD_SETLK || command == F_OFD_SETLKW                           \
			       ? lock_open_file(__real_##name, fd, command, arg, PLACE)            \
			       : lock_record(__real_##name, fd, command, arg, PLACE);              \
	}

FCNTL(fcntl)
FCNTL(fcntl64)
