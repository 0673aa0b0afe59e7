/*
 * name: pipe-reader-no-eintr
 * mechanism: pipe
 * bug: no EINTR retry (read)
 * about: `while (read(...) > 0)`: a signal ends the loop as the end of the file does, exit
 *	0
 * caught-as: wrong-output
 */
#include <unistd.h>

#include "lib/stream.h"

static ssize_t receive(int fd, void *block, size_t len)
{
	char *to = block;
	size_t got = 0;
	ssize_t n;

	while (got < len && (n = read(fd, to + got, len - got)) > 0)
		got += (size_t)n;
	return (ssize_t)got;
}

int main(int argc, char **argv)
{
	return stream_read(argc, argv, receive);
}
