/*
 * name: udp-gauge
 * mechanism: udp
 * bug: none
 * about: udp-gauge TYPE (udp or unix-dgram): a child sends levels as text; the parent adds them
 *	up, leaves out a message that did not fit its buffer, and waits --patience milliseconds
 *	for the next one
 */
/* Twins with a bug include this file: udp-gauge-uncut, -no-eintr, -eagain, -waits, -unchecked. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/args.h"
#include "udp/udp.h"

#define LEVELS_MAX 64
#define STEP	   1000
#define LATE_MS	   100 /* for those that come after the end */

static unsigned patience;

static int measure(int fd, unsigned count)
{
	char text[32];

	for (unsigned i = 1; i <= count; i++) {
		int n = snprintf(text, sizeof(text), "level %u", i * STEP);

		if (send(fd, text, (size_t)n, 0) < 0)
			return STATUS_WRONG;
	}
	snprintf(text, sizeof(text), "end %u", count);
	return send(fd, text, strlen(text), 0) < 0 ? STATUS_WRONG : 0;
}

/* An error that is none: the next call may do better. */
static bool is_to_be_continued(int fd)
{
#ifndef BUG_NO_EINTR
	if (errno == EINTR)
		return true;
#endif
#ifndef BUG_EAGAIN
	/* The time is over, or somebody has set O_NONBLOCK. */
	if (errno == EAGAIN)
		return udp_wait(fd, (int)patience);
#endif
	(void)fd;
	return false;
}

/* 0 when it was cut, for the rest of a datagram that is too long is gone; -1 when none comes. */
static ssize_t receive(int fd, char *text, size_t size)
{
	struct iovec part = {text, size - 1};
	struct msghdr msg = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t n;

	do
		n = recvmsg(fd, &msg, 0);
	while (n < 0 && is_to_be_continued(fd));
	if (n < 0)
		return -1;
	text[n] = '\0';
#ifndef BUG_UNCUT
	if (msg.msg_flags & MSG_TRUNC)
		return 0;
#endif
	return n;
}

struct levels {
	bool has_come[LEVELS_MAX + 1];
	unsigned count, cut, announced; /* 0: the end has not come */
	unsigned long sum;
};

/* Comes late, twice or not at all: a datagram may. */
static void take(struct levels *levels, const char *text)
{
	unsigned long level;
	unsigned number;

	if (sscanf(text, "end %u", &number) == 1) {
		levels->announced = number;
	} else if (sscanf(text, "level %lu", &level) == 1) {
		number = (unsigned)(level / STEP);
		if (number > LEVELS_MAX || levels->has_come[number])
			return;
		levels->has_come[number] = true;
		levels->sum += level;
		levels->count++;
	}
}

static bool is_complete(const struct levels *levels)
{
	return levels->announced && levels->count + levels->cut >= levels->announced;
}

static int add_up(int fd)
{
	struct levels levels = {.count = 0};
	char text[32];
	ssize_t n;

	while (!is_complete(&levels)) {
		if (levels.announced && !udp_wait(fd, LATE_MS))
			break;
		n = receive(fd, text, sizeof(text));
		if (n < 0)
			break;
		if (n == 0)
			levels.cut++;
		else
			take(&levels, text);
	}
	if (!levels.announced) {
		fprintf(stderr, "no end after %u levels\n", levels.count);
		return STATUS_EARLY;
	}
	printf("levels %u sum %lu cut %u\n", levels.count, levels.sum, levels.cut);
	if (!is_complete(&levels))
		fprintf(stderr, "%u have not come\n", levels.announced - levels.count - levels.cut);
	return is_complete(&levels) ? 0 : STATUS_WRONG;
}

static void on_usr1(int sig)
{
	(void)sig;
}

static void open_ends(bool is_unix, int fds[2])
{
	struct sockaddr_in ours, theirs;

	if (is_unix) {
		if (socketpair(AF_UNIX, SOCK_DGRAM, 0, fds) < 0)
			die("socketpair");
		return;
	}
	fds[0] = udp_open(&ours);
#ifdef BUG_UNCHECKED
	fds[1] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	connect(fds[1], (struct sockaddr *)&ours, sizeof(ours));
	(void)theirs;
#else
	fds[1] = udp_open(&theirs);
	udp_connect(fds[1], &ours);
#endif
}

int main(int argc, char **argv)
{
	int fds[2], status, result;
	struct timeval limit;
	unsigned count;
	bool is_unix;
	pid_t pid;

	args_init(argc, argv);
	count = args_number("--levels", 8);
	patience = args_number("--patience", 2000);
	is_unix = strcmp(args_operand(), "unix-dgram") == 0;
	args_end();
	on_signal(SIGUSR1, on_usr1, 0);
	open_ends(is_unix, fds);
	limit = (struct timeval){patience / 1000, (long)patience % 1000 * 1000};
#ifndef BUG_WAITS
	setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
#else
	(void)limit;
#endif
	pid = make_child();
	if (pid == 0)
		exit(measure(fds[1], count));
	result = add_up(fds[0]);
	if (result)
		kill(pid, SIGKILL);
	if (safe_wait(pid, &status) < 0)
		die("wait");
	return result;
}
