/* Descriptors that can make a process wait, tried by poll(); and waiting for several. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "rt/gate.h"
#include "rt/raw.h"

REAL(int, close, (int fd));
REAL(int, poll, (struct pollfd * fds, nfds_t count, int timeout_ms));
REAL(int, ppoll,
     (struct pollfd * fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask));
REAL(int, epoll_wait, (int fd, struct epoll_event *events, int count, int timeout_ms));
REAL(int, epoll_pwait,
     (int fd, struct epoll_event *events, int count, int timeout_ms, const sigset_t *mask));
REAL(int, select,
     (int count, fd_set *reads, fd_set *writes, fd_set *others, struct timeval *timeout));
REAL(int, pselect,
     (int count, fd_set *reads, fd_set *writes, fd_set *others, const struct timespec *timeout,
      const sigset_t *mask));

bool rt_must_end(bool restarts)
{
	if (rt_handled() < (restarts ? HANDLED_INTERRUPTS : HANDLED_RESTARTS))
		return false;
	errno = EINTR;
	return true;
}

/* Of a socket that has one. */
static uint64_t limit_of(int fd, int option)
{
	struct timeval limit = {0, 0};
	socklen_t size = sizeof(limit);

	if (raw6(SYS_getsockopt, fd, SOL_SOCKET, option, (long)&limit, (long)&size, 0) ||
	    (limit.tv_sec == 0 && limit.tv_usec == 0))
		return RT_FOREVER;
	return rt_control->now_ns + (uint64_t)limit.tv_sec * 1000000000 +
	       (uint64_t)limit.tv_usec * 1000;
}

enum rt_io rt_await_fd(int fd, short events, bool waits, uint64_t place)
{
	uint64_t until_ns;

	if (!rt_is_scheduled() || !rt_fd_can_wait(fd))
		return IO_REAL;
	rt_point(POINT_IO, 0, 0, place);
	until_ns = limit_of(fd, events == POLLIN ? SO_RCVTIMEO : SO_SNDTIMEO);
	while (waits && !rt_fd_is_nonblocking(fd) && !rt_fd_is_ready(fd, events)) {
		bool woken;

		pthread_testcancel();
		woken = rt_block(SCHEDULE_KEY_IO, until_ns);
		if (rt_must_end(true))
			return IO_FAILED;
		errno = EAGAIN;
		if (!woken && !rt_fd_is_ready(fd, events))
			return IO_FAILED;
	}
	return IO_READY;
}

/* Both ends of a connection: which of them, no process can tell of the other. */
void rt_moved(void)
{
	int saved = errno;

	rt_releases(SCHEDULE_KEY_IO);
	rt_acquired(SCHEDULE_KEY_IO);
	rt_wake(SCHEDULE_KEY_IO);
	errno = saved;
}

RT_EXPORT int __wrap_close(int fd)
{
	bool is_scheduled = rt_is_scheduled(), is_end = is_scheduled && rt_fd_can_wait(fd);
	int rc = __real_close(fd);

	if (is_end)
		rt_moved();
	else if (is_scheduled)
		rt_records_changed();
	return rc;
}

static uint64_t until_ms(int timeout_ms)
{
	return timeout_ms < 0 ? RT_FOREVER : rt_control->now_ns + (uint64_t)timeout_ms * 1000000;
}

/* False: it has come to an end without any that is ready. */
static bool wait_again(uint64_t until_ns, int *ret_got)
{
	bool woken;

	pthread_testcancel();
	woken = rt_block(SCHEDULE_KEY_IO, until_ns);
	if (rt_must_end(false))
		*ret_got = -1;
	return woken && *ret_got == 0;
}

static int poll_until(struct pollfd *fds, nfds_t count, uint64_t until_ns)
{
	int got;

	do
		got = __real_poll(fds, count, 0);
	while (got == 0 && wait_again(until_ns, &got));
	return got;
}

/* The mask is there while it waits, as the call has it; so is a handler that it lets in. */
static void swap_mask(const sigset_t *mask, uint64_t *ret_before)
{
	raw6(SYS_rt_sigprocmask, SIG_SETMASK, (long)mask, (long)ret_before, sizeof(*ret_before), 0,
	     0);
}

RT_EXPORT int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	if (!rt_is_scheduled() || timeout_ms == 0)
		return __real_poll(fds, count, timeout_ms);
	rt_point(POINT_IO, 0, 0, PLACE);
	return poll_until(fds, count, until_ms(timeout_ms));
}

static bool is_now(const struct timespec *timeout)
{
	return timeout && timeout->tv_sec == 0 && timeout->tv_nsec == 0;
}

