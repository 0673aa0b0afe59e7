/*
 * callsite.h - which calls can have led into a function, read from the code.
 *
 * For unwinding where no table tells: a word on the stack is the return
 * address of a frame when the instruction before it calls that function.
 */
#ifndef ELF_CALLSITE_H
#define ELF_CALLSITE_H

#include <stdbool.h>
#include <stdint.h>

struct process_map;

enum callsite_kind {
	CALLSITE_NONE,	    /* no call stands before the address */
	CALLSITE_OTHER,	    /* a call, but to another known function */
	CALLSITE_UNKNOWN,   /* a call through a pointer, or a stub of another library */
	CALLSITE_LEADS_HERE /* a call of the function, or of one that ends in a jump to it */
};

/*
 * What the instruction before @address calls, as seen from the function that
 * @callee (an address in it) belongs to.
 */
enum callsite_kind callsite_before(const struct process_map *map, uint64_t address,
				   uint64_t callee);

#endif
