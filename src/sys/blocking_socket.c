/*
 * The cases that sleep in sockets: moving bytes, accepting, connecting.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "sys/blocking_internal.h"

/* --- connected sockets --------------------------------------------------------- */

static int make_pair(struct blocking *b, int type)
{
	return socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, b->fds) ? -errno : 0;
}

static int make_stream(struct blocking *b)
{
	return make_pair(b, SOCK_STREAM);
}

static int make_datagram(struct blocking *b)
{
	return make_pair(b, SOCK_DGRAM);
}

static int make_seqpacket(struct blocking *b)
{
	return make_pair(b, SOCK_SEQPACKET);
}

static int limit(int fd, int option)
{
	struct timeval tv = {.tv_sec = BLOCKING_LONG_S};

	return setsockopt(fd, SOL_SOCKET, option, &tv, sizeof(tv)) ? -errno : 0;
}

static int make_limited_stream(struct blocking *b)
{
	int rc = make_stream(b);

	return rc ? rc : limit(b->fds[0], SO_RCVTIMEO);
}

static int make_full_stream(struct blocking *b)
{
	int rc = make_stream(b);

	return rc ? rc : blocking_fill(b->fds[1]);
}

static int make_full_datagram(struct blocking *b)
{
	int rc = make_datagram(b);

	blocking_set_nonblocking(b->fds[1], true);
	while (!rc && send(b->fds[1], blocking_bytes, 1, 0) > 0)
		;
	blocking_set_nonblocking(b->fds[1], false);
	return rc;
}

static int make_full_limited_stream(struct blocking *b)
{
	int rc = make_full_stream(b);

	return rc ? rc : limit(b->fds[1], SO_SNDTIMEO);
}

static int make_part_of_all(struct blocking *b)
{
	int rc = make_stream(b);

	return rc ? rc : write(b->fds[1], "abc", 3) == 3 ? 0 : -errno;
}

static int bind_loopback(int type, struct sockaddr_in *ret_address)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) ||
	    getsockname(fd, (struct sockaddr *)&address, &size))
		return -errno;
	*ret_address = address;
	return fd;
}

static int connect_loopback(int type, const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)))
		return -errno;
	return fd;
}

/* fds[2] listens */
static int make_tcp(struct blocking *b)
{
	struct sockaddr_in address;

	b->fds[2] = bind_loopback(SOCK_STREAM, &address);
	if (b->fds[2] < 0 || listen(b->fds[2], 1))
		return -errno;
	b->fds[0] = connect_loopback(SOCK_STREAM, &address);
	if (b->fds[0] < 0)
		return b->fds[0];
	b->fds[1] = accept(b->fds[2], NULL, NULL);
	return b->fds[1] < 0 ? -errno : 0;
}

static int make_limited_tcp(struct blocking *b)
{
	int rc = make_tcp(b);

	return rc ? rc : limit(b->fds[0], SO_RCVTIMEO);
}

static int make_full_tcp(struct blocking *b)
{
	int rc = make_tcp(b);

	return rc ? rc : blocking_fill(b->fds[1]);
}

static int make_udp(struct blocking *b)
{
	struct sockaddr_in address;

	b->fds[0] = bind_loopback(SOCK_DGRAM, &address);
	if (b->fds[0] < 0)
		return b->fds[0];
	b->fds[1] = connect_loopback(SOCK_DGRAM, &address);
	return b->fds[1] < 0 ? b->fds[1] : 0;
}

static long sleep_recv(struct blocking *b)
{
	return recv(b->fds[0], blocking_bytes, 1, 0);
}

static long sleep_recv_all(struct blocking *b)
{
	return recv(b->fds[0], blocking_bytes, 8, MSG_WAITALL);
}

static void wake_rest_of_all(struct blocking *b)
{
	if (write(b->fds[1], "defgh", 5) != 5)
		abort();
}

static long sleep_recvmsg(struct blocking *b)
{
	struct iovec iov = {blocking_bytes, 1};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};

	return recvmsg(b->fds[0], &message, 0);
}

static long receive_many(struct blocking *b, struct timespec *limit_)
{
	struct iovec iov = {blocking_bytes, 1};
	struct mmsghdr message = {.msg_hdr = {.msg_iov = &iov, .msg_iovlen = 1}};

	return recvmmsg(b->fds[0], &message, 1, 0, limit_);
}

