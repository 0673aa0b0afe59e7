/*
 * clock.h - the time that shm-clock puts into shared memory.
 */
#ifndef SHM_POSIX_CLOCK_H
#define SHM_POSIX_CLOCK_H

#include <stdint.h>

struct clock {
	uint32_t version; /* odd while the time is being written */
	uint32_t unused;
	uint64_t seconds;
	uint64_t check; /* ~seconds: the two belong together */
};

#endif
