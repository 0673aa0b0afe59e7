/*
 * The cases that sleep for locks: System V, futexes and what the C library makes of
 * them, file locks.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/file.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sys/blocking_internal.h"

/* Since Linux 6.7; the headers of older distributions do not have it. */
#ifndef SYS_futex_wait
#define SYS_futex_wait 455
#endif
#define FUTEX2_SIZE_32 0x02

static struct timespec far_from(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	ts.tv_sec += BLOCKING_LONG_S;
	return ts;
}

/* --- System V -------------------------------------------------------------------- */

struct message {
	long type;
	char text[8];
};

static int make_queue(struct blocking *b)
{
	b->message_queue = msgget(IPC_PRIVATE, 0600);
	return b->message_queue < 0 ? -errno : 0;
}

static int make_full_queue(struct blocking *b)
{
	struct message message = {.type = 1};
	struct msqid_ds status;
	int rc = make_queue(b);

	if (rc || msgctl(b->message_queue, IPC_STAT, &status))
		return rc ? rc : -errno;
	status.msg_qbytes = sizeof(message.text);
	if (msgctl(b->message_queue, IPC_SET, &status) ||
	    msgsnd(b->message_queue, &message, sizeof(message.text), IPC_NOWAIT))
		return -errno;
	return 0;
}

static long sleep_msgrcv(struct blocking *b)
{
	struct message message;

	return msgrcv(b->message_queue, &message, sizeof(message.text), 0, 0);
}

static long sleep_msgsnd(struct blocking *b)
{
	struct message message = {.type = 2};

	return msgsnd(b->message_queue, &message, sizeof(message.text), 0);
}

static void wake_msgrcv(struct blocking *b)
{
	struct message message = {.type = 3};

	msgsnd(b->message_queue, &message, 4, 0);
}

static void wake_msgsnd(struct blocking *b)
{
	sleep_msgrcv(b);
}

static int make_set(struct blocking *b)
{
	b->semaphore_set = semget(IPC_PRIVATE, 1, 0600);
	return b->semaphore_set < 0 ? -errno : 0;
}

static long change(struct blocking *b, short by, const struct timespec *limit)
{
	struct sembuf operation = {.sem_op = by};

	return semtimedop(b->semaphore_set, &operation, 1, limit);
}

/* glibc's semop is semtimedop. */
static long sleep_semop(struct blocking *b)
{
	struct sembuf operation = {.sem_op = -1};

	return syscall(SYS_semop, b->semaphore_set, &operation, 1);
}

static long sleep_semtimedop(struct blocking *b)
{
	return change(b, -1, NULL);
}

static long sleep_semtimedop_timed(struct blocking *b)
{
	struct timespec limit = {.tv_sec = BLOCKING_LONG_S};

	return change(b, -1, &limit);
}

static void wake_semop(struct blocking *b)
{
	change(b, 1, NULL);
}

/* --- futexes and what is made of them ------------------------------------------------ */

static long futex_for(struct blocking *b, const struct timespec *limit)
{
	return syscall(SYS_futex, &b->word, FUTEX_WAIT, 0, limit, NULL, 0);
}

static long sleep_futex(struct blocking *b)
{
	return futex_for(b, NULL);
}

static long sleep_futex_timed(struct blocking *b)
{
	struct timespec limit = {.tv_sec = BLOCKING_LONG_S};

	return futex_for(b, &limit);
}

static long waitv_for(struct blocking *b, const struct timespec *limit)
{
	struct futex_waitv waiter = {.uaddr = (uintptr_t)&b->word, .flags = FUTEX_32};

	return syscall(SYS_futex_waitv, &waiter, 1, 0, limit, CLOCK_MONOTONIC);
}

static long sleep_futex_waitv(struct blocking *b)
{
	return waitv_for(b, NULL);
}

static long sleep_futex_waitv_timed(struct blocking *b)
{
	struct timespec limit = far_from(CLOCK_MONOTONIC);

	return waitv_for(b, &limit);
}

static long futex2_for(struct blocking *b, const struct timespec *limit)
{
	return syscall(SYS_futex_wait, &b->word, 0L, 0xffffffffL, FUTEX2_SIZE_32, limit,
		       CLOCK_MONOTONIC);
}

static long sleep_futex2(struct blocking *b)
{
	return futex2_for(b, NULL);
}

static long sleep_futex2_timed(struct blocking *b)
{
	struct timespec limit = far_from(CLOCK_MONOTONIC);

	return futex2_for(b, &limit);
}

