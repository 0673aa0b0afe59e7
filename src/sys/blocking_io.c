/*
 * The cases that sleep in moving bytes or in making connections.
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "sys/blocking.h"

#define PIPE_SIZE 65536
#define LONG_S	  60 /* a time limit that is not reached */

static char bytes[2 * PIPE_SIZE];

/* In all: fds[0] is where the sleeper reads, fds[1] where it writes or somebody writes to it. */

static void set_nonblocking(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

static int fill(int fd)
{
	set_nonblocking(fd, true);
	while (write(fd, bytes, PIPE_SIZE) > 0 || write(fd, bytes, 1) > 0)
		;
	set_nonblocking(fd, false);
	return 0;
}

static void wake_by_draining(struct blocking *b)
{
	struct pollfd ready = {.fd = b->fds[0], .events = POLLIN};

	while (!b->done)
		if (poll(&ready, 1, 1) > 0 && read(b->fds[0], bytes, PIPE_SIZE) <= 0)
			return;
}

static void wake_by_byte(struct blocking *b)
{
	if (write(b->fds[1], "x", 1) != 1)
		abort();
}

/* --- pipes ------------------------------------------------------------------- */

static int make_pipe(struct blocking *b)
{
	return pipe2(b->fds, O_CLOEXEC) ? -errno : 0;
}

static int make_full_pipe(struct blocking *b)
{
	int rc = make_pipe(b);

	return rc ? rc : fill(b->fds[1]);
}

/* fds[0..1] and fds[2..3] */
static int make_two_pipes(struct blocking *b)
{
	int rc = make_pipe(b);

	return rc ? rc : pipe2(b->fds + 2, O_CLOEXEC) ? -errno : 0;
}

static long sleep_read(struct blocking *b)
{
	return read(b->fds[0], bytes, 8);
}

static long sleep_readv(struct blocking *b)
{
	struct iovec iov = {bytes, 1};

	return readv(b->fds[0], &iov, 1);
}

static long sleep_preadv2(struct blocking *b)
{
	struct iovec iov = {bytes, 1};

	return preadv2(b->fds[0], &iov, 1, -1, 0);
}

static long sleep_write(struct blocking *b)
{
	return write(b->fds[1], bytes, 1);
}

static long sleep_writev(struct blocking *b)
{
	struct iovec iov = {bytes, 1};

	return writev(b->fds[1], &iov, 1);
}

static long sleep_pwritev2(struct blocking *b)
{
	struct iovec iov = {bytes, 1};

	return pwritev2(b->fds[1], &iov, 1, -1, 0);
}

static long sleep_write_much(struct blocking *b)
{
	return write(b->fds[1], bytes, 2 * PIPE_SIZE);
}

static long sleep_splice(struct blocking *b)
{
	return splice(b->fds[0], NULL, b->fds[3], NULL, 1, 0);
}

static long sleep_tee(struct blocking *b)
{
	return tee(b->fds[0], b->fds[3], 1, 0);
}

static long sleep_vmsplice(struct blocking *b)
{
	struct iovec iov = {bytes, 1};

	return vmsplice(b->fds[1], &iov, 1, 0);
}

/* From a file to a pipe that is full. */
static int make_sendfile(struct blocking *b)
{
	b->fds[2] = memfd_create("ipcfault", MFD_CLOEXEC);
	if (b->fds[2] < 0 || ftruncate(b->fds[2], 16))
		return -errno;
	return make_full_pipe(b);
}

static long sleep_sendfile(struct blocking *b)
{
	off_t offset = 0;

	return sendfile(b->fds[1], b->fds[2], &offset, 1);
}

static int make_fifo(struct blocking *b)
{
	char path[128];

	if (!blocking_path(b, "fifo", path, sizeof(path)) || mkfifo(path, 0600))
		return -errno;
	return 0;
}

static long open_fifo(struct blocking *b, int flags)
{
	char path[128];

	if (!blocking_path(b, "fifo", path, sizeof(path)))
		return -1;
	b->fds[0] = open(path, flags | O_CLOEXEC);
	return b->fds[0] < 0 ? -1 : 0;
}

static long sleep_open_reader(struct blocking *b)
{
	return open_fifo(b, O_RDONLY);
}

static long sleep_open_writer(struct blocking *b)
{
	return open_fifo(b, O_WRONLY);
}

/* Opened for both it never waits, and is partner for either. */
static void wake_by_opening(struct blocking *b)
{
	char path[128];

	if (blocking_path(b, "fifo", path, sizeof(path)) && open(path, O_RDWR | O_CLOEXEC) >= 0)
		while (!b->done)
			poll(NULL, 0, 1);
}

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
	struct timeval tv = {.tv_sec = LONG_S};

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

	return rc ? rc : fill(b->fds[1]);
}

