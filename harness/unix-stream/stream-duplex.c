/*
 * name: stream-duplex
 * mechanism: unix-stream
 * bug: none
 * about: stream-duplex WHERE: when it has been greeted, sends --records records to stream-echo and
 *takes its answers as they come, for buffers are never large enough
 */
/* Twins with a bug include this file: stream-duplex-send-first. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/args.h"
#include "lib/conn.h"
#include "lib/record.h"
#include "lib/safe.h"

static struct record out;
static unsigned records, next;
static size_t out_left;

static bool more_to_send(void)
{
	if (out_left == 0 && next <= records) {
		record_fill(&out, next < records ? RECORD_DATA : RECORD_END, 0, next);
		next++;
		out_left = sizeof(out);
	}
	return out_left > 0;
}

#ifndef BUG_SEND_FIRST
static void send_some(int fd)
{
	const char *from = (const char *)&out + sizeof(out) - out_left;
	ssize_t n = send(fd, from, out_left, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n > 0)
		out_left -= (size_t)n;
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		die("send");
}
#endif

static void take(int fd, struct tally *tally)
{
	struct record r;

	if (conn_receive(fd, &r, sizeof(r)) != sizeof(r))
		die("answer");
	tally_add(tally, &r);
}

static void converse(int fd, struct tally *tally)
{
#ifdef BUG_SEND_FIRST
	while (more_to_send()) {
		if (conn_send(fd, &out, sizeof(out)) < 0)
			die("send");
		out_left = 0;
	}
#endif
	while (tally->ends == 0) {
#ifndef BUG_SEND_FIRST
		struct pollfd p = {.fd = fd, .events = POLLIN};

		if (more_to_send())
			p.events |= POLLOUT;
		if (poll(&p, 1, -1) < 0 && errno != EINTR)
			die("poll");
		if (p.revents & POLLOUT)
			send_some(fd);
		if (!(p.revents & ~POLLOUT))
			continue;
#endif
		take(fd, tally);
	}
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	char greeting[8];
	const char *where;
	int fd;

	args_init(argc, argv);
	records = args_number("--records", 100);
	where = args_operand();
	args_end();
	fd = conn_socket(where);
	if (conn_dial(fd, where) < 0)
		die("connect");
	if (conn_receive(fd, greeting, sizeof(greeting)) != sizeof(greeting))
		die("greeting");
	converse(fd, &tally);
	safe_close(&fd);
	tally_print(&tally, stdout);
	return tally_is_clean(&tally) ? 0 : STATUS_WRONG;
}