static long sleep_recvmmsg(struct blocking *b)
{
	return receive_many(b, NULL);
}

static long sleep_recvmmsg_timed(struct blocking *b)
{
	struct timespec limit_ = {.tv_sec = BLOCKING_LONG_S};

	return receive_many(b, &limit_);
}

static long sleep_send(struct blocking *b)
{
	return send(b->fds[1], blocking_bytes, 1, 0);
}

static long sleep_sendmsg(struct blocking *b)
{
	struct iovec iov = {blocking_bytes, 1};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};

	return sendmsg(b->fds[1], &message, 0);
}

static long sleep_sendmmsg(struct blocking *b)
{
	struct iovec iov = {blocking_bytes, 1};
	struct mmsghdr message = {.msg_hdr = {.msg_iov = &iov, .msg_iovlen = 1}};

	return sendmmsg(b->fds[1], &message, 1, 0);
}

/* --- making connections ---------------------------------------------------------- */

/* The kernel chooses an abstract name. */
static int listen_unix(int backlog, struct sockaddr_un *ret_address, socklen_t *ret_size)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t size = sizeof(address);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(sa_family_t)) ||
	    getsockname(fd, (struct sockaddr *)&address, &size) || listen(fd, backlog))
		return -errno;
	*ret_address = address;
	*ret_size = size;
	return fd;
}

static int make_unix_listener(struct blocking *b)
{
	struct sockaddr_un address;
	socklen_t size;

	b->fds[0] = listen_unix(1, &address, &size);
	return b->fds[0] < 0 ? b->fds[0] : 0;
}

static int make_limited_listener(struct blocking *b)
{
	int rc = make_unix_listener(b);

	return rc ? rc : limit(b->fds[0], SO_RCVTIMEO);
}

static int make_tcp_listener(struct blocking *b)
{
	struct sockaddr_in address;

	b->fds[0] = bind_loopback(SOCK_STREAM, &address);
	if (b->fds[0] < 0)
		return b->fds[0];
	return listen(b->fds[0], 1) ? -errno : 0;
}

static long accepted(struct blocking *b, int fd)
{
	b->fds[1] = fd;
	return fd < 0 ? -1 : 0;
}

static long sleep_accept(struct blocking *b)
{
	return accepted(b, accept(b->fds[0], NULL, NULL));
}

static long sleep_accept4(struct blocking *b)
{
	return accepted(b, accept4(b->fds[0], NULL, NULL, SOCK_CLOEXEC));
}

static void wake_by_connecting(struct blocking *b)
{
	struct sockaddr_storage address = {0};
	socklen_t size = sizeof(address);
	int fd;

	getsockname(b->fds[0], (struct sockaddr *)&address, &size);
	fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, size))
		abort();
	close(fd);
}

/* fds[0] listens and its queue is full; fds[1] wants to connect. */
static int make_full_unix_queue(struct blocking *b)
{
	struct sockaddr_un address = {0};
	socklen_t size = 0;

	b->fds[0] = listen_unix(0, &address, &size);
	b->fds[1] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	b->fds[2] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (b->fds[0] < 0 || b->fds[1] < 0 || b->fds[2] < 0)
		return -errno;
	return connect(b->fds[2], (struct sockaddr *)&address, size) ? -errno : 0;
}

/* What does not fit is not answered, so a connect waits for its own repetition. */
static int make_full_tcp_queue(struct blocking *b)
{
	int rc = make_tcp_listener(b);

	if (rc || listen(b->fds[0], 0))
		return rc ? rc : -errno;
	for (int i = 1; i < 5; i++) {
		struct sockaddr_in address = {0};
		socklen_t size = sizeof(address);

		b->fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (i == 1)
			continue;
		blocking_set_nonblocking(b->fds[i], true);
		getsockname(b->fds[0], (struct sockaddr *)&address, &size);
		/* Under way, or refused as the queue is full. */
		(void)connect(b->fds[i], (struct sockaddr *)&address, size);
	}
	return 0;
}

static long sleep_connect(struct blocking *b)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);

	getsockname(b->fds[0], (struct sockaddr *)&address, &size);
	return connect(b->fds[1], (struct sockaddr *)&address, size);
}

static void wake_by_accepting(struct blocking *b)
{
	close(accept(b->fds[0], NULL, NULL));
}

