/* Reading and writing of pipes, sockets and their likes. */
#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "rt/gate.h"
#include "rt/raw.h"

REAL(ssize_t, read, (int fd, void *buf, size_t size));
REAL(ssize_t, readv, (int fd, const struct iovec *parts, int count));
REAL(ssize_t, write, (int fd, const void *buf, size_t size));
REAL(ssize_t, writev, (int fd, const struct iovec *parts, int count));
REAL(ssize_t, recv, (int fd, void *buf, size_t size, int flags));
REAL(ssize_t, recvfrom,
     (int fd, void *buf, size_t size, int flags, struct sockaddr *ret_from, socklen_t *ret_size));
REAL(ssize_t, recvmsg, (int fd, struct msghdr *ret_message, int flags));
REAL(ssize_t, send, (int fd, const void *buf, size_t size, int flags));
REAL(ssize_t, sendto,
     (int fd, const void *buf, size_t size, int flags, const struct sockaddr *to,
      socklen_t to_size));
REAL(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags));
REAL(int, accept, (int fd, struct sockaddr *ret_address, socklen_t *ret_size));
REAL(int, accept4, (int fd, struct sockaddr *ret_address, socklen_t *ret_size, int flags));
REAL(int, connect, (int fd, const struct sockaddr *address, socklen_t size));

#define READS(type, name, args, call, waits)                                                       \
	RT_EXPORT type __wrap_##name args                                                          \
	{                                                                                          \
		enum rt_io io = rt_await_fd(fd, POLLIN, waits, PLACE);                             \
		type got = io == IO_FAILED ? -1 : __real_##name call;                              \
                                                                                                   \
		if (io == IO_READY)                                                                \
			rt_moved();                                                                \
		return got;                                                                        \
	}

READS(ssize_t, read, (int fd, void *buf, size_t size), (fd, buf, size), true)
READS(ssize_t, readv, (int fd, const struct iovec *parts, int count), (fd, parts, count), true)
READS(ssize_t, recv, (int fd, void *buf, size_t size, int flags), (fd, buf, size, flags),
      !(flags & MSG_DONTWAIT))
READS(ssize_t, recvfrom,
      (int fd, void *buf, size_t size, int flags, struct sockaddr *ret_from, socklen_t *ret_size),
      (fd, buf, size, flags, ret_from, ret_size), !(flags & MSG_DONTWAIT))
READS(ssize_t, recvmsg, (int fd, struct msghdr *ret_message, int flags), (fd, ret_message, flags),
      !(flags & MSG_DONTWAIT))
READS(int, accept, (int fd, struct sockaddr *ret_address, socklen_t *ret_size),
      (fd, ret_address, ret_size), true)
READS(int, accept4, (int fd, struct sockaddr *ret_address, socklen_t *ret_size, int flags),
      (fd, ret_address, ret_size, flags), true)

/* --- writing ------------------------------------------------------------- */

static long flags_of(int fd)
{
	return raw3(SYS_fcntl, fd, F_GETFL, 0);
}

/*
 * More than there is room for goes out bit by bit, as in the kernel.  While it
 * waits the flags, which others may have too, are what they were.
 */
static ssize_t write_some(int fd, const void *buf, size_t size)
{
	long flags = flags_of(fd);
	ssize_t got;
	int saved;

	if (raw_failed(flags) || flags & O_NONBLOCK)
		return __real_write(fd, buf, size);
	raw3(SYS_fcntl, fd, F_SETFL, flags | O_NONBLOCK);
	got = __real_write(fd, buf, size);
	saved = errno;
	raw3(SYS_fcntl, fd, F_SETFL, flags);
	errno = saved;
	return got;
}

static bool must_wait(int fd, ssize_t got)
{
	return got < 0 && errno == EAGAIN && !(flags_of(fd) & O_NONBLOCK);
}

/* False: a handler has come between. */
static bool wait_for_room(void)
{
	pthread_testcancel();
	rt_block(SCHEDULE_KEY_IO, RT_FOREVER);
	return !rt_must_end(true);
}

