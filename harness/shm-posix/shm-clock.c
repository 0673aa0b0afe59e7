/*
 * name: shm-clock
 * mechanism: shm-posix
 * bug: none
 * about: shm-clock NAME: writes times of two words each under a version that is odd
 *	meanwhile
 */
/* A twin with a bug includes this file: shm-clock-bare. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"
#include "shm-posix/clock.h"

STEP void put_check(volatile struct clock *clock, uint64_t seconds)
{
	clock->check = ~seconds;
}

static void put_time(volatile struct clock *clock, uint64_t seconds)
{
#ifndef BUG_BARE
	__atomic_fetch_add(&clock->version, 1, __ATOMIC_SEQ_CST);
#endif
	clock->seconds = seconds;
	put_check(clock, seconds);
#ifndef BUG_BARE
	__atomic_fetch_add(&clock->version, 1, __ATOMIC_SEQ_CST);
#endif
}

int main(int argc, char **argv)
{
	struct clock *clock;
	const char *name;
	int fd;

	args_init(argc, argv);
	name = args_operand();
	args_end();
	fd = shm_open(name, O_RDWR, 0);
	if (fd < 0)
		die(name);
	clock = map_shared(fd, sizeof(*clock));
	for (uint64_t seconds = 100; seconds < 110; seconds++)
		put_time(clock, seconds);
	puts("done");
	return 0;
}
