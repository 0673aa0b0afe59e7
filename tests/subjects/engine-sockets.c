/*
 * One use of a connected socket, chosen by the first argument: "unix" (a
 * stream), "dgram", "seqpacket", "tcp" or "udp", and by the second part of it after a colon; what
 * came of it is printed.  The near end is descriptor 11, the far one 10.
 */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cases.h"
#include "lib/say.h"

enum { FAR = 10, NEAR = 11 };

static void on_alarm(int signal)
{
	(void)signal;
}

/* A wait that nobody ends is interrupted. */
static void limit_wait(void)
{
	struct sigaction sa = {.sa_handler = on_alarm};

	sigaction(SIGALRM, &sa, NULL);
	ualarm(300000, 0);
}

static void place(int fd, int where)
{
	if (dup2(fd, where) != where)
		_exit(98);
	close(fd);
}

static int tcp_listener(struct sockaddr_in *at)
{
	socklen_t size = sizeof(*at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	*at = (struct sockaddr_in){.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (bind(fd, (struct sockaddr *)at, size) || listen(fd, 1) ||
	    getsockname(fd, (struct sockaddr *)at, &size))
		_exit(97);
	return fd;
}

static void make_tcp(void)
{
	struct sockaddr_in at;
	int listener = tcp_listener(&at), near = socket(AF_INET, SOCK_STREAM, 0);

	if (connect(near, (struct sockaddr *)&at, sizeof(at)))
		_exit(96);
	place(near, NEAR);
	place(accept(listener, NULL, NULL), FAR);
	close(listener);
}

static void make_udp(void)
{
	int ends[2] = {socket(AF_INET, SOCK_DGRAM, 0), socket(AF_INET, SOCK_DGRAM, 0)};
	struct sockaddr_in at[2];

	for (int i = 0; i < 2; i++) {
		socklen_t size = sizeof(at[i]);

		at[i] = (struct sockaddr_in){.sin_family = AF_INET,
					     .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
		if (bind(ends[i], (struct sockaddr *)&at[i], size) ||
		    getsockname(ends[i], (struct sockaddr *)&at[i], &size))
			_exit(94);
	}
	for (int i = 0; i < 2; i++)
		if (connect(ends[i], (struct sockaddr *)&at[1 - i], sizeof(at[0])))
			_exit(93);
	place(ends[0], NEAR);
	place(ends[1], FAR);
}

static void make_unix(int type)
{
	int pair[2];

	if (socketpair(AF_UNIX, type, 0, pair))
		_exit(95);
	place(pair[0], NEAR);
	place(pair[1], FAR);
}

static long take(int fd, int flags)
{
	char data[64];

	return recv(fd, data, sizeof(data), flags);
}

/* What each side sees of it. */
static void case_recv(void)
{
	limit_wait();
	say_result("recv", take(NEAR, 0));
	say_result("send", send(NEAR, "x", 1, 0));
	say_result("far recv", take(FAR, MSG_DONTWAIT));
	say_result("far send", send(FAR, "y", 1, 0));
}

/* The far end belongs to a child that sleeps in a read of it. */
static void case_child(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		long n = take(FAR, 0);

		_exit(n < 0 ? errno : (int)n);
	}
	close(FAR);
	limit_wait();
	say_result("recv", take(NEAR, 0));
	say_result("send", send(NEAR, "x", 1, 0));
	close(NEAR);
	waitpid(pid, NULL, 0);
}

static void case_twice(void)
{
	say_result("send", send(NEAR, "abc", 3, MSG_DONTWAIT));
	say_result("send", send(NEAR, "de", 2, MSG_DONTWAIT));
	say_result("far recv", take(FAR, MSG_DONTWAIT));
}

static void case_full(void)
{
	say_result("send", send(NEAR, "abc", 3, MSG_DONTWAIT));
	say_result("far recv", take(FAR, MSG_DONTWAIT));
	say_result("send", send(NEAR, "abc", 3, MSG_DONTWAIT));
	say_result("far recv", take(FAR, 0));
}

static void case_size(void)
{
	static char data[1 << 20];
	long n = send(NEAR, data, sizeof(data), MSG_DONTWAIT);

	say("%s\n", n > 0 && n < 65536 ? "little" : "much");
}

static void case_message(void)
{
	static char data[16384];

	say_result("send", send(NEAR, data, sizeof(data), MSG_DONTWAIT));
}

static void case_listen(void)
{
	struct sockaddr_in at;
	int listener = tcp_listener(&at);

	place(listener, NEAR);
	limit_wait();
	say_result("accept", accept(NEAR, NULL, NULL));
}

static const struct named_case cases[] = {
	{"recv", case_recv},	   {"child", case_child}, {"twice", case_twice},
	{"full", case_full},	   {"size", case_size},	  {"listen", case_listen},
	{"message", case_message},
};

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? strchr(argv[1], ':') : NULL;

	if (!name)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	if (strncmp(argv[1], "tcp:", 4) == 0)
		make_tcp();
	else if (strncmp(argv[1], "udp:", 4) == 0)
		make_udp();
	else if (strncmp(argv[1], "dgram:", 6) == 0)
		make_unix(SOCK_DGRAM);
	else if (strncmp(argv[1], "seqpacket:", 10) == 0)
		make_unix(SOCK_SEQPACKET);
	else
		make_unix(SOCK_STREAM);
	return run_case(cases, sizeof(cases) / sizeof(cases[0]), name + 1);
}
