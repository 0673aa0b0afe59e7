/*
 * name: udp-gauge
 * mechanism: udp
 * bug: none
 * about: a child sends levels as text, over UDP or with --unix over a Unix datagram socket;
 *	the parent adds them up and leaves out a message that did not fit its buffer
 */
/* A twin with a bug includes this file: udp-gauge-uncut. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/args.h"
#include "udp/udp.h"

static int measure(int fd, unsigned count)
{
	char text[32];

	for (unsigned i = 1; i <= count; i++) {
		int n = snprintf(text, sizeof(text), "level %u000", i);

		if (send(fd, text, (size_t)n, 0) < 0)
			return STATUS_WRONG;
	}
	return send(fd, "end", 3, 0) < 0 ? STATUS_WRONG : 0;
}

/* 0 when it was cut; the rest of a datagram that is too long is gone. */
static ssize_t receive(int fd, char *text, size_t size)
{
	struct iovec part = {text, size - 1};
	struct msghdr msg = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t n = recvmsg(fd, &msg, 0);

	if (n < 0)
		die("recvmsg");
	text[n] = '\0';
#ifndef BUG_UNCUT
	if (msg.msg_flags & MSG_TRUNC)
		return 0;
#endif
	return n;
}

static int add_up(int fd)
{
	unsigned long sum = 0, level;
	unsigned cut = 0, count = 0;
	char text[32];

	for (;;) {
		if (receive(fd, text, sizeof(text)) == 0)
			cut++;
		else if (sscanf(text, "level %lu", &level) == 1)
			sum += level, count++;
		else
			break;
	}
	printf("levels %u sum %lu cut %u\n", count, sum, cut);
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in ours, theirs;
	int fds[2], status, result;
	unsigned count;
	bool is_unix;
	pid_t pid;

	args_init(argc, argv);
	count = args_number("--levels", 8);
	is_unix = args_flag("--unix");
	args_end();
	if (is_unix) {
		if (socketpair(AF_UNIX, SOCK_DGRAM, 0, fds) < 0)
			die("socketpair");
	} else {
		fds[0] = udp_open(&ours);
		fds[1] = udp_open(&theirs);
		udp_connect(fds[1], &ours);
	}
	pid = make_child();
	if (pid == 0)
		_exit(measure(fds[1], count));
	result = add_up(fds[0]);
	if (safe_wait(pid, &status) < 0)
		die("wait");
	return result;
}
