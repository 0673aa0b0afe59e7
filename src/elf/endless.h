/*
 * endless.h - whether a thread is in a loop that has no way out, by its code.
 *
 * That is what becomes of `while (!flag);` once the flag is read only once.
 * It is said only where it is certain: all code that can be reached from there
 * is known, calls neither the kernel nor another library, touches no memory
 * that might not be there, and never gets back to who has called it.  A signal
 * handler may still jump out.
 */
#ifndef ELF_ENDLESS_H
#define ELF_ENDLESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct process_map;
struct unwind_frame;

/* Code at an address of the thread: up to @len bytes, and how many; 0 = none. */
typedef size_t (*endless_read)(void *arg, uint64_t address, void *buf, size_t len);

/*
 * @addresses: where the thread is, and where each function on its stack goes
 * on, innermost first.  *@ret_frame: which of them is the one that never
 * returns.  False also where it cannot be told (aarch64, short memory).
 */
bool code_is_endless(endless_read read, void *arg, const uint64_t *addresses, size_t count,
		     size_t *ret_frame);

/*
 * The same for a stack of that process; code is read from its files.
 * @is_watched: somebody waits for the thread to come to that place, so that it
 * is no longer certain what happens then.
 */
struct endless_stack {
	const struct process_map *map;
	const struct unwind_frame *frames;
	size_t count;
	bool (*is_watched)(void *arg, uint64_t address);
	void *arg;
};
bool stack_is_endless(const struct endless_stack *stack, size_t *ret_frame);

#endif
