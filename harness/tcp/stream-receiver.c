/*
 * name: stream-receiver
 * mechanism: tcp
 * bug: none
 * about: stream-receiver WHERE (see lib/conn.h): greets --clients clients, one after the
 *	other, takes their records and answers with a line; --store WHERE PATH: writes them
 *	to that file, and says so when that fails; a client for whom it has no descriptor is turned
 *	away; --patience: looks up every so many milliseconds
 */
/* Twins with a bug include this file: stream-receiver-*, in unix-stream too. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/conn.h"
#include "lib/record.h"
#include "lib/safe.h"

struct receiver {
	const char *where, *store;
	unsigned clients, backlog, patience;
	unsigned served, turned_away;
	int listener, reserve, file;
	struct tally tally;
};

#ifndef BUG_STALE
/* Left by one that was killed, unless somebody answers. */
static bool is_stale(const char *where)
{
	int fd = conn_socket(where), rc = conn_dial(fd, where);

	close(fd);
	return rc == -ECONNREFUSED;
}
#endif

static void start_listening(struct receiver *r)
{
	int rc;

	r->listener = conn_socket(r->where);
#ifndef BUG_STALE
	if (!conn_is_path(r->where))
		setsockopt(r->listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
#endif
	rc = conn_bind(r->listener, r->where, (int)r->backlog);
#ifndef BUG_STALE
	if (rc == -EADDRINUSE && conn_is_path(r->where) && is_stale(r->where)) {
		unlink(conn_path(r->where));
		rc = conn_bind(r->listener, r->where, (int)r->backlog);
	}
#endif
	if (rc < 0) {
		errno = -rc;
		die(r->where);
	}
}

#ifndef BUG_SPIN
/* With the one descriptor that was kept for this. */
static void turn_away(struct receiver *r)
{
	int fd;

	safe_close(&r->reserve);
	fd = accept(r->listener, NULL, NULL);
	safe_close(&fd);
	r->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
	r->turned_away++;
}
#endif

/* A connection, or -1 when a client was turned away. */
static int take_connection(struct receiver *r)
{
	for (;;) {
		int fd = accept(r->listener, NULL, NULL);

		if (fd >= 0)
			return fd;
#ifdef BUG_SPIN
		continue;
#else
		if (errno == EMFILE || errno == ENFILE) {
			turn_away(r);
			return -1;
		}
#ifdef BUG_ABORTED
		if (errno != EINTR)
			die("accept");
#else
		/* Of that connection only, see accept(2), "Error handling". */
		if (errno != EINTR && errno != ECONNABORTED && errno != EPROTO)
			die("accept");
#endif
#endif
	}
}

static ssize_t receive_record(int fd, struct record *record)
{
#if defined(BUG_BOUNDARY)
	ssize_t n = recv(fd, record, sizeof(*record), 0);

	return n < 0 ? -errno : n;
#elif defined(BUG_NO_EINTR)
	return recv(fd, record, sizeof(*record), MSG_WAITALL) < 0 ? -errno
								  : (ssize_t)sizeof(*record);
#elif defined(BUG_EAGAIN)
	ssize_t n;

	do
		n = recv(fd, record, sizeof(*record), MSG_WAITALL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
#elif defined(BUG_RESET)
	ssize_t n = conn_receive(fd, record, sizeof(*record));

	return n < 0 ? 0 : n;
#else
	return conn_receive(fd, record, sizeof(*record));
#endif
}

static int store(struct receiver *r, const struct record *record)
{
	return r->file < 0 ? 0 : safe_write(r->file, record, sizeof(*record));
}

/* It does not wait in the call, so that nobody can stop it there. */
static void answer(int fd, const char *text)
{
	while (*text) {
		ssize_t n = send(fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);

#ifdef BUG_MUTE
		if (n < 0 && errno == EAGAIN)
			return;
#endif
		if (n >= 0) {
			text += n;
		} else if (errno == EAGAIN) {
			conn_wait(fd, POLLOUT, -1);
		} else if (errno != EINTR) {
			fprintf(stderr, "could not answer\n");
			return;
		}
	}
}

/* Patience is a time limit for each recv(2), and so an end of SA_RESTART, see socket(7). */
static void limit_wait(const struct receiver *r, int fd)
{
	struct timeval limit = {r->patience / 1000, (long)r->patience % 1000 * 1000};

	if (r->patience)
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

static int serve(struct receiver *r, int fd)
{
	struct record record;
	unsigned before = r->tally.ends;

	limit_wait(r, fd);
	r->tally.next[0] = 0; /* each client counts for itself */
	answer(fd, "welcome\n");

	while (r->tally.ends == before) {
		ssize_t n = receive_record(fd, &record);

		if (n < 0) {
			fprintf(stderr, "the sender has gone: %s\n", strerror((int)-n));
			return STATUS_GONE;
		}
#ifdef BUG_RESET
		if (n == 0)
			break;
#endif
		if (n == 0) {
			fprintf(stderr, "the records ended early\n");
			return STATUS_EARLY;
		}
		if (n < (ssize_t)sizeof(record))
			memset((char *)&record + n, 0, sizeof(record) - (size_t)n);
		if (store(r, &record) < 0) {
			answer(fd, "the disk is full\n");
			fprintf(stderr, "a record could not be stored\n");
			return STATUS_WRONG;
		}
		tally_add(&r->tally, &record);
	}
	answer(fd, "all taken\n");
	return 0;
}

static int serve_all(struct receiver *r)
{
	int status = 0;

	while (r->served + r->turned_away < r->clients) {
		int fd = conn_inherited(r->where), rc;

		if (fd < 0)
			fd = take_connection(r);
		if (fd < 0)
			continue;
		rc = serve(r, fd);
		status = status ? status : rc;
		safe_close(&fd);
		r->served++;
	}
	return status;
}

int main(int argc, char **argv)
{
	struct receiver r = {.listener = -1, .file = -1};
	bool stores;
	int status;

	args_init(argc, argv);
	r.clients = args_number("--clients", 1);
	r.backlog = args_number("--backlog", 8);
	r.patience = args_number("--patience", 0);
	stores = args_flag("--store");
	r.where = args_operand();
	r.store = stores ? args_operand() : NULL;
	args_end();
	if (r.store)
		r.file = safe_open(r.store, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (conn_inherited(r.where) < 0)
		start_listening(&r);
	r.reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
	fprintf(stderr, "ready\n");
	status = serve_all(&r);
	safe_close(&r.listener);
	safe_close(&r.reserve);
	safe_close(&r.file);
	if (conn_is_path(r.where))
		unlink(conn_path(r.where));
	if (r.turned_away)
		fprintf(stderr, "turned away %u\n", r.turned_away);
	tally_print(&r.tally, stdout);
#ifdef BUG_UNCHECKED
	return status;
#else
	return status ? status : tally_is_clean(&r.tally) ? 0 : STATUS_WRONG;
#endif
}
