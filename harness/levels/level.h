/*
 * level.h - for programs that a scenario compiles itself, at each level of optimisation.  What is
 * here is in the header, so that there is one file to compile.
 */
#ifndef LEVELS_LEVEL_H
#define LEVELS_LEVEL_H

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * A piece of work that a scenario can name.  The compiler sees into it, unlike STEP of
 * lib/mapping.h: it knows that no memory is read or written there.
 */
#if __has_attribute(noclone)
#define WORK static __attribute__((noinline, noclone))
#else
#define WORK static __attribute__((noinline))
#endif

static inline void fail(const char *what)
{
	perror(what);
	exit(2);
}

/* What was printed and could not be written is no success. */
static inline void check_stdout(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return;
	perror("standard output");
	_exit(1);
}

__attribute__((constructor)) static inline void check_stdout_at_exit(void)
{
	atexit(check_stdout);
}

/* The file, or the shared memory object, which has its size already. */
static inline void *map_object(const char *name, size_t size)
{
	int fd = strchr(name + 1, '/') ? open(name, O_RDWR) : shm_open(name, O_RDWR, 0);
	void *map;

	if (fd < 0)
		fail(name);
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		fail(name);
	close(fd);
	return map;
}

/* `PROGRAM ROLE OBJECT`: whether it is this role. */
static inline int is_role(int argc, char **argv, const char *role)
{
	if (argc != 3) {
		fprintf(stderr, "usage: %s ROLE OBJECT\n", argv[0]);
		exit(2);
	}
	return strcmp(argv[1], role) == 0;
}

#endif
