/*
 * The cases that sleep until something is ready, or a signal, a child or a time comes.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"

#include "sys/blocking_internal.h"

#define LONG_MS (BLOCKING_LONG_S * 1000)

/* --- readiness of a pipe: fds[0], woken by a byte to fds[1] ----------------------- */

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
	struct timespec limit = {.tv_sec = BLOCKING_LONG_S};

	return ppoll_for(b, &limit);
}

#ifdef SYS_select
static long sleep_select(struct blocking *b)
{
	struct timeval limit = {.tv_sec = BLOCKING_LONG_S};
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
	int rc = blocking_make_pipe(b);

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
	struct timespec limit = {.tv_sec = BLOCKING_LONG_S};
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

	return blocking_as_result(clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL));
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
	return blocking_as_result(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL));
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
	struct timespec limit = {.tv_sec = BLOCKING_LONG_S};

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

/* clang-format off */
const struct blocking_case blocking_wait_cases[] = {
	{ "poll",             "poll",         false, blocking_make_pipe, sleep_poll, blocking_wake_by_byte },
	{ "poll-timed",       "poll",         true,  blocking_make_pipe, sleep_poll_timed, blocking_wake_by_byte },
	{ "ppoll",            "ppoll",        false, blocking_make_pipe, sleep_ppoll, blocking_wake_by_byte },
	{ "ppoll-timed",      "ppoll",        true,  blocking_make_pipe, sleep_ppoll_timed, blocking_wake_by_byte },
#ifdef SYS_select
	{ "select-timed",     "select",       true,  blocking_make_pipe, sleep_select, blocking_wake_by_byte },
#endif
	{ "pselect",          "pselect6",     false, blocking_make_pipe, sleep_pselect, blocking_wake_by_byte },
#ifdef SYS_epoll_wait
	{ "epoll",            "epoll_wait",   false, make_epoll, sleep_epoll, blocking_wake_by_byte },
	{ "epoll-timed",      "epoll_wait",   true,  make_epoll, sleep_epoll_timed, blocking_wake_by_byte },
#endif
	{ "epoll-pwait",      "epoll_pwait",  false, make_epoll, sleep_epoll_pwait, blocking_wake_by_byte },
	{ "epoll-pwait2-timed", "epoll_pwait2", true, make_epoll, sleep_epoll_pwait2, blocking_wake_by_byte },
	{ "io-getevents",     "io_getevents", false, make_aio, sleep_aio, NULL },
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
	{ NULL, NULL, false, NULL, NULL, NULL },
};
/* clang-format on */
