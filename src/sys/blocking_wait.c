/*
 * The cases that sleep until something happens: readiness, signals, children,
 * locks, time, and what the C library builds on futexes.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "sys/blocking.h"

#define LONG_S	60
#define LONG_MS (LONG_S * 1000)

/* Since Linux 6.7; the headers of older distributions do not have it. */
#ifndef SYS_futex_wait
#define SYS_futex_wait 455
#endif
#define FUTEX2_SIZE_32 0x02

static struct timespec far_from(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	ts.tv_sec += LONG_S;
	return ts;
}

/* --- readiness of a pipe: fds[0], woken by a byte to fds[1] ----------------------- */

static int make_pipe(struct blocking *b)
{
	return pipe2(b->fds, O_CLOEXEC) ? -errno : 0;
}

static void wake_by_byte(struct blocking *b)
{
	while (write(b->fds[1], "x", 1) < 0 && errno == EINTR)
		;
}

static long poll_for(struct blocking *b, int ms)
{
	struct pollfd entry = {.fd = b->fds[0], .events = POLLIN};

#ifdef SYS_poll
	return syscall(SYS_poll, &entry, 1, ms);
#else
	return poll(&entry, 1, ms);
#endif
}

static long sleep_poll(struct blocking *b)
{
	return poll_for(b, -1);
}

static long sleep_poll_timed(struct blocking *b)
{
	return poll_for(b, LONG_MS);
}

static long ppoll_for(struct blocking *b, const struct timespec *limit)
{
	struct pollfd entry = {.fd = b->fds[0], .events = POLLIN};

	return ppoll(&entry, 1, limit, NULL);
}

static long sleep_ppoll(struct blocking *b)
{
	return ppoll_for(b, NULL);
}

static long sleep_ppoll_timed(struct blocking *b)
{
	struct timespec limit = {.tv_sec = LONG_S};

	return ppoll_for(b, &limit);
}

#ifdef SYS_select
static long sleep_select(struct blocking *b)
{
	struct timeval limit = {.tv_sec = LONG_S};
	fd_set set;

	FD_ZERO(&set);
	FD_SET(b->fds[0], &set);
	return syscall(SYS_select, b->fds[0] + 1, &set, NULL, NULL, &limit);
}
#endif

static long sleep_pselect(struct blocking *b)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(b->fds[0], &set);
	return pselect(b->fds[0] + 1, &set, NULL, NULL, NULL, NULL);
}

static int make_epoll(struct blocking *b)
{
	struct epoll_event event = {.events = EPOLLIN};
	int rc = make_pipe(b);

	if (rc)
		return rc;
	b->fds[2] = epoll_create1(EPOLL_CLOEXEC);
	if (b->fds[2] < 0 || epoll_ctl(b->fds[2], EPOLL_CTL_ADD, b->fds[0], &event))
		return -errno;
	return 0;
}

#ifdef SYS_epoll_wait
static long sleep_epoll(struct blocking *b)
{
	struct epoll_event event;

	return syscall(SYS_epoll_wait, b->fds[2], &event, 1, -1);
}

static long sleep_epoll_timed(struct blocking *b)
{
	struct epoll_event event;

	return syscall(SYS_epoll_wait, b->fds[2], &event, 1, LONG_MS);
}
#endif

static long sleep_epoll_pwait(struct blocking *b)
{
	struct epoll_event event;

	return syscall(SYS_epoll_pwait, b->fds[2], &event, 1, -1, NULL, 8);
}

static long sleep_epoll_pwait2(struct blocking *b)
{
	struct timespec limit = {.tv_sec = LONG_S};
	struct epoll_event event;

	return syscall(SYS_epoll_pwait2, b->fds[2], &event, 1, &limit, NULL, 8);
}

/* Asynchronous reads complete at once, so the kernel's queue stays empty for ever. */
static int make_aio(struct blocking *b)
{
	return syscall(SYS_io_setup, 1, &b->aio) ? -errno : 0;
}

static long sleep_aio(struct blocking *b)
{
	char event[32];

	return syscall(SYS_io_getevents, b->aio, 1, 1, event, NULL);
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
	struct timespec limit = {.tv_sec = LONG_S};

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
	struct timespec limit = {.tv_sec = LONG_S};

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

static long as_result(int code)
{
	errno = code;
	return code ? -1 : 0;
}

static int hold_mutex(struct blocking *b)
{
	return -pthread_mutex_lock(&b->mutex);
}

static long sleep_mutex(struct blocking *b)
{
	return as_result(pthread_mutex_lock(&b->mutex));
}

static void wake_mutex(struct blocking *b)
{
	pthread_mutex_unlock(&b->mutex);
}

static long sleep_cond(struct blocking *b)
{
	return as_result(pthread_cond_wait(&b->cond, &b->mutex));
}

static long sleep_cond_timed(struct blocking *b)
{
	struct timespec limit = far_from(CLOCK_REALTIME);

	return as_result(pthread_cond_timedwait(&b->cond, &b->mutex, &limit));
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
	return as_result(pthread_rwlock_wrlock(&b->rwlock));
}

static void wake_rwlock(struct blocking *b)
{
	pthread_rwlock_unlock(&b->rwlock);
}

static long sleep_barrier(struct blocking *b)
{
	int code = pthread_barrier_wait(&b->barrier);

	return code == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : as_result(code);
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

/* --- time ------------------------------------------------------------------------------ */

static struct timespec own_time(const struct blocking *b)
{
	return (struct timespec){.tv_sec = (time_t)(b->sleep_ns / NS_PER_S),
				 .tv_nsec = (long)(b->sleep_ns % NS_PER_S)};
}

static long sleep_nanosleep(struct blocking *b)
{
	struct timespec ts = own_time(b);

	return syscall(SYS_nanosleep, &ts, NULL);
}

static long sleep_clock(struct blocking *b)
{
	struct timespec ts = own_time(b);

	return as_result(clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL));
}

static long sleep_clock_absolute(struct blocking *b)
{
	struct timespec ts = own_time(b), now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ts.tv_sec += now.tv_sec;
	ts.tv_nsec += now.tv_nsec;
	if (ts.tv_nsec >= (long)NS_PER_S) {
		ts.tv_nsec -= (long)NS_PER_S;
		ts.tv_sec++;
	}
	return as_result(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL));
}

