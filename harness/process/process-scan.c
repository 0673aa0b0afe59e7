/*
 * name: process-scan
 * mechanism: process
 * bug: none
 * about: process-scan FILE: reads the head of a file --times times; a file that cannot be
 *	read is counted, and closed
 */
/* Twins with a bug include this file: process-scan-fd-leak. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"

static int scan(const char *path)
{
	char head[64];
	ssize_t n;
	int fd;

	fd = safe_open(path, O_RDONLY, 0);
	if (fd < 0)
		return fd;
	n = safe_read(fd, head, sizeof(head));
#ifdef BUG_FD_LEAK
	if (n < 0)
		return (int)n;
#endif
	safe_close(&fd);
#ifdef BUG_FD_LEAK
	return 0;
#else
	return n < 0 ? (int)n : 0;
#endif
}

int main(int argc, char **argv)
{
	unsigned times, bad = 0;
	const char *path;

	args_init(argc, argv);
	times = args_number("--times", 30);
	path = args_operand();
	args_end();
	for (unsigned i = 0; i < times; i++) {
		int error = scan(path);

		if (error && error != -EIO) {
			fprintf(stderr, "%s: %s\n", path, strerror(-error));
			return STATUS_WRONG;
		}
		bad += error != 0;
	}
	printf("read %u unreadable %u\n", times - bad, bad);
	return bad ? STATUS_WRONG : 0;
}
