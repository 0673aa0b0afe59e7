/* read() and write() of what can make a process wait, tried by poll(); and waiting for several. */
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rt/gate.h"
#include "rt/raw.h"

REAL(ssize_t, read, (int fd, void *buf, size_t size));
REAL(ssize_t, write, (int fd, const void *buf, size_t size));
REAL(int, close, (int fd));
REAL(int, poll, (struct pollfd * fds, nfds_t count, int timeout_ms));
REAL(int, epoll_wait, (int fd, struct epoll_event *events, int count, int timeout_ms));
REAL(int, select,
     (int count, fd_set *reads, fd_set *writes, fd_set *others, struct timeval *timeout));
REAL(ssize_t, send, (int fd, const void *buf, size_t size, int flags));
REAL(ssize_t, recv, (int fd, void *buf, size_t size, int flags));
REAL(int, accept, (int fd, struct sockaddr *ret_address, socklen_t *ret_size));

/* False: nobody waits for it either. */
static bool await_fd(int fd, short events, bool waits, uint64_t place)
{
	if (!rt_is_scheduled() || !rt_fd_can_wait(fd))
		return false;
	rt_point(POINT_IO, 0, 0, place);
	while (waits && !rt_fd_is_nonblocking(fd) && !rt_fd_is_ready(fd, events))
		rt_block(SCHEDULE_KEY_IO, RT_FOREVER);
	return true;
}

/* Both ends of a connection: which of them, no process can tell of the other. */
static void has_moved(bool is_scheduled)
{
	if (!is_scheduled)
		return;
	rt_releases(SCHEDULE_KEY_IO);
	rt_acquired(SCHEDULE_KEY_IO);
	rt_wake(SCHEDULE_KEY_IO);
}

RT_EXPORT ssize_t __wrap_read(int fd, void *buf, size_t size)
{
	bool is_scheduled = await_fd(fd, POLLIN, true, PLACE);
	ssize_t got = __real_read(fd, buf, size);

	has_moved(is_scheduled);
	return got;
}

RT_EXPORT ssize_t __wrap_write(int fd, const void *buf, size_t size)
{
	bool is_scheduled = await_fd(fd, POLLOUT, true, PLACE);
	ssize_t got = __real_write(fd, buf, size);

	has_moved(is_scheduled);
	return got;
}

RT_EXPORT ssize_t __wrap_recv(int fd, void *buf, size_t size, int flags)
{
	bool is_scheduled = await_fd(fd, POLLIN, !(flags & MSG_DONTWAIT), PLACE);
	ssize_t got = __real_recv(fd, buf, size, flags);

	has_moved(is_scheduled);
	return got;
}

RT_EXPORT ssize_t __wrap_send(int fd, const void *buf, size_t size, int flags)
{
	bool is_scheduled = await_fd(fd, POLLOUT, !(flags & MSG_DONTWAIT), PLACE);
	ssize_t got = __real_send(fd, buf, size, flags);

	has_moved(is_scheduled);
	return got;
}

RT_EXPORT int __wrap_accept(int fd, struct sockaddr *ret_address, socklen_t *ret_size)
{
	bool is_scheduled = await_fd(fd, POLLIN, true, PLACE);
	int got = __real_accept(fd, ret_address, ret_size);

	has_moved(is_scheduled);
	return got;
}

RT_EXPORT int __wrap_close(int fd)
{
	bool is_scheduled = rt_is_scheduled(), is_end = is_scheduled && rt_fd_can_wait(fd);
	int rc = __real_close(fd);

	has_moved(is_end);
	if (is_scheduled && !is_end)
		rt_wake(SCHEDULE_KEY_IO); /* its locks are gone */
	return rc;
}

static uint64_t until_ms(int timeout_ms)
{
	return timeout_ms < 0 ? RT_FOREVER : rt_control->now_ns + (uint64_t)timeout_ms * 1000000;
}

RT_EXPORT int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	uint64_t until_ns;
	int got;

	if (!rt_is_scheduled() || timeout_ms == 0)
		return __real_poll(fds, count, timeout_ms);
	until_ns = until_ms(timeout_ms);
	rt_point(POINT_IO, 0, 0, PLACE);
	while ((got = __real_poll(fds, count, 0)) == 0)
		if (!rt_block(SCHEDULE_KEY_IO, until_ns))
			break;
	return got;
}

RT_EXPORT int __wrap_epoll_wait(int fd, struct epoll_event *events, int count, int timeout_ms)
{
	uint64_t until_ns;
	int got;

	if (!rt_is_scheduled() || timeout_ms == 0)
		return __real_epoll_wait(fd, events, count, timeout_ms);
	until_ns = until_ms(timeout_ms);
	rt_point(POINT_IO, 0, 0, PLACE);
	while ((got = __real_epoll_wait(fd, events, count, 0)) == 0)
		if (!rt_block(SCHEDULE_KEY_IO, until_ns))
			break;
	return got;
}

static bool is_poll(const struct timeval *timeout)
{
	return timeout && timeout->tv_sec == 0 && timeout->tv_usec == 0;
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

RT_EXPORT int __wrap_select(int count, fd_set *reads, fd_set *writes, fd_set *others,
			    struct timeval *timeout)
{
	fd_set *const ret[3] = {reads, writes, others};
	fd_set copies[3], *const asked[3] = {&copies[0], &copies[1], &copies[2]};
	uint64_t until_ns = RT_FOREVER;
	int got;

	if (!rt_is_scheduled() || is_poll(timeout) || count < 0 || count > FD_SETSIZE)
		return __real_select(count, reads, writes, others, timeout);
	if (timeout)
		until_ns = rt_control->now_ns + (uint64_t)timeout->tv_sec * 1000000000 +
			   (uint64_t)timeout->tv_usec * 1000;
	for (int i = 0; i < 3; i++)
		if (ret[i])
			rt_copy(asked[i], ret[i], (size_t)(count + 63) / 64 * sizeof(uint64_t));
	rt_point(POINT_IO, 0, 0, PLACE);
	while ((got = select_now(count, asked, ret)) == 0)
		if (!rt_block(SCHEDULE_KEY_IO, until_ns))
			break;
	return got;
}
