/*
 * name: pipe-reader-short
 * mechanism: pipe
 * bug: short read taken for a whole record
 * about: asks for a record and takes whatever comes for one
 * caught-as: wrong-output wrong-exit
 */
#include <errno.h>
#include <unistd.h>

#include "lib/stream.h"

static ssize_t receive(int fd, void *block, size_t len)
{
	ssize_t n;

	do
		n = read(fd, block, len);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

int main(int argc, char **argv)
{
	return stream_read(argc, argv, receive);
}
