/*
 * stores.h - the instructions of a function that write memory, but for its stack frame.
 */
#ifndef ELF_STORES_H
#define ELF_STORES_H

#include <stddef.h>
#include <stdint.h>

#include "elf/image.h"

struct image_store {
	uint64_t address;
	unsigned size; /* bytes; 0 = not known */
	/* Of two with the same number the one that stands first is executed first. */
	unsigned straight;
};

/* In the order of their addresses; freed by the caller. */
int image_stores_of(struct image *image, struct code_range function,
		    struct image_store **ret_stores, size_t *ret_count, struct err *err);

#endif