static void wake_nothing(struct blocking *b)
{
	(void)b;
}

/* --- signals --------------------------------------------------------------------------- */

#ifdef SYS_pause
static long sleep_pause(struct blocking *b)
{
	(void)b;
	return syscall(SYS_pause);
}
#endif

static long sleep_sigsuspend(struct blocking *b)
{
	sigset_t set;

	(void)b;
	sigemptyset(&set);
	return sigsuspend(&set);
}

static long wait_for_signal(const struct timespec *limit)
{
	sigset_t set, old;
	long result;
	int code;

	sigemptyset(&set);
	sigaddset(&set, BLOCKING_WAKE_SIGNAL);
	sigprocmask(SIG_BLOCK, &set, &old);
	result = sigtimedwait(&set, NULL, limit);
	code = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	errno = code;
	return result;
}

static long sleep_sigwait(struct blocking *b)
{
	(void)b;
	return wait_for_signal(NULL);
}

static long sleep_sigwait_timed(struct blocking *b)
{
	struct timespec limit = {.tv_sec = LONG_S};

	(void)b;
	return wait_for_signal(&limit);
}

static void wake_by_signal(struct blocking *b)
{
	kill(b->sleeper, BLOCKING_WAKE_SIGNAL);
}

/* --- children --------------------------------------------------------------------------- */

static int make_child(struct blocking *b)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (getppid() == b->sleeper)
			pause();
		_exit(0);
	}
	b->child = pid;
	return 0;
}

static long sleep_wait4(struct blocking *b)
{
	pid_t pid = wait4(b->child, NULL, 0, NULL);

	if (pid < 0)
		return -1;
	b->child = 0;
	return 0;
}

static long sleep_waitid(struct blocking *b)
{
	siginfo_t info;

	if (waitid(P_PID, (id_t)b->child, &info, WEXITED))
		return -1;
	b->child = 0;
	return 0;
}

static void wake_by_death(struct blocking *b)
{
	kill(b->child, SIGKILL);
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
const struct blocking_case blocking_wait_cases[] = {
	{ "poll",             "poll",         false, make_pipe, sleep_poll, wake_by_byte },
	{ "poll-timed",       "poll",         true,  make_pipe, sleep_poll_timed, wake_by_byte },
	{ "ppoll",            "ppoll",        false, make_pipe, sleep_ppoll, wake_by_byte },
	{ "ppoll-timed",      "ppoll",        true,  make_pipe, sleep_ppoll_timed, wake_by_byte },
#ifdef SYS_select
	{ "select-timed",     "select",       true,  make_pipe, sleep_select, wake_by_byte },
#endif
	{ "pselect",          "pselect6",     false, make_pipe, sleep_pselect, wake_by_byte },
#ifdef SYS_epoll_wait
	{ "epoll",            "epoll_wait",   false, make_epoll, sleep_epoll, wake_by_byte },
	{ "epoll-timed",      "epoll_wait",   true,  make_epoll, sleep_epoll_timed, wake_by_byte },
#endif
	{ "epoll-pwait",      "epoll_pwait",  false, make_epoll, sleep_epoll_pwait, wake_by_byte },
	{ "epoll-pwait2-timed", "epoll_pwait2", true, make_epoll, sleep_epoll_pwait2, wake_by_byte },
	{ "io-getevents",     "io_getevents", false, make_aio, sleep_aio, NULL },
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
	{ "nanosleep",        "nanosleep",    true,  NULL, sleep_nanosleep, wake_nothing },
	{ "clock-nanosleep",  "clock_nanosleep", true, NULL, sleep_clock, wake_nothing },
	{ "clock-nanosleep-absolute", "clock_nanosleep", true, NULL, sleep_clock_absolute, wake_nothing },
#ifdef SYS_pause
	{ "pause",            "pause",        false, NULL, sleep_pause, wake_by_signal },
#endif
	{ "sigsuspend",       "rt_sigsuspend", false, NULL, sleep_sigsuspend, wake_by_signal },
	{ "sigwait",          "rt_sigtimedwait", false, NULL, sleep_sigwait, wake_by_signal },
	{ "sigwait-timed",    "rt_sigtimedwait", true, NULL, sleep_sigwait_timed, wake_by_signal },
	{ "wait4",            "wait4",        false, make_child, sleep_wait4, wake_by_death },
	{ "waitid",           "waitid",       false, make_child, sleep_waitid, wake_by_death },
	{ "flock",            "flock",        false, make_flock, sleep_flock, wake_flock },
	{ "fcntl-setlkw",     "fcntl",        false, make_record_lock, sleep_setlkw, wake_record_lock },
	{ "fcntl-ofd-setlkw", "fcntl",        false, make_record_lock, sleep_ofd_setlkw, wake_record_lock },
	{ NULL, NULL, false, NULL, NULL, NULL },
};
/* clang-format on */
