/*
 * graph-sockets.c - processes that wait for each other at stream sockets
 *
 * graph-sockets CASE: sets the case up and stays in it until it is killed.
 */
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/cases.h"
#include "lib/group.h"

static int near, far;
static struct sockaddr_in port;
static struct sockaddr_un name = {.sun_family = AF_UNIX};

static void receive(int fd)
{
	char byte;

	recv(fd, &byte, 1, 0);
}

static void send_much(int fd)
{
	static char data[1 << 24];

	send(fd, data, sizeof(data), 0);
}

static void sleep_away(void)
{
	close(near);
	close(far);
	sleep_long();
}

static void make_pair(void)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		_exit(1);
	near = pair[0];
	far = pair[1];
}

static int listen_tcp(void)
{
	socklen_t size = sizeof(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	port = (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (bind(fd, (struct sockaddr *)&port, size) || listen(fd, 4) ||
	    getsockname(fd, (struct sockaddr *)&port, &size))
		_exit(1);
	return fd;
}

static int connect_tcp(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (connect(fd, (struct sockaddr *)&port, sizeof(port)))
		_exit(1);
	return fd;
}

static void make_tcp(void)
{
	int listener = listen_tcp();

	near = connect_tcp();
	far = accept(listener, NULL, NULL);
	close(listener);
}

static void read_far(void)
{
	close(near);
	receive(far);
}

static void write_far(void)
{
	close(near);
	send_much(far);
}

static void poll_far(void)
{
	struct pollfd p = {.fd = far, .events = POLLIN};

	close(near);
	poll(&p, 1, -1);
}

static void both_read(void)
{
	make_pair();
	start(read_far);
	close(far);
	receive(near);
}

static void both_read_tcp(void)
{
	make_tcp();
	start(read_far);
	close(far);
	receive(near);
}

static void both_full(void)
{
	make_pair();
	start(write_far);
	close(far);
	send_much(near);
}

static void both_full_tcp(void)
{
	make_tcp();
	start(write_far);
	close(far);
	send_much(near);
}

static void with_poll(void)
{
	make_tcp();
	start(poll_far);
	close(far);
	receive(near);
}

static void with_sleeper(void)
{
	make_tcp();
	start(read_far);
	start(sleep_away);
	close(far);
	receive(near);
}

/* The one who could answer does something else. */
static void keep_far(void)
{
	close(near);
	sleep_long();
}

static void busy_peer(void)
{
	make_pair();
	start(keep_far);
	close(far);
	receive(near);
}

static void limited(void)
{
	const struct timeval limit = {1000, 0};

	make_pair();
	start(read_far);
	close(far);
	setsockopt(near, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	receive(near);
}

static void accept_alone(void)
{
	accept(listen_tcp(), NULL, NULL);
}

static void accept_sleeper(void)
{
	int fd = listen_tcp();

	start(sleep_away);
	accept(fd, NULL, NULL);
}

/* The server waits for its first client to speak, the second for the server. */
static int listener;

static void serve_first(void)
{
	int fd = accept(listener, NULL, NULL);

	receive(fd);
}

static void speak_second(void)
{
	close(listener);
	receive(connect_tcp());
}

static void not_accepted(void)
{
	int fd;

	listener = listen_tcp();
	fd = connect_tcp();
	start(serve_first);
	close(listener);
	receive(fd);
}

static void not_accepted_second(void)
{
	int first;

	listener = listen_tcp();
	first = connect_tcp();
	start(serve_first);
	start(speak_second);
	close(listener);
	receive(first);
}

/* A queue that is full: connect() sleeps, and nobody accepts. */
static int connect_name(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	connect(fd, (struct sockaddr *)&name, sizeof(name));
	return fd;
}

static void wait_listening(void)
{
	receive(near);
}

static void connect_full(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	make_pair();
	snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "graph-%d", getpid());
	if (bind(fd, (struct sockaddr *)&name, sizeof(name)) || listen(fd, 0))
		_exit(1);
	start(wait_listening);
	close(fd);
	connect_name();
	connect_name();
}

static const struct named_case cases[] = {
	{"both-read", both_read},	{"both-read-tcp", both_read_tcp},
	{"both-full", both_full},	{"both-full-tcp", both_full_tcp},
	{"with-poll", with_poll},	{"with-sleeper", with_sleeper},
	{"busy-peer", busy_peer},	{"limited", limited},
	{"accept-alone", accept_alone}, {"accept-sleeper", accept_sleeper},
	{"not-accepted", not_accepted}, {"not-accepted-second", not_accepted_second},
	{"connect-full", connect_full},
};

int main(int argc, char **argv)
{
	(void)argc;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return run_case(cases, sizeof(cases) / sizeof(cases[0]), argv[1]);
}
