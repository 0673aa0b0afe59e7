/*
 * graph-messages.c - processes that wait at sockets without a connection
 *
 * graph-messages CASE: sets the case up and stays in it until it is killed.
 */
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/cases.h"
#include "lib/group.h"

static int near, far;

static void receive(int fd)
{
	char byte;

	recv(fd, &byte, 1, 0);
}

/* Until the queue of the receiver is full, and then it waits. */
static void send_many(int fd)
{
	while (send(fd, "x", 1, 0) == 1)
		;
}

static void make_pair(int type)
{
	int pair[2];

	if (socketpair(AF_UNIX, type, 0, pair))
		_exit(1);
	near = pair[0];
	far = pair[1];
}

static int bound_udp(void)
{
	const struct sockaddr_in address = {.sin_family = AF_INET,
					    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)))
		_exit(1);
	return fd;
}

static void receive_far(void)
{
	close(near);
	receive(far);
}

static void send_far(void)
{
	close(near);
	send_many(far);
}

static void sleep_near(void)
{
	close(far);
	sleep_long();
}

static void sleep_away(void)
{
	close(near);
	close(far);
	sleep_long();
}

static void both_receive(void)
{
	make_pair(SOCK_DGRAM);
	start(receive_far);
	close(far);
	receive(near);
}

static void both_send(void)
{
	make_pair(SOCK_DGRAM);
	start(send_far);
	close(far);
	send_many(near);
}

static void both_send_packets(void)
{
	make_pair(SOCK_SEQPACKET);
	start(send_far);
	close(far);
	send_many(near);
}

/* Whoever holds no end of it cannot send to it. */
static void with_stranger(void)
{
	make_pair(SOCK_DGRAM);
	start(receive_far);
	start(sleep_away);
	close(far);
	receive(near);
}

static void busy_receiver(void)
{
	make_pair(SOCK_DGRAM);
	start(sleep_near);
	close(near);
	send_many(far);
}

static void udp_alone(void)
{
	receive(bound_udp());
}

static void udp_sleeper(void)
{
	near = far = bound_udp();
	start(sleep_long);
	receive(near);
}

static const struct named_case cases[] = {
	{"both-receive", both_receive},
	{"both-send", both_send},
	{"both-send-packets", both_send_packets},
	{"with-stranger", with_stranger},
	{"busy-receiver", busy_receiver},
	{"udp-alone", udp_alone},
	{"udp-sleeper", udp_sleeper},
};

int main(int argc, char **argv)
{
	(void)argc;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return run_case(cases, sizeof(cases) / sizeof(cases[0]), argv[1]);
}
