/*
 * name: process-scan-fd-leak
 * mechanism: process
 * bug: descriptor leaked on the error path
 * about: process-scan-fd-leak FILE: reads the head of a file --times times; each that
 *	cannot be read costs a descriptor
 * caught-as: wrong-exit leak
 */
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
	if (n < 0)
		return (int)n;
	safe_close(&fd);
	return 0;
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
	return 0;
}