RT_EXPORT int __wrap_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
			   const sigset_t *mask)
{
	uint64_t before;
	int got = -1;

	if (!rt_is_scheduled() || is_now(timeout))
		return __real_ppoll(fds, count, timeout, mask);
	rt_point(POINT_IO, 0, 0, PLACE);
	if (!mask)
		return poll_until(fds, count, timeout ? rt_after(timeout) : RT_FOREVER);
	swap_mask(mask, &before);
	if (!rt_must_end(false))
		got = poll_until(fds, count, timeout ? rt_after(timeout) : RT_FOREVER);
	swap_mask((const sigset_t *)&before, NULL);
	return got;
}

static int epoll_until(int fd, struct epoll_event *events, int count, uint64_t until_ns)
{
	int got;

	do
		got = __real_epoll_wait(fd, events, count, 0);
	while (got == 0 && wait_again(until_ns, &got));
	return got;
}

RT_EXPORT int __wrap_epoll_wait(int fd, struct epoll_event *events, int count, int timeout_ms)
{
	if (!rt_is_scheduled() || timeout_ms == 0)
		return __real_epoll_wait(fd, events, count, timeout_ms);
	rt_point(POINT_IO, 0, 0, PLACE);
	return epoll_until(fd, events, count, until_ms(timeout_ms));
}

RT_EXPORT int __wrap_epoll_pwait(int fd, struct epoll_event *events, int count, int timeout_ms,
				 const sigset_t *mask)
{
	uint64_t before;
	int got = -1;

	if (!rt_is_scheduled() || timeout_ms == 0)
		return __real_epoll_pwait(fd, events, count, timeout_ms, mask);
	rt_point(POINT_IO, 0, 0, PLACE);
	if (!mask)
		return epoll_until(fd, events, count, until_ms(timeout_ms));
	swap_mask(mask, &before);
	if (!rt_must_end(false))
		got = epoll_until(fd, events, count, until_ms(timeout_ms));
	swap_mask((const sigset_t *)&before, NULL);
	return got;
}

/* A call that finds nothing empties the sets. */
static int select_now(int count, fd_set *const asked[3], fd_set *const ret[3])
{
	size_t size = (size_t)(count + 63) / 64 * sizeof(uint64_t);
	struct timeval now = {0, 0};

	for (int i = 0; i < 3; i++)
		if (ret[i])
			rt_copy(ret[i], asked[i], size);
	return __real_select(count, ret[0], ret[1], ret[2], &now);
}

static int select_until(int count, fd_set *const ret[3], uint64_t until_ns)
{
	fd_set copies[3], *const asked[3] = {&copies[0], &copies[1], &copies[2]};
	int got;

	for (int i = 0; i < 3; i++)
		if (ret[i])
			rt_copy(asked[i], ret[i], (size_t)(count + 63) / 64 * sizeof(uint64_t));
	do
		got = select_now(count, asked, ret);
	while (got == 0 && wait_again(until_ns, &got));
	return got;
}

static bool is_select_ours(int count)
{
	return rt_is_scheduled() && count >= 0 && count <= FD_SETSIZE;
}

RT_EXPORT int __wrap_select(int count, fd_set *reads, fd_set *writes, fd_set *others,
			    struct timeval *timeout)
{
	fd_set *const ret[3] = {reads, writes, others};
	struct timespec after;

	if (timeout) {
		after.tv_sec = timeout->tv_sec;
		after.tv_nsec = timeout->tv_usec * 1000;
	}
	if (!is_select_ours(count) || (timeout && is_now(&after)))
		return __real_select(count, reads, writes, others, timeout);
	rt_point(POINT_IO, 0, 0, PLACE);
	return select_until(count, ret, timeout ? rt_after(&after) : RT_FOREVER);
}

RT_EXPORT int __wrap_pselect(int count, fd_set *reads, fd_set *writes, fd_set *others,
			     const struct timespec *timeout, const sigset_t *mask)
{
	fd_set *const ret[3] = {reads, writes, others};
	uint64_t before;
	int got = -1;

	if (!is_select_ours(count) || is_now(timeout))
		return __real_pselect(count, reads, writes, others, timeout, mask);
	rt_point(POINT_IO, 0, 0, PLACE);
	if (!mask)
		return select_until(count, ret, timeout ? rt_after(timeout) : RT_FOREVER);
	swap_mask(mask, &before);
	if (!rt_must_end(false))
		got = select_until(count, ret, timeout ? rt_after(timeout) : RT_FOREVER);
	swap_mask((const sigset_t *)&before, NULL);
	return got;
}