static int make_full_datagram(struct blocking *b)
{
	int rc = make_datagram(b);

	set_nonblocking(b->fds[1], true);
	while (!rc && send(b->fds[1], bytes, 1, 0) > 0)
		;
	set_nonblocking(b->fds[1], false);
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

	return rc ? rc : fill(b->fds[1]);
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
	return recv(b->fds[0], bytes, 1, 0);
}

static long sleep_recv_all(struct blocking *b)
{
	return recv(b->fds[0], bytes, 8, MSG_WAITALL);
}

static void wake_rest_of_all(struct blocking *b)
{
	if (write(b->fds[1], "defgh", 5) != 5)
		abort();
}

static long sleep_recvmsg(struct blocking *b)
{
	struct iovec iov = {bytes, 1};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};

	return recvmsg(b->fds[0], &message, 0);
}

static long receive_many(struct blocking *b, struct timespec *limit_)
{
	struct iovec iov = {bytes, 1};
	struct mmsghdr message = {.msg_hdr = {.msg_iov = &iov, .msg_iovlen = 1}};

	return recvmmsg(b->fds[0], &message, 1, 0, limit_);
}

static long sleep_recvmmsg(struct blocking *b)
{
	return receive_many(b, NULL);
}

static long sleep_recvmmsg_timed(struct blocking *b)
{
	struct timespec limit_ = {.tv_sec = LONG_S};

	return receive_many(b, &limit_);
}

static long sleep_send(struct blocking *b)
{
	return send(b->fds[1], bytes, 1, 0);
}

static long sleep_sendmsg(struct blocking *b)
{
	struct iovec iov = {bytes, 1};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};

	return sendmsg(b->fds[1], &message, 0);
}

static long sleep_sendmmsg(struct blocking *b)
{
	struct iovec iov = {bytes, 1};
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
	struct sockaddr_storage address;
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
	struct sockaddr_un address;
	socklen_t size;

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
		struct sockaddr_in address;
		socklen_t size = sizeof(address);

		b->fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (i == 1)
			continue;
		set_nonblocking(b->fds[i], true);
		getsockname(b->fds[0], (struct sockaddr *)&address, &size);
		connect(b->fds[i], (struct sockaddr *)&address, size);
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

/* --- counters and events ------------------------------------------------------------ */

static int make_eventfd(struct blocking *b)
{
	b->fds[0] = eventfd(0, EFD_CLOEXEC);
	return b->fds[0] < 0 ? -errno : 0;
}

static int make_full_eventfd(struct blocking *b)
{
	int rc = make_eventfd(b);

	return rc ? rc : eventfd_write(b->fds[0], UINT64_MAX - 1) ? -errno : 0;
}

static long sleep_eventfd_write(struct blocking *b)
{
	uint64_t one = 1;

	return write(b->fds[0], &one, sizeof(one));
}

static void wake_eventfd_reader(struct blocking *b)
{
	eventfd_write(b->fds[0], 1);
}

static void wake_eventfd_writer(struct blocking *b)
{
	eventfd_t value;

	eventfd_read(b->fds[0], &value);
}

static int make_timerfd(struct blocking *b)
{
	struct itimerspec far = {.it_value.tv_sec = LONG_S};

	b->fds[0] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (b->fds[0] < 0 || timerfd_settime(b->fds[0], 0, &far, NULL))
		return -errno;
	return 0;
}

static void wake_timerfd(struct blocking *b)
{
	struct itimerspec now = {.it_value.tv_nsec = 1};

	timerfd_settime(b->fds[0], 0, &now, NULL);
}

static int make_signalfd(struct blocking *b)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, BLOCKING_WAKE_SIGNAL);
	b->fds[0] = signalfd(-1, &set, SFD_CLOEXEC);
	return b->fds[0] < 0 ? -errno : 0;
}

static long sleep_signalfd(struct blocking *b)
{
	struct signalfd_siginfo info;
	sigset_t set, old;
	long result;
	int code;

	sigemptyset(&set);
	sigaddset(&set, BLOCKING_WAKE_SIGNAL);
	sigprocmask(SIG_BLOCK, &set, &old);
	result = read(b->fds[0], &info, sizeof(info));
	code = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	errno = code;
	return result;
}

