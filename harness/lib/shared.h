/*
 * shared.h - memory that processes share, and the locks in it.
 */
#ifndef LIB_SHARED_H
#define LIB_SHARED_H

#include <pthread.h>
#include <stddef.h>

/* A POSIX shared memory object without a name, so that nothing is left of it; zeros; dies. */
void *shared_make(size_t size);

/* Process-shared; @robust: PTHREAD_MUTEX_ROBUST.  Dies. */
void shared_mutex_init(pthread_mutex_t *mutex, int robust);

/*
 * Waits for all children: 0, or STATUS_WRONG when one has ended unhappily by
 * itself.  *@ret_killed, NULL allowed: how many a signal has ended.
 */
int wait_for_children(unsigned *ret_killed);

#endif
