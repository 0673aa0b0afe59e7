/*
 * snapshot.h - the file of mmap-snapshot: two pages that belong together.
 */
#ifndef MMAP_SNAPSHOT_H
#define MMAP_SNAPSHOT_H

#include <stdint.h>

#define SNAPSHOT_VALUES 2046

struct snapshot {
	uint32_t number;
	uint32_t sum; /* of the values */
	uint32_t values[SNAPSHOT_VALUES];
};

#endif