static void wake_signalfd(struct blocking *b)
{
	kill(b->sleeper, BLOCKING_WAKE_SIGNAL);
}

static int make_inotify(struct blocking *b)
{
	char path[128];

	if (!blocking_path(b, "file", path, sizeof(path)))
		return -errno;
	b->fds[0] = inotify_init1(IN_CLOEXEC);
	b->fds[1] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (b->fds[0] < 0 || b->fds[1] < 0 || inotify_add_watch(b->fds[0], path, IN_MODIFY) < 0)
		return -errno;
	return 0;
}

static long sleep_inotify(struct blocking *b)
{
	return read(b->fds[0], bytes, 4096);
}

/* --- POSIX queues --------------------------------------------------------------------- */

static int make_mq(struct blocking *b)
{
	struct mq_attr attr = {.mq_maxmsg = 1, .mq_msgsize = 8};
	char name[32];

	snprintf(name, sizeof(name), "/ipcfault-%d", getpid());
	b->fds[0] = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attr);
	if (b->fds[0] < 0)
		return -errno;
	mq_unlink(name);
	return 0;
}

static int make_full_mq(struct blocking *b)
{
	int rc = make_mq(b);

	return rc ? rc : mq_send(b->fds[0], "a", 1, 0) ? -errno : 0;
}

static struct timespec far_in_real_time(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec += LONG_S;
	return ts;
}

static long sleep_mq_receive(struct blocking *b)
{
	return mq_receive(b->fds[0], bytes, 8, NULL);
}

static long sleep_mq_timedreceive(struct blocking *b)
{
	struct timespec ts = far_in_real_time();

	return mq_timedreceive(b->fds[0], bytes, 8, NULL, &ts);
}

static long sleep_mq_send(struct blocking *b)
{
	return mq_send(b->fds[0], "b", 1, 0);
}

static long sleep_mq_timedsend(struct blocking *b)
{
	struct timespec ts = far_in_real_time();

	return mq_timedsend(b->fds[0], "b", 1, 0, &ts);
}

static void wake_mq_receiver(struct blocking *b)
{
	mq_send(b->fds[0], "x", 1, 0);
}

static void wake_mq_sender(struct blocking *b)
{
	mq_receive(b->fds[0], bytes, 8, NULL);
}

