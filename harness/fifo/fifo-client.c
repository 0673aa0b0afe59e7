/*
 * name: fifo-client
 * mechanism: fifo
 * bug: none
 * about: fifo-client PATH: sends --records records as writer --id; exits 5 when nobody
 *	reads the FIFO (or waits for a reader, with --wait), 3 when the reader has gone
 */
/* Twins with a bug include this file: fifo-client-naive, fifo-client-no-eintr, -creates. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "lib/safe.h"

static int open_fifo(const char *path, bool wait)
{
	int fd;

	if (wait) {
		fprintf(stderr, "waiting for a reader\n");
#ifdef BUG_NO_EINTR
		fd = open(path, O_WRONLY | O_CLOEXEC);
		return fd < 0 ? -errno : fd;
#else
		return safe_open(path, O_WRONLY, 0);
#endif
	}
#ifdef BUG_CREATES
	fd = safe_open(path, O_WRONLY | O_NONBLOCK | O_CREAT, 0600);
#else
	fd = safe_open(path, O_WRONLY | O_NONBLOCK, 0);
#endif
	if (fd >= 0)
		fcntl(fd, F_SETFL, O_WRONLY);
	return fd;
}

static int send_records(int fd, unsigned id, unsigned records)
{
	struct record r;

	for (unsigned seq = 0; seq <= records; seq++) {
		record_fill(&r, seq < records ? RECORD_DATA : RECORD_END, id, seq);
		if (safe_write(fd, &r, sizeof(r)) < 0) {
			fprintf(stderr, "the reader has gone, of %u records\n", seq);
			return STATUS_GONE;
		}
	}
	printf("sent %u records\n", records);
	return 0;
}

static void on_usr1(int sig)
{
	(void)sig;
}

int main(int argc, char **argv)
{
	unsigned id, records;
	const char *path;
	int fd, result;
	bool wait;

	args_init(argc, argv);
	id = args_number("--id", 0);
	records = args_number("--records", 10);
	wait = args_flag("--wait");
	path = args_operand();
	args_end();
#ifndef BUG_NAIVE
	on_signal(SIGPIPE, SIG_IGN, 0);
#endif
	on_signal(SIGUSR1, on_usr1, 0);
	fd = open_fifo(path, wait);
	if (fd == -ENXIO) {
		fprintf(stderr, "nobody reads %s\n", path);
		return STATUS_NOBODY;
	}
	if (fd < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(-fd));
		return STATUS_WRONG;
	}
	result = send_records(fd, id, records);
	safe_close(&fd);
	return result;
}
