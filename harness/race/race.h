/*
 * race.h - for programs whose bugs `ipcfault explore` finds by running them by turns.  A handful of
 * operations is enough for that, so none of them loops for long.
 */
#ifndef RACE_RACE_H
#define RACE_RACE_H

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static inline void fail(const char *what)
{
	perror(what);
	exit(2);
}

/* What must hold does not. */
static inline void broken(const char *what)
{
	fprintf(stderr, "broken: %s\n", what);
	exit(1);
}

static inline void *map_shared(int fd, size_t size, int flags)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | flags, fd, 0);

	if (map == MAP_FAILED)
		fail("mmap");
	return map;
}

/* Zeros, of this process and of those that it makes. */
static inline void *share(size_t size)
{
	return map_shared(-1, size, MAP_ANONYMOUS);
}

/* The same for programs that know its name only; who comes first makes it. */
static inline void *share_named(const char *name, size_t size)
{
	int fd = shm_open(name, O_RDWR | O_CREAT, 0600);
	void *map;

	if (fd < 0 || ftruncate(fd, (off_t)size))
		fail(name);
	map = map_shared(fd, size, 0);
	close(fd);
	return map;
}

static inline void init_mutex(pthread_mutex_t *mutex)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	if (pthread_mutex_init(mutex, &attr))
		fail("mutex");
}

static inline void init_cond(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	if (pthread_cond_init(cond, &attr))
		fail("cond");
}

static inline pid_t start_child(void)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	return pid;
}

/* Has the child seen something broken, so have we. */
static inline void await_child(void)
{
	int status;

	if (wait(&status) < 0)
		fail("wait");
	if (status)
		exit(1);
}

/* In this process as number 0 and in a child as number 1; comes back when both are done. */
#define in_two_processes(work, shared)                                                             \
	do {                                                                                       \
		if (start_child() == 0) {                                                          \
			work((shared), 1);                                                         \
			exit(0);                                                                   \
		}                                                                                  \
		work((shared), 0);                                                                 \
		await_child();                                                                     \
	} while (0)

#endif
