/*
 * shared.h - memory that processes share, and the locks in it.
 */
#ifndef LIB_SHARED_H
#define LIB_SHARED_H

#include <pthread.h>
#include <stddef.h>
#include <time.h>

/* A POSIX shared memory object without a name, so that nothing is left of it; zeros; dies. */
void *shared_make(size_t size);

enum { MUTEX_ROBUST = 1, MUTEX_PI = 2, MUTEX_RECURSIVE = 4 };

/* Process-shared, and what @kind adds; dies. */
void shared_mutex_init(pthread_mutex_t *mutex, int kind);

/* futex(2) on a word that processes share; 0 or -1 with errno. */
int futex_wait(unsigned *word, unsigned expected);
int futex_wait_ms(unsigned *word, unsigned expected, unsigned ms);
void futex_wake_all(unsigned *word);

/* CLOCK_REALTIME, so long from now: for the functions with `timed` in their names. */
struct timespec time_limit(unsigned ms);

/* Reads standard input up to the end of a line. */
void await_line(void);

/*
 * Waits for all children: 0, or STATUS_WRONG when one has ended unhappily by
 * itself.  *@ret_killed, NULL allowed: how many a signal has ended.
 */
int wait_for_children(unsigned *ret_killed);

#endif