static void wake_futex(struct blocking *b)
{
	b->word = 1;
	syscall(SYS_futex, &b->word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static int hold_mutex(struct blocking *b)
{
	return -pthread_mutex_lock(&b->mutex);
}

static long sleep_mutex(struct blocking *b)
{
	return blocking_as_result(pthread_mutex_lock(&b->mutex));
}

static void wake_mutex(struct blocking *b)
{
	pthread_mutex_unlock(&b->mutex);
}

static long sleep_cond(struct blocking *b)
{
	return blocking_as_result(pthread_cond_wait(&b->cond, &b->mutex));
}

static long sleep_cond_timed(struct blocking *b)
{
	struct timespec limit = far_from(CLOCK_REALTIME);

	return blocking_as_result(pthread_cond_timedwait(&b->cond, &b->mutex, &limit));
}

static void wake_cond(struct blocking *b)
{
	pthread_cond_signal(&b->cond);
}

static int hold_rwlock(struct blocking *b)
{
	return -pthread_rwlock_rdlock(&b->rwlock);
}

static long sleep_rwlock(struct blocking *b)
{
	return blocking_as_result(pthread_rwlock_wrlock(&b->rwlock));
}

static void wake_rwlock(struct blocking *b)
{
	pthread_rwlock_unlock(&b->rwlock);
}

static long sleep_barrier(struct blocking *b)
{
	int code = pthread_barrier_wait(&b->barrier);

	return code == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : blocking_as_result(code);
}

static void wake_barrier(struct blocking *b)
{
	pthread_barrier_wait(&b->barrier);
}

static long sleep_semaphore(struct blocking *b)
{
	return sem_wait(&b->semaphore);
}

static long sleep_semaphore_timed(struct blocking *b)
{
	struct timespec limit = far_from(CLOCK_REALTIME);

	return sem_timedwait(&b->semaphore, &limit);
}

static void wake_semaphore(struct blocking *b)
{
	sem_post(&b->semaphore);
}

/* --- file locks: fds[0] holds, fds[1] wants ------------------------------------------------ */

static int make_file(struct blocking *b)
{
	char path[128];

	if (!blocking_path(b, "file", path, sizeof(path)))
		return -errno;
	for (int i = 0; i < 2; i++) {
		b->fds[i] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (b->fds[i] < 0)
			return -errno;
	}
	return 0;
}

static int make_flock(struct blocking *b)
{
	int rc = make_file(b);

	return rc ? rc : flock(b->fds[0], LOCK_EX) ? -errno : 0;
}

static long sleep_flock(struct blocking *b)
{
	return flock(b->fds[1], LOCK_EX);
}

static void wake_flock(struct blocking *b)
{
	flock(b->fds[0], LOCK_UN);
}

/* A lock of the description keeps out this process's own POSIX locks too. */
static int record_lock(int fd, int command, short type)
{
	struct flock lock = {.l_type = type, .l_whence = SEEK_SET};

	return fcntl(fd, command, &lock);
}

static int make_record_lock(struct blocking *b)
{
	int rc = make_file(b);

	return rc ? rc : record_lock(b->fds[0], F_OFD_SETLK, F_WRLCK) ? -errno : 0;
}

static long sleep_setlkw(struct blocking *b)
{
	return record_lock(b->fds[1], F_SETLKW, F_WRLCK);
}

static long sleep_ofd_setlkw(struct blocking *b)
{
	return record_lock(b->fds[1], F_OFD_SETLKW, F_WRLCK);
}

static void wake_record_lock(struct blocking *b)
{
	record_lock(b->fds[0], F_OFD_SETLK, F_UNLCK);
}

/* clang-format off */
const struct blocking_case blocking_lock_cases[] = {
	{ "msgrcv",           "msgrcv",       false, make_queue, sleep_msgrcv, wake_msgrcv },
	{ "msgsnd",           "msgsnd",       false, make_full_queue, sleep_msgsnd, wake_msgsnd },
	{ "semop",            "semop",        false, make_set, sleep_semop, wake_semop },
	{ "semtimedop",       "semtimedop",   false, make_set, sleep_semtimedop, wake_semop },
	{ "semtimedop-timed", "semtimedop",   true,  make_set, sleep_semtimedop_timed, wake_semop },
	{ "futex",            "futex",        false, NULL, sleep_futex, wake_futex },
	{ "futex-timed",      "futex",        true,  NULL, sleep_futex_timed, wake_futex },
	{ "futex-waitv",      "futex_waitv",  false, NULL, sleep_futex_waitv, wake_futex },
	{ "futex-waitv-timed", "futex_waitv", true,  NULL, sleep_futex_waitv_timed, wake_futex },
	{ "futex-wait",       "futex_wait",   false, NULL, sleep_futex2, wake_futex },
	{ "futex-wait-timed", "futex_wait",   true,  NULL, sleep_futex2_timed, wake_futex },
	{ "mutex",            NULL,           false, hold_mutex, sleep_mutex, wake_mutex },
	{ "cond",             NULL,           false, hold_mutex, sleep_cond, wake_cond },
	{ "cond-timed",       NULL,           false, hold_mutex, sleep_cond_timed, wake_cond },
	{ "rwlock",           NULL,           false, hold_rwlock, sleep_rwlock, wake_rwlock },
	{ "barrier",          NULL,           false, NULL, sleep_barrier, wake_barrier },
	{ "sem-wait",         "futex",        false, NULL, sleep_semaphore, wake_semaphore },
	{ "sem-wait-timed",   "futex",        true,  NULL, sleep_semaphore_timed, wake_semaphore },
	{ "flock",            "flock",        false, make_flock, sleep_flock, wake_flock },
	{ "fcntl-setlkw",     "fcntl",        false, make_record_lock, sleep_setlkw, wake_record_lock },
	{ "fcntl-ofd-setlkw", "fcntl",        false, make_record_lock, sleep_ofd_setlkw, wake_record_lock },
	{ NULL, NULL, false, NULL, NULL, NULL },
};
/* clang-format on */