/* clang-format off */
const struct blocking_case blocking_io_cases[] = {
	{ "read-pipe",          "read",     false, make_pipe, sleep_read, wake_by_byte },
	{ "readv-pipe",         "readv",    false, make_pipe, sleep_readv, wake_by_byte },
	{ "preadv2-pipe",       "preadv2",  false, make_pipe, sleep_preadv2, wake_by_byte },
	{ "write-pipe",         "write",    false, make_full_pipe, sleep_write, wake_by_draining },
	{ "writev-pipe",        "writev",   false, make_full_pipe, sleep_writev, wake_by_draining },
	{ "pwritev2-pipe",      "pwritev2", false, make_full_pipe, sleep_pwritev2, wake_by_draining },
	{ "write-pipe-128k",    NULL,       false, make_pipe, sleep_write_much, wake_by_draining },
	{ "splice",             "splice",   false, make_two_pipes, sleep_splice, wake_by_byte },
	{ "tee",                "tee",      false, make_two_pipes, sleep_tee, wake_by_byte },
	{ "vmsplice",           "vmsplice", false, make_full_pipe, sleep_vmsplice, wake_by_draining },
	{ "sendfile",           "sendfile", false, make_sendfile, sleep_sendfile, wake_by_draining },
	{ "open-fifo-reader",   "openat",   false, make_fifo, sleep_open_reader, wake_by_opening },
	{ "open-fifo-writer",   "openat",   false, make_fifo, sleep_open_writer, wake_by_opening },
	{ "read-unix",          "read",     false, make_stream, sleep_read, wake_by_byte },
	{ "read-unix-timed",    "read",     true,  make_limited_stream, sleep_read, wake_by_byte },
	{ "readv-unix-timed",   "readv",    true,  make_limited_stream, sleep_readv, wake_by_byte },
	{ "recv-unix",          "recvfrom", false, make_stream, sleep_recv, wake_by_byte },
	{ "recv-unix-timed",    "recvfrom", true,  make_limited_stream, sleep_recv, wake_by_byte },
	{ "recv-unix-all",      NULL,       false, make_part_of_all, sleep_recv_all, wake_rest_of_all },
	{ "recv-unix-datagram", "recvfrom", false, make_datagram, sleep_recv, wake_by_byte },
	{ "recv-unix-seqpacket", "recvfrom", false, make_seqpacket, sleep_recv, wake_by_byte },
	{ "recv-tcp",           "recvfrom", false, make_tcp, sleep_recv, wake_by_byte },
	{ "recv-tcp-timed",     "recvfrom", true,  make_limited_tcp, sleep_recv, wake_by_byte },
	{ "recv-udp",           "recvfrom", false, make_udp, sleep_recv, wake_by_byte },
	{ "recvmsg-unix",       "recvmsg",  false, make_stream, sleep_recvmsg, wake_by_byte },
	{ "recvmsg-unix-timed", "recvmsg",  true,  make_limited_stream, sleep_recvmsg, wake_by_byte },
	{ "recvmmsg-unix",      "recvmmsg", false, make_datagram, sleep_recvmmsg, wake_by_byte },
	{ "recvmmsg-unix-timed", "recvmmsg", true, make_datagram, sleep_recvmmsg_timed, wake_by_byte },
	{ "send-unix",          "sendto",   false, make_full_stream, sleep_send, wake_by_draining },
	{ "send-unix-timed",    "sendto",   true,  make_full_limited_stream, sleep_send, wake_by_draining },
	{ "write-unix-timed",   "write",    true,  make_full_limited_stream, sleep_write, wake_by_draining },
	{ "writev-unix-timed",  "writev",   true,  make_full_limited_stream, sleep_writev, wake_by_draining },
	{ "sendmsg-unix",       "sendmsg",  false, make_full_stream, sleep_sendmsg, wake_by_draining },
	{ "sendmsg-unix-timed", "sendmsg",  true,  make_full_limited_stream, sleep_sendmsg, wake_by_draining },
	{ "sendmmsg-unix",      "sendmmsg", false, make_full_stream, sleep_sendmmsg, wake_by_draining },
	{ "sendmmsg-unix-timed", "sendmmsg", true, make_full_limited_stream, sleep_sendmmsg, wake_by_draining },
	{ "send-unix-datagram", "sendto",   false, make_full_datagram, sleep_send, wake_by_draining },
	{ "send-tcp",           "sendto",   false, make_full_tcp, sleep_send, wake_by_draining },
	{ "accept-unix",        "accept",   false, make_unix_listener, sleep_accept, wake_by_connecting },
	{ "accept-unix-timed",  "accept",   true,  make_limited_listener, sleep_accept, wake_by_connecting },
	{ "accept-tcp",         "accept",   false, make_tcp_listener, sleep_accept, wake_by_connecting },
	{ "accept4-tcp",        "accept4",  false, make_tcp_listener, sleep_accept4, wake_by_connecting },
	{ "accept4-unix-timed", "accept4",  true,  make_limited_listener, sleep_accept4, wake_by_connecting },
	{ "connect-unix",       "connect",  false, make_full_unix_queue, sleep_connect, wake_by_accepting },
	{ "connect-tcp",        "connect",  false, make_full_tcp_queue, sleep_connect, NULL },
	{ "read-eventfd",       "read",     false, make_eventfd, sleep_read, wake_eventfd_reader },
	{ "write-eventfd",      "write",    false, make_full_eventfd, sleep_eventfd_write, wake_eventfd_writer },
	{ "read-timerfd",       "read",     false, make_timerfd, sleep_read, wake_timerfd },
	{ "read-signalfd",      "read",     false, make_signalfd, sleep_signalfd, wake_signalfd },
	{ "read-inotify",       "read",     false, make_inotify, sleep_inotify, wake_by_byte },
	{ "mq-receive",         "mq_timedreceive", false, make_mq, sleep_mq_receive, wake_mq_receiver },
	{ "mq-receive-timed",   "mq_timedreceive", true,  make_mq, sleep_mq_timedreceive, wake_mq_receiver },
	{ "mq-send",            "mq_timedsend", false, make_full_mq, sleep_mq_send, wake_mq_sender },
	{ "mq-send-timed",      "mq_timedsend", true, make_full_mq, sleep_mq_timedsend, wake_mq_sender },
	{ NULL, NULL, false, NULL, NULL, NULL },
};
/* clang-format on */
