/*
 * name: mmap-image
 * mechanism: mmap
 * bug: none
 * about: mmap-image [--pages N] FILE: fills an image of N pages (8) through a mapping;
 *	the room on the disk is taken before the first store
 */
/* A twin with a bug includes this file: mmap-image-sparse. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"

#define PAGE 4096

/* posix_fallocate(3) returns the error and leaves errno alone. */
static int take_room(int fd, size_t size)
{
#ifdef BUG_SPARSE
	if (ftruncate(fd, (off_t)size) < 0)
		die("ftruncate");
	return 0;
#else
	return posix_fallocate(fd, 0, (off_t)size);
#endif
}

int main(int argc, char **argv)
{
	const char *path;
	unsigned pages;
	char *image;
	int fd, error;

	args_init(argc, argv);
	pages = args_number("--pages", 8);
	path = args_operand();
	args_end();
	fd = safe_open(path, O_RDWR | O_CREAT, 0600);
	if (fd < 0)
		die(path);
	error = take_room(fd, pages * (size_t)PAGE);
	if (error) {
		fprintf(stderr, "%s: %s\n", path, strerror(error));
		return STATUS_WRONG;
	}
	image = map_shared(fd, pages * (size_t)PAGE);
	memset(image, 'i', pages * (size_t)PAGE);
	printf("image of %u pages, checksum %08x\n", pages, checksum(image, pages * (size_t)PAGE));
	return 0;
}
