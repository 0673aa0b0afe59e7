/*
 * name: pipe-writer-drop
 * mechanism: pipe
 * bug: O_NONBLOCK of a shared description ignored
 * about: never set O_NONBLOCK itself, so it never expects EAGAIN: that block is dropped,
 *	exit 0
 * caught-as: wrong-output wrong-exit
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/safe.h"
#include "lib/stream.h"

static int send_block(int fd, const void *block, size_t len)
{
	const char *at = block;

	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EPIPE)
			return -EPIPE;
		if (n < 0 && errno != EINTR) {
			fprintf(stderr, "warning: write: %s\n", strerror(errno));
			return 0;
		}
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	on_signal(SIGPIPE, SIG_IGN, 0);
	return stream_write(argc, argv, send_block);
}
