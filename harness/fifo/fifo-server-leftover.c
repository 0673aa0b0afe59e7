/*
 * name: fifo-server-leftover
 * mechanism: fifo
 * bug: FIFO left behind at SIGTERM
 * about: fifo-server-leftover PATH: makes the FIFO and removes it at its end, but nobody
 *	has thought of SIGTERM
 * caught-as: leak wrong-exit
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "lib/safe.h"

static bool wait_input(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	int n;

	do
		n = poll(&p, 1, -1);
	while (n < 0 && errno == EINTR);
	return n > 0;
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
	made = mkfifo(path, 0600) == 0;
	if (!made && errno != EEXIST)
		die(path);
	/* Read and write: no client's end is the end of the file, see fifo(7). */
	fd = safe_open(path, O_RDWR | O_NONBLOCK, 0);
	if (fd < 0)
		die(path);
	fprintf(stderr, "ready\n");
	serve(fd, clients, &tally);
	safe_close(&fd);
	if (made)
		unlink(path);
	tally_print(&tally, stdout);
	return tally_is_clean(&tally) ? 0 : STATUS_WRONG;
}
