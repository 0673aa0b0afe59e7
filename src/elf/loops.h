/*
 * loops.h - the calls that a program's functions make, and how many loops hold each.
 *
 * Read from the code: a call that the compiler has moved out of a loop is in
 * one loop less than in the same program that is not optimised.
 */
#ifndef ELF_LOOPS_H
#define ELF_LOOPS_H

#include <stddef.h>
#include <stdint.h>

#include "elf/image.h"

struct image_call {
	uint64_t after;	 /* the return address */
	uint64_t target; /* of a direct call; others are left out */
	unsigned loops;
};

/*
 * All direct calls in @function, in the order of their addresses; freed by the
 * caller.  Where jumps through tables lead is guessed: to what nothing else leads to.
 */
int image_calls_of(struct image *image, struct code_range function, struct image_call **ret_calls,
		   size_t *ret_count, struct err *err);

/* Calls @visit for each function of the file's own tables; stops at what is not 0, returns it. */
int image_each_function(struct image *image,
			int (*visit)(void *context, const struct image_function *function),
			void *context);

#endif
