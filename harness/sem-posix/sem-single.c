/*
 * name: sem-single
 * mechanism: sem-posix
 * bug: none
 * about: sem-single FILE: appends a line to FILE, one instance at a time; a file lock sees to
 *	that, which goes with its holder
 */
/* Twins with a bug include this file: sem-single-stale. */
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"

#ifdef BUG_STALE
struct header {
	unsigned made;
	sem_t free;
};

static struct header *header;

/* The semaphore lives as long as the file. */
static void lock(int fd)
{
	if (ftruncate(fd, sizeof(*header)))
		die("ftruncate");
	header = mmap(NULL, sizeof(*header), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (header == MAP_FAILED)
		die("mmap");
	if (!header->made)
		sem_init(&header->free, 1, 1);
	header->made = 1;
	sem_wait(&header->free);
}

static void unlock(int fd)
{
	(void)fd;
	sem_post(&header->free);
}
#else
static void lock(int fd)
{
	if (flock(fd, LOCK_EX))
		die("flock");
}

static void unlock(int fd)
{
	flock(fd, LOCK_UN);
}
#endif

int main(int argc, char **argv)
{
	const char *path;
	int fd;

	args_init(argc, argv);
	path = args_operand();
	args_end();
	fd = safe_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		die(path);
	lock(fd);
	printf("my turn\n");
	fflush(stdout);
	unlock(fd);
	return 0;
}
