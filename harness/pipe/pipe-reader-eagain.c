/*
 * name: pipe-reader-eagain
 * mechanism: pipe
 * bug: EAGAIN taken for the end
 * about: somebody sets O_NONBLOCK on the shared input: the empty pipe looks like the end
 *	of the file
 * caught-as: wrong-output sigpipe wrong-exit
 */
#include <errno.h>
#include <unistd.h>

#include "lib/stream.h"

static ssize_t receive(int fd, void *block, size_t len)
{
	char *to = block;
	size_t got = 0;

	while (got < len) {
		ssize_t n = read(fd, to + got, len - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

int main(int argc, char **argv)
{
	return stream_read(argc, argv, receive);
}
