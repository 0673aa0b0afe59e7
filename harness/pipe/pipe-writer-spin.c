/*
 * name: pipe-writer-spin
 * mechanism: pipe
 * bug: EAGAIN busy loop
 * about: when somebody has set O_NONBLOCK on the pipe it burns the processor until there
 *	is room
 * caught-as: spin
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "lib/safe.h"
#include "lib/stream.h"

static int send_block(int fd, const void *block, size_t len)
{
	const char *at = block;

	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n > 0) {
			at += n;
			len -= (size_t)n;
		} else if (errno != EAGAIN && errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	on_signal(SIGPIPE, SIG_IGN, 0);
	return stream_write(argc, argv, send_block);
}
