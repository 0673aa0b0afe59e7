/*
 * name: unix-seqpacket-feed
 * mechanism: unix-seqpacket
 * bug: none
 * about: sends records as packets to its child, which receives until the end record, tells an
 *	empty packet from the end of the connection, and that from the end of the records
 */
/* Twins with a bug include this file: unix-seqpacket-feed-empty, -again. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "lib/safe.h"
#include "lib/worker.h"

static int feed(int to, unsigned records)
{
	struct record r;

	for (unsigned seq = 0; seq <= records; seq++) {
		record_fill(&r, seq < records ? RECORD_DATA : RECORD_END, 0, seq);
		while (send(to, &r, sizeof(r), MSG_NOSIGNAL) < 0)
#ifndef BUG_AGAIN
			if (errno != EINTR)
				return STATUS_GONE;
#else
			; /* for a moment it does not work */
#endif
	}
	return 0;
}

/* recvmsg(2) returns 0 for both: only the end stays, and poll(2) shows it. */
static bool is_end(int from)
{
	struct pollfd p = {.fd = from, .events = POLLRDHUP};

	return poll(&p, 1, 0) > 0 && p.revents & (POLLRDHUP | POLLHUP);
}

static void receive_all(int from, struct tally *tally, unsigned *cut)
{
	struct record r;
	struct iovec part = {&r, sizeof(r)};
	struct msghdr msg;
	ssize_t n;

	while (!tally->ends) {
		msg = (struct msghdr){.msg_iov = &part, .msg_iovlen = 1};
		n = recvmsg(from, &msg, 0);
		if (n < 0 && errno == EINTR)
			continue;
#ifdef BUG_EMPTY
		if (n == 0)
			break;
#endif
		if (n == sizeof(r))
			tally_add(tally, &r);
		else if (n > 0 || (n == 0 && msg.msg_flags & MSG_TRUNC))
			++*cut;
		else if (n < 0 || is_end(from))
			break;
	}
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	int sockets[2], status, result;
	unsigned records, cut = 0;
	pid_t pid;

	args_init(argc, argv);
	records = args_number("--records", 20);
	args_end();
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		die("socketpair");
	pid = make_child();
	if (pid == 0) {
		safe_close(&sockets[0]); /* or the end would never come */
		receive_all(sockets[1], &tally, &cut);
		tally_print(&tally, stdout);
		if (cut)
			printf("%u packets were cut\n", cut);
		exit(tally.ends ? 0 : STATUS_EARLY);
	}
	safe_close(&sockets[1]);
	result = feed(sockets[0], records);
	safe_close(&sockets[0]);
	if (safe_wait(pid, &status) < 0)
		die("wait");
	if (result)
		fputs("the receiver has gone\n", stderr);
	return result ? result : worker_judge("the receiver", status);
}
