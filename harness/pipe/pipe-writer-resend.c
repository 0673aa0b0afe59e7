/*
 * name: pipe-writer-resend
 * mechanism: pipe
 * bug: short write re-sent whole
 * about: a block that was not written whole is written again from its start: duplicates
 * caught-as: wrong-output wrong-exit
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "lib/safe.h"
#include "lib/stream.h"

static int send_block(int fd, const void *block, size_t len)
{
	ssize_t n;

	do {
		n = write(fd, block, len);
		if (n < 0 && errno != EINTR)
			return -errno;
	} while (n != (ssize_t)len);
	return 0;
}

int main(int argc, char **argv)
{
	on_signal(SIGPIPE, SIG_IGN, 0);
	return stream_write(argc, argv, send_block);
}
