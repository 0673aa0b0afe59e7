/*
 * name: mmap-config-writer
 * mechanism: mmap
 * bug: none
 * about: mmap-config-writer --value N FILE: puts a file with another value in the place
 *	of FILE, and says so
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"

int main(int argc, char **argv)
{
	const char *path;
	unsigned value;
	char draft[256];
	int fd;

	args_init(argc, argv);
	value = args_number("--value", 2);
	path = args_operand();
	args_end();
	snprintf(draft, sizeof(draft), "%s.new", path);
	fd = safe_open(draft, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || safe_write(fd, &value, sizeof(value)) || close(fd) < 0)
		die(draft);
	if (rename(draft, path) < 0)
		die(path);
	puts("changed");
	return 0;
}
