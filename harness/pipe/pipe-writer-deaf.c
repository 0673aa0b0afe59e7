/*
 * name: pipe-writer-deaf
 * mechanism: pipe
 * bug: EPIPE ignored
 * about: ignores SIGPIPE, as it was told to, and then every error of write too: all is
 *	lost, exit 0
 * caught-as: wrong-exit
 */
#include <signal.h>
#include <unistd.h>

#include "lib/safe.h"
#include "lib/stream.h"

static int send_block(int fd, const void *block, size_t len)
{
	const char *at = block;

	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0)
			break;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

int main(int argc, char **argv)
{
	on_signal(SIGPIPE, SIG_IGN, 0);
	return stream_write(argc, argv, send_block);
}
