/*
 * name: shm-counter
 * mechanism: shm-posix
 * bug: none
 * about: shm-counter NAME: counts its jobs in shared memory while it holds a lock on it;
 *	what a run that died has left there is recognised, since its lock is gone, and not
 *	counted
 */
/* A twin with a bug includes this file: shm-counter-stale. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"

#define JOBS 5

struct counter {
	uint32_t running; /* somebody is at work, or has died at it */
	uint32_t done;
};

STEP void one_job(struct counter *counter)
{
	counter->done++;
}

static void take_over(int fd, struct counter *counter)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fcntl(fd, F_SETLK, &lock) < 0)
		die("another one is at work");
#ifndef BUG_STALE
	if (counter->running) {
		printf("a run has died after %u jobs\n", counter->done);
		counter->done = 0;
	}
#endif
	counter->running = 1;
}

int main(int argc, char **argv)
{
	struct counter *counter;
	const char *name;
	int fd;

	args_init(argc, argv);
	name = args_operand();
	args_end();
	fd = shm_open(name, O_RDWR | O_CREAT, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(*counter)) < 0)
		die(name);
	counter = map_shared(fd, sizeof(*counter));
	take_over(fd, counter);
	for (unsigned i = 0; i < JOBS; i++)
		one_job(counter);
	printf("jobs %u\n", counter->done);
	counter->done = counter->running = 0;
	return 0;
}
