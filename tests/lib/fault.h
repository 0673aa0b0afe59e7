/*
 * fault.h - let our own allocations and system calls fail, one after the other.
 *
 * Installs the hook of base/mem.h.  The usual test is one line:
 *
 *	fault_sweep(work, &arg);
 *
 * It runs @work once untouched, then with the first fault point failing, the
 * second, and so on until a run passes fewer points.  After each run there
 * must be the same open descriptors as before, no child process, and as much
 * memory in use (where GLIBC_TUNABLES=glibc.malloc.tcache_count=0 is set, as
 * ci/run-unit does: glibc counts what its thread cache holds as in use).
 */
#ifndef TESTS_LIB_FAULT_H
#define TESTS_LIB_FAULT_H

#include <stdbool.h>

/* The @n-th fault point from now on fails, once; 0 = none does. */
void fault_arm(unsigned n);

/* Back to normal; returns the name of the operation that failed, NULL when none did. */
const char *fault_disarm(void);

/*
 * @work returns 0 or a negative errno and has released everything when it
 * returns.  A run in which a fault fired must fail.
 */
void fault_sweep(int (*work)(void *arg), void *arg);

/* The same, for work that may go on without what failed. */
void fault_sweep_tolerant(int (*work)(void *arg), void *arg);

#endif
