/*
 * name: fifo-server
 * mechanism: fifo
 * bug: none
 * about: fifo-server PATH: makes the FIFO when it is not there, and collects records until
 *	--clients clients have sent their end record, or SIGTERM; removes what it made
 */
/* Twins with a bug include this file: fifo-server-first-eof. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "lib/safe.h"

static volatile sig_atomic_t stop;
static sigset_t unblocked;

static void on_term(int sig)
{
	(void)sig;
	stop = 1;
}

/* SIGTERM comes in ppoll only, so none is lost between the look at `stop` and the wait. */
static void block_term(void)
{
	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, &unblocked);
	sigdelset(&unblocked, SIGTERM);
	on_signal(SIGTERM, on_term, 0);
}

static bool wait_input(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	while (!stop)
		if (ppoll(&p, 1, NULL, &unblocked) > 0)
			return true;
	return false;
}

static void serve(int fd, unsigned clients, struct tally *tally)
{
	struct record r;

	while (tally->ends < clients && wait_input(fd)) {
		if (safe_read(fd, &r, sizeof(r)) != sizeof(r))
			break;
		tally_add(tally, &r);
	}
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	unsigned clients;
	const char *path;
	bool made;
	int fd;

	args_init(argc, argv);
	clients = args_number("--clients", 1);
	path = args_operand();
	args_end();
	block_term();
	made = mkfifo(path, 0600) == 0;
	if (!made && errno != EEXIST)
		die(path);
#ifdef BUG_FIRST_EOF
	fprintf(stderr, "ready\n");
	fd = safe_open(path, O_RDONLY, 0);
#else
	/* Read and write: no client's end is the end of the file, see fifo(7). */
	fd = safe_open(path, O_RDWR | O_NONBLOCK, 0);
#endif
	if (fd < 0) {
		if (made)
			unlink(path);
		die(path);
	}
#ifndef BUG_FIRST_EOF
	fprintf(stderr, "ready\n");
#endif
	serve(fd, clients, &tally);
	safe_close(&fd);
	if (made)
		unlink(path);
	tally_print(&tally, stdout);
	return tally_is_clean(&tally) ? 0 : STATUS_WRONG;
}