RT_EXPORT ssize_t __wrap_write(int fd, const void *buf, size_t size)
{
	enum rt_io io = rt_await_fd(fd, POLLOUT, true, PLACE);
	size_t done = 0;
	ssize_t got;

	if (io != IO_READY)
		return io == IO_FAILED ? -1 : __real_write(fd, buf, size);
	if (size <= PIPE_BUF) {
		got = __real_write(fd, buf, size);
		rt_moved();
		return got;
	}
	for (;;) {
		got = write_some(fd, (const char *)buf + done, size - done);
		if (got > 0)
			done += (size_t)got;
		rt_moved();
		if (done == size || flags_of(fd) & O_NONBLOCK || (got < 0 && !must_wait(fd, got)) ||
		    (got < 0 && !wait_for_room()))
			return done ? (ssize_t)done : got;
	}
}

RT_EXPORT ssize_t __wrap_writev(int fd, const struct iovec *parts, int count)
{
	enum rt_io io = rt_await_fd(fd, POLLOUT, true, PLACE);
	ssize_t got = io == IO_FAILED ? -1 : __real_writev(fd, parts, count);

	if (io == IO_READY)
		rt_moved();
	return got;
}

/* poll() does not know of a full queue at the other end: that is tried. */
#define SENDS(name, args, call)                                                                    \
	RT_EXPORT ssize_t __wrap_##name args                                                       \
	{                                                                                          \
		bool waits = !(flags & MSG_DONTWAIT);                                              \
		enum rt_io io = rt_await_fd(fd, POLLOUT, waits, PLACE);                            \
		ssize_t got;                                                                       \
                                                                                                   \
		if (io == IO_FAILED)                                                               \
			return -1;                                                                 \
		if (io == IO_READY)                                                                \
			flags |= MSG_DONTWAIT;                                                     \
		do                                                                                 \
			got = __real_##name call;                                                  \
		while (io == IO_READY && waits && must_wait(fd, got) && wait_for_room());          \
		if (io == IO_READY)                                                                \
			rt_moved();                                                                \
		return got;                                                                        \
	}

SENDS(sendto,
      (int fd, const void *buf, size_t size, int flags, const struct sockaddr *to,
       socklen_t to_size),
      (fd, buf, size, flags, to, to_size))
SENDS(sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags))

RT_EXPORT ssize_t __wrap_send(int fd, const void *buf, size_t size, int flags)
{
	bool waits = !(flags & MSG_DONTWAIT);
	enum rt_io io = rt_await_fd(fd, POLLOUT, waits, PLACE);
	size_t done = 0;
	ssize_t got;

	if (io != IO_READY)
		return io == IO_FAILED ? -1 : __real_send(fd, buf, size, flags);
	waits &= !(flags_of(fd) & O_NONBLOCK);
	for (;;) {
		got = __real_send(fd, (const char *)buf + done, size - done, flags | MSG_DONTWAIT);
		if (got > 0)
			done += (size_t)got;
		rt_moved();
		if (done == size || !waits || (got < 0 && !must_wait(fd, got)) ||
		    (got < 0 && !wait_for_room()))
			return done ? (ssize_t)done : got;
	}
}

/* --- connections --------------------------------------------------------- */

/* A Unix socket whose queue of connections is full says so only where it must not wait. */
static int connect_now(int fd, const struct sockaddr *address, socklen_t size)
{
	long flags = flags_of(fd);
	int rc, saved;

	raw3(SYS_fcntl, fd, F_SETFL, flags | O_NONBLOCK);
	rc = __real_connect(fd, address, size);
	saved = errno;
	raw3(SYS_fcntl, fd, F_SETFL, flags);
	errno = saved;
	return rc;
}

RT_EXPORT int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size)
{
	enum rt_io io = rt_await_fd(fd, POLLOUT, false, PLACE);
	int rc;

	if (io != IO_READY || !address || address->sa_family != AF_UNIX ||
	    flags_of(fd) & O_NONBLOCK)
		rc = __real_connect(fd, address, size);
	else
		do
			rc = connect_now(fd, address, size);
		while (must_wait(fd, rc) && wait_for_room());
	if (io == IO_READY)
		rt_moved();
	return rc;
}
