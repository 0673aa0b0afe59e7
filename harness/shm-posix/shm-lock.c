/*
 * name: shm-lock
 * mechanism: shm-posix
 * bug: none
 * about: shm-lock: a process takes a robust mutex and gives it back; whoever comes after it, dead
 *	or not, has it, too
 */
/* Others include this file: shm-lock-*. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/safe.h"
#include "lib/shared.h"

#define LIMIT_MS 20

static pthread_mutex_t *mutex;
static bool was_left; /* by a dead process */

static void use(void)
{
	pthread_mutex_lock(mutex);
	pthread_mutex_unlock(mutex);
}

#ifdef LIMITED
static int take(void)
{
	const struct timespec limit = time_limit(LIMIT_MS);

	return pthread_mutex_timedlock(mutex, &limit);
}
#else
static int take(void)
{
	return pthread_mutex_lock(mutex);
}
#endif

/* The error that is left. */
static int take_over(void)
{
	int error = take();

	if (error != EOWNERDEAD)
		return error;
	was_left = true;
#ifndef BUG_FORGOTTEN
	pthread_mutex_consistent(mutex);
#endif
	pthread_mutex_unlock(mutex);
	return take();
}

int main(void)
{
	int error;

	mutex = shared_make(sizeof(*mutex));
#ifdef PLAIN
	shared_mutex_init(mutex, 0);
#else
	shared_mutex_init(mutex, MUTEX_ROBUST);
#endif
	if (make_child() == 0) {
		use();
		_exit(0);
	}
	wait_for_children(NULL);
	error = take_over();
	if (error) {
		puts("the lock is lost");
		return error == ETIMEDOUT ? STATUS_NOBODY : STATUS_WRONG;
	}
	pthread_mutex_unlock(mutex);
	puts(was_left ? "it has the lock, which was left to it" : "it has the lock");
	return 0;
}
