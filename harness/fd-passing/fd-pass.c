/*
 * name: fd-pass
 * mechanism: fd-passing
 * bug: none
 * about: a child passes pipes over a socket, each with a record, and the parent adds up the
 *	numbers that it reads from them; --packets: over a socket that keeps messages apart;
 *	--patience: how many milliseconds it waits for the next one
 */
/*
 * Twins with a bug include this file: fd-pass-junk, -leak, -twice, -forget, -no-eintr, -eagain,
 * -deaf, -waits.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "lib/safe.h"
#include "lib/worker.h"

#define AT_ONCE 4 /* descriptors that there is room for */

union control {
	char data[CMSG_SPACE(AT_ONCE * sizeof(int))];
	struct cmsghdr align;
};

/* --- the child ---------------------------------------------------------------- */

static void attach(struct msghdr *msg, union control *control, int fd)
{
	struct cmsghdr *header = &control->align;

	memset(control, 0, sizeof(*control));
	msg->msg_control = control->data;
	msg->msg_controllen = CMSG_SPACE(sizeof(int));
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
}

/* The descriptor goes with the first byte: what is left is sent without it. */
static int send_with(int to, const void *data, size_t size, int fd)
{
	union control control;
	struct iovec part = {(void *)(uintptr_t)data, size};
	struct msghdr msg = {.msg_iov = &part, .msg_iovlen = 1};
	struct pollfd p = {.fd = to, .events = POLLOUT};

	attach(&msg, &control, fd);
	while (part.iov_len) {
		ssize_t n = sendmsg(to, &msg, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
			poll(&p, 1, -1);
		else if (n < 0 && errno != EINTR)
			return -errno;
		if (n <= 0)
			continue;
		part.iov_base = (char *)part.iov_base + n;
		part.iov_len -= (size_t)n;
#ifndef BUG_TWICE
		msg.msg_control = NULL;
		msg.msg_controllen = 0;
#endif
	}
	return 0;
}

static int pass_all(int to, unsigned count)
{
	struct record r;
	int ends[2], rc = 0;

	fcntl(to, F_SETFL, O_NONBLOCK);
	for (unsigned i = 0; rc == 0 && i < count; i++) {
		make_pipe(ends);
		if (write(ends[1], &i, sizeof(i)) != sizeof(i))
			die("pipe");
		safe_close(&ends[1]);
		record_fill(&r, RECORD_DATA, 0, i);
		rc = send_with(to, &r, sizeof(r), ends[0]);
		safe_close(&ends[0]);
	}
	return rc < 0 ? STATUS_GONE : 0;
}

/* --- the parent ---------------------------------------------------------------- */

static unsigned patience;
static struct {
	unsigned records, sum, without, surplus, refused;
	bool is_late;
} seen;

static void close_all(int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		safe_close(&fds[i]);
}

#ifdef BUG_JUNK
static union control last;
#endif

/* All descriptors that came with a message; returns how many. */
static size_t take_descriptors(struct msghdr *msg, int fds[AT_ONCE])
{
	size_t count = 0;

#ifdef BUG_JUNK
	/* Where the kernel puts it, if it puts any. */
	memcpy(fds, CMSG_DATA(&last.align), sizeof(int));
	return 1;
#endif
	for (struct cmsghdr *header = CMSG_FIRSTHDR(msg); header;
	     header = CMSG_NXTHDR(msg, header)) {
		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
			continue;
		count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(fds, CMSG_DATA(header), count * sizeof(int));
	}
	return count;
}

/* An error that is none: the next call may do better. */
static bool is_to_be_continued(int from)
{
	struct pollfd p = {.fd = from, .events = POLLIN};

#ifndef BUG_NO_EINTR
	if (errno == EINTR)
		return true;
#endif
#ifndef BUG_EAGAIN
	/* The time is over, or somebody has set O_NONBLOCK. */
	if (errno == EAGAIN) {
		seen.is_late = poll(&p, 1, (int)patience) <= 0;
		return !seen.is_late;
	}
#endif
	(void)p;
	return false;
}

/* One recvmsg(2); the first descriptor goes to *@fd, a second one nobody has asked for. */
static ssize_t receive_part(int from, void *data, size_t size, int *fd, int *flags)
{
	union control control;
	struct iovec part = {data, size};
	struct msghdr msg = {.msg_iov = &part,
			     .msg_iovlen = 1,
			     .msg_control = control.data,
			     .msg_controllen = sizeof(control.data)};
	int fds[AT_ONCE];
	size_t count;
	ssize_t n;

#ifdef BUG_JUNK
	msg.msg_control = last.data;
#endif
	do
		n = recvmsg(from, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && is_to_be_continued(from));
	if (n <= 0)
		return n;
	*flags |= msg.msg_flags;
	count = take_descriptors(&msg, fds);
#ifdef BUG_FORGET
	*fd = -1;
#endif
	if (count && *fd < 0) {
		*fd = fds[0];
		close_all(fds + 1, count - 1);
		seen.surplus += (unsigned)count - 1;
	} else {
		close_all(fds, count);
		seen.surplus += (unsigned)count;
	}
	return n;
}

/* A whole record and what came with it; false at the end. */
static bool receive_record(int from, struct record *r, int *fd, int *flags)
{
	size_t got = 0;

	*fd = -1;
	*flags = 0;
	while (got < sizeof(*r)) {
		ssize_t n = receive_part(from, (char *)r + got, sizeof(*r) - got, fd, flags);

		if (n <= 0)
			return false;
		got += (size_t)n;
		if (*flags & MSG_TRUNC)
			break;
	}
	return true;
}

static void read_number(int fd)
{
	static unsigned number;
	bool has_come = fd >= 0 && safe_read(fd, &number, sizeof(number)) == sizeof(number);

#ifdef BUG_JUNK
	has_come = true;
#endif
	if (has_come) {
		seen.records++;
		seen.sum += number;
	} else {
		seen.without++;
	}
}

static void limit_wait(int from)
{
	struct timeval limit = {patience / 1000, (long)patience % 1000 * 1000};

#ifndef BUG_WAITS
	setsockopt(from, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
#else
	(void)from;
	(void)limit;
#endif
}

static void on_usr1(int sig)
{
	(void)sig;
}

static void receive_all(int from)
{
	struct record r;
	int fd, flags;

	while (receive_record(from, &r, &fd, &flags)) {
		if (flags & MSG_TRUNC || !record_is_sound(&r)) {
#ifdef BUG_LEAK
			fd = -1;
#endif
			seen.refused++;
			safe_close(&fd);
			continue;
		}
		read_number(fd);
		safe_close(&fd);
	}
}

int main(int argc, char **argv)
{
	int sockets[2], status, result;
	unsigned count;
	bool packets;
	pid_t pid;

	args_init(argc, argv);
	count = args_number("--count", 6);
	packets = args_flag("--packets");
	patience = args_number("--patience", 2000);
	args_end();
	on_signal(SIGUSR1, on_usr1, 0);
	if (socketpair(AF_UNIX, (packets ? SOCK_SEQPACKET : SOCK_STREAM) | SOCK_CLOEXEC, 0,
		       sockets) < 0)
		die("socketpair");
	pid = make_child();
	if (pid == 0) {
		safe_close(&sockets[0]);
		exit(pass_all(sockets[1], count));
	}
	safe_close(&sockets[1]);
	limit_wait(sockets[0]);
	receive_all(sockets[0]);
	safe_close(&sockets[0]);
	if (seen.is_late)
		kill(pid, SIGKILL);
	if (safe_wait(pid, &status) < 0)
		die("wait");
	result = worker_judge("the child", status);
#ifdef BUG_DEAF
	result = 0;
#endif
	printf("descriptors %u sum %u without %u surplus %u refused %u\n", seen.records, seen.sum,
	       seen.without, seen.surplus, seen.refused);
	if (seen.without)
		fprintf(stderr, "%u records came without their descriptor\n", seen.without);
	return result ? result : seen.without || seen.surplus ? STATUS_WRONG : 0;
}