/* clang-format off */
const struct blocking_case blocking_socket_cases[] = {
	{ "read-unix",          "read",     false, make_stream, blocking_sleep_read, blocking_wake_by_byte },
	{ "read-unix-timed",    "read",     true,  make_limited_stream, blocking_sleep_read, blocking_wake_by_byte },
	{ "readv-unix-timed",   "readv",    true,  make_limited_stream, blocking_sleep_readv, blocking_wake_by_byte },
	{ "recv-unix",          "recvfrom", false, make_stream, sleep_recv, blocking_wake_by_byte },
	{ "recv-unix-timed",    "recvfrom", true,  make_limited_stream, sleep_recv, blocking_wake_by_byte },
	{ "recv-unix-all",      NULL,       false, make_part_of_all, sleep_recv_all, wake_rest_of_all },
	{ "recv-unix-datagram", "recvfrom", false, make_datagram, sleep_recv, blocking_wake_by_byte },
	{ "recv-unix-seqpacket", "recvfrom", false, make_seqpacket, sleep_recv, blocking_wake_by_byte },
	{ "recv-tcp",           "recvfrom", false, make_tcp, sleep_recv, blocking_wake_by_byte },
	{ "recv-tcp-timed",     "recvfrom", true,  make_limited_tcp, sleep_recv, blocking_wake_by_byte },
	{ "recv-udp",           "recvfrom", false, make_udp, sleep_recv, blocking_wake_by_byte },
	{ "recvmsg-unix",       "recvmsg",  false, make_stream, sleep_recvmsg, blocking_wake_by_byte },
	{ "recvmsg-unix-timed", "recvmsg",  true,  make_limited_stream, sleep_recvmsg, blocking_wake_by_byte },
	{ "recvmmsg-unix",      "recvmmsg", false, make_datagram, sleep_recvmmsg, blocking_wake_by_byte },
	{ "recvmmsg-unix-timed", "recvmmsg", true, make_datagram, sleep_recvmmsg_timed, blocking_wake_by_byte },
	{ "send-unix",          "sendto",   false, make_full_stream, sleep_send, blocking_wake_by_draining },
	{ "send-unix-timed",    "sendto",   true,  make_full_limited_stream, sleep_send, blocking_wake_by_draining },
	{ "write-unix-timed",   "write",    true,  make_full_limited_stream, blocking_sleep_write, blocking_wake_by_draining },
	{ "writev-unix-timed",  "writev",   true,  make_full_limited_stream, blocking_sleep_writev, blocking_wake_by_draining },
	{ "sendmsg-unix",       "sendmsg",  false, make_full_stream, sleep_sendmsg, blocking_wake_by_draining },
	{ "sendmsg-unix-timed", "sendmsg",  true,  make_full_limited_stream, sleep_sendmsg, blocking_wake_by_draining },
	{ "sendmmsg-unix",      "sendmmsg", false, make_full_stream, sleep_sendmmsg, blocking_wake_by_draining },
	{ "sendmmsg-unix-timed", "sendmmsg", true, make_full_limited_stream, sleep_sendmmsg, blocking_wake_by_draining },
	{ "send-unix-datagram", "sendto",   false, make_full_datagram, sleep_send, blocking_wake_by_draining },
	{ "send-tcp",           "sendto",   false, make_full_tcp, sleep_send, blocking_wake_by_draining },
	{ "accept-unix",        "accept",   false, make_unix_listener, sleep_accept, wake_by_connecting },
	{ "accept-unix-timed",  "accept",   true,  make_limited_listener, sleep_accept, wake_by_connecting },
	{ "accept-tcp",         "accept",   false, make_tcp_listener, sleep_accept, wake_by_connecting },
	{ "accept4-tcp",        "accept4",  false, make_tcp_listener, sleep_accept4, wake_by_connecting },
	{ "accept4-unix-timed", "accept4",  true,  make_limited_listener, sleep_accept4, wake_by_connecting },
	{ "connect-unix",       "connect",  false, make_full_unix_queue, sleep_connect, wake_by_accepting },
	{ "connect-tcp",        "connect",  false, make_full_tcp_queue, sleep_connect, NULL },
	{ NULL, NULL, false, NULL, NULL, NULL },
};
/* clang-format on */
