/*
 * name: stream-sender
 * mechanism: tcp
 * bug: none
 * about: stream-sender WHERE (see lib/conn.h): when the receiver has greeted it, sends
 *	--records records and an end record, and waits up to --timeout milliseconds for the
 *	answer, which it prints; --nonblock: with O_NONBLOCK; --watch: looks for an early
 *	answer before each record; --half-close: shuts its side after the end record
 */
/* Twins with a bug include this file: stream-sender-*, in unix-stream too. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/conn.h"
#include "lib/record.h"
#include "lib/safe.h"

#define PAUSE_MS 5
#define TEXT_MAX 128

struct sender {
	const char *where;
	unsigned records, tries;
	int timeout_ms;
	bool nonblock, watch, half_close;
	bool no_answer; /* the receiver has said that it will not say more */
	int fd;
};

static void on_usr1(int sig)
{
	(void)sig;
}

#if !defined(BUG_EINTR) && !defined(BUG_NO_EINTR)
static bool is_connected(int fd)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);

	return getpeername(fd, (struct sockaddr *)&peer, &size) == 0;
}

/* A TCP connection goes on being made after EINTR, a Unix one has not begun: connect(2). */
static int finish_dial(struct sender *s)
{
	int error = 0;
	socklen_t size = sizeof(error);

	conn_wait(s->fd, POLLOUT, -1);
	if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 || error)
		return -error;
	return is_connected(s->fd) ? 0 : conn_dial(s->fd, s->where);
}
#endif

static int dial_once(struct sender *s)
{
	int rc = conn_dial(s->fd, s->where);

#if defined(BUG_EINTR)
	if (rc == -EINTR)
		rc = conn_dial(s->fd, s->where);
#elif !defined(BUG_NO_EINTR)
	while (rc == -EINTR)
		rc = finish_dial(s);
#endif
	return rc;
}

/* Nobody there yet, or more in the queue than it holds: both can change. */
static bool may_change(int error)
{
	return error == -ECONNREFUSED || error == -EAGAIN || error == -ENOENT;
}

static int dial(struct sender *s)
{
	int rc = -ECONNREFUSED;
	unsigned tries = s->tries;

#ifdef BUG_GIVE_UP
	tries = 1;
#endif
	for (; may_change(rc) && tries > 0; tries--) {
		safe_close(&s->fd);
		s->fd = conn_socket(s->where);
		if (s->nonblock && conn_is_path(s->where))
			fcntl(s->fd, F_SETFL, O_NONBLOCK);
		rc = dial_once(s);
		if (may_change(rc))
			poll(NULL, 0, PAUSE_MS);
	}
	return rc;
}

static int send_record(int fd, const struct record *r)
{
#if defined(BUG_SIGPIPE)
	return send(fd, r, sizeof(*r), 0) < 0 ? -errno : 0;
#elif defined(BUG_SHORT)
	return send(fd, r, sizeof(*r), MSG_NOSIGNAL) < 0 ? -errno : 0;
#else
	return conn_send(fd, r, sizeof(*r));
#endif
}

/* One line, or what there is of it; 0 = none. */
static size_t read_answer(struct sender *s, char *text)
{
	size_t got = 0;

	while (got < TEXT_MAX - 1 && (got == 0 || text[got - 1] != '\n')) {
		ssize_t n = recv(s->fd, text + got, TEXT_MAX - 1 - got, 0);

		if (n > 0)
			got += (size_t)n;
		else if (n < 0 && errno == EAGAIN)
			conn_wait(s->fd, POLLIN, -1);
		else if (n == 0 || errno != EINTR)
			break;
	}
	text[got] = '\0';
	return got;
}

static int report_gone(struct sender *s, int error, unsigned sent)
{
	const char *me = program_invocation_short_name;
#ifdef BUG_MESSAGE
	(void)s;
#else
	char text[TEXT_MAX];

	/* What it said before it went is still there to be read. */
	if (read_answer(s, text)) {
		fprintf(stderr, "%s: the receiver says: %s", me, text);
		return STATUS_WRONG;
	}
#endif
	fprintf(stderr, "%s: the receiver has gone, of %u records: %s\n", me, sent,
		strerror(-error));
	return STATUS_GONE;
}

/* The end of what the other side says is not the end of what it hears. */
static bool has_gone(struct sender *s)
{
	char text[TEXT_MAX];

	if (!s->watch || s->no_answer || conn_wait(s->fd, POLLIN, 0) <= 0)
		return false;
	s->no_answer = recv(s->fd, text, sizeof(text), MSG_PEEK) == 0;
#ifdef BUG_HALF
	return s->no_answer;
#else
	return false;
#endif
}

static int send_all(struct sender *s)
{
	struct record r;

	for (unsigned seq = 0; seq <= s->records; seq++) {
		int rc;

		record_fill(&r, seq < s->records ? RECORD_DATA : RECORD_END, 0, seq);
		rc = has_gone(s) ? -EPIPE : send_record(s->fd, &r);
		if (rc < 0)
			return report_gone(s, rc, seq);
	}
	return 0;
}

/* Signals do not prolong it. */
static bool wait_answer(struct sender *s)
{
	int64_t deadline = now_ms() + s->timeout_ms;

	for (;;) {
#ifdef BUG_RESTART
		deadline = now_ms() + s->timeout_ms;
#endif
		int64_t left = deadline - now_ms();
		struct pollfd p = {.fd = s->fd, .events = POLLIN};
		int n = poll(&p, 1, left > 0 ? (int)left : 0);

		if (n >= 0)
			return n > 0;
		if (errno != EINTR)
			die("poll");
	}
}

static int run(struct sender *s)
{
	char text[TEXT_MAX];
	int status;

	if (!read_answer(s, text)) {
		fprintf(stderr, "turned away\n");
		return STATUS_GONE;
	}
	status = send_all(s);
	if (status)
		return status;
	if (s->half_close)
		shutdown(s->fd, SHUT_WR);
	if (!wait_answer(s)) {
		fprintf(stderr, "no answer in time\n");
		return STATUS_NOBODY;
	}
#ifdef BUG_TRUST
	read_answer(s, text);
#else
	if (!read_answer(s, text)) {
		fprintf(stderr, "sent all, no answer\n");
		return STATUS_GONE;
	}
#endif
	fputs(text, stdout);
	return 0;
}

int main(int argc, char **argv)
{
	struct sender s = {.fd = -1};
	int rc = 0, status;

	args_init(argc, argv);
	s.records = args_number("--records", 20);
	s.tries = args_number("--tries", 100);
	s.timeout_ms = (int)args_number("--timeout", 5000);
	s.nonblock = args_flag("--nonblock");
	s.watch = args_flag("--watch");
	s.half_close = args_flag("--half-close");
	s.where = args_operand();
	args_end();
	on_signal(SIGUSR1, on_usr1, 0);
	s.fd = conn_inherited(s.where);
	if (s.fd < 0)
		rc = dial(&s);
	if (rc < 0) {
		fprintf(stderr, "connect: %s\n", strerror(-rc));
		return STATUS_NOBODY;
	}
	if (s.nonblock)
		fcntl(s.fd, F_SETFL, O_NONBLOCK);
	status = run(&s);
	safe_close(&s.fd);
	return status;
}
