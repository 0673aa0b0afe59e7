/*
 * name: pipe-writer-short
 * mechanism: pipe
 * bug: short write ignored
 * about: looks at the sign of write's result only; the rest of a block that did not fit is
 *	lost
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

	do
		n = write(fd, block, len);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

int main(int argc, char **argv)
{
	on_signal(SIGPIPE, SIG_IGN, 0);
	return stream_write(argc, argv, send_block);
}
