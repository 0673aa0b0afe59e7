/*
 * name: fifo-tail
 * mechanism: fifo
 * bug: none
 * about: fifo-tail PATH: opens without waiting, and reads records until the end of the
 *	first writer; an end of file before there was a writer is none
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "lib/safe.h"

static void wait_writer(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	/* POLLHUP is not reported before the first writer came, see pipe_poll(). */
	while (poll(&p, 1, -1) < 0 && errno == EINTR)
		;
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	struct record r;
	const char *path;
	int fd;

	args_init(argc, argv);
	path = args_operand();
	args_end();
	fd = safe_open(path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0)
		die(path);
	wait_writer(fd);
	while (safe_read(fd, &r, sizeof(r)) == sizeof(r))
		tally_add(&tally, &r);
	safe_close(&fd);
	tally_print(&tally, stdout);
	return tally.ends ? 0 : STATUS_EARLY;
}
