/*
 * name: process-store
 * mechanism: process
 * bug: none
 * about: process-store FILE: copies standard input into FILE, and knows that there may be
 *	a limit on the size of files: SIGXFSZ is ignored, EFBIG reported, the piece removed
 */
/* Twins with a bug include this file: process-store-naive. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"

static ssize_t copy(int fd)
{
	char block[1024];
	ssize_t n;

	while ((n = safe_read_some(STDIN_FILENO, block, sizeof(block))) > 0) {
		int error = safe_write(fd, block, (size_t)n);

		if (error)
			return error;
	}
	return n;
}

int main(int argc, char **argv)
{
	const char *path;
	ssize_t error;
	int fd;

	args_init(argc, argv);
	path = args_operand();
	args_end();
#ifndef BUG_NAIVE
	on_signal(SIGXFSZ, SIG_IGN, 0);
#endif
	fd = safe_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		die(path);
	error = copy(fd);
	safe_close(&fd);
	if (error) {
		fprintf(stderr, "%s: %s\n", path, strerror((int)-error));
		unlink(path);
		return STATUS_WRONG;
	}
	printf("stored\n");
	return 0;
}
