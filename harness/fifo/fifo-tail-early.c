/*
 * name: fifo-tail-early
 * mechanism: fifo
 * bug: no writer yet taken for the end
 * about: fifo-tail-early PATH: opens without waiting, and takes the 0 of read for the end
 *	of the file when the writer has only not come yet
 * caught-as: wrong-exit wrong-output
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "lib/safe.h"

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
	while (safe_read(fd, &r, sizeof(r)) == sizeof(r))
		tally_add(&tally, &r);
	safe_close(&fd);
	tally_print(&tally, stdout);
	return tally.ends ? 0 : STATUS_EARLY;
}
