/*
 * name: shm-clock-read
 * mechanism: shm-posix
 * bug: none
 * about: shm-clock-read NAME: shows the time of shm-clock; one that stays in the middle
 *	of being written is none
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"
#include "shm-posix/clock.h"

#define TRIES 1000

static bool read_time(const volatile struct clock *clock, uint64_t *ret_seconds,
		      uint64_t *ret_check)
{
	for (unsigned i = 0; i < TRIES; i++) {
		uint32_t version = load_acquire(&clock->version);

		*ret_seconds = clock->seconds;
		*ret_check = clock->check;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (!(version & 1) && version == clock->version)
			return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	uint64_t seconds, check;
	const struct clock *clock;
	const char *name;
	int fd;

	args_init(argc, argv);
	name = args_operand();
	args_end();
	fd = shm_open(name, O_RDWR, 0);
	if (fd < 0)
		die(name);
	clock = map_shared(fd, sizeof(*clock));
	if (!read_time(clock, &seconds, &check)) {
		fprintf(stderr, "no time: its writer is in the middle of it\n");
		return STATUS_NOBODY;
	}
	if (check != ~seconds) {
		fprintf(stderr, "torn time %llu\n", (unsigned long long)seconds);
		return STATUS_WRONG;
	}
	printf("time %llu\n", (unsigned long long)seconds);
	return 0;
}
