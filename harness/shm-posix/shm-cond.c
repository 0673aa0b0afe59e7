/*
 * name: shm-cond
 * mechanism: shm-posix
 * bug: none
 * about: shm-cond [--waiter]: a process waits for a condition that another one signals, which may
 *	die of it; it looks again after a while.  With --waiter it is the waiter that may die.
 */
/* A twin with a bug includes this file: shm-cond-patient. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"
#include "lib/shared.h"

#define LIMIT_MS 20
#define SHORT_MS 2

static struct shared {
	pthread_mutex_t lock; /* robust */
	pthread_cond_t changed;
	volatile bool waits, is_set; /* under the lock */
} * shared;

static void lock(void)
{
	if (pthread_mutex_lock(&shared->lock) == EOWNERDEAD)
		pthread_mutex_consistent(&shared->lock);
}

static void unlock(void)
{
	pthread_mutex_unlock(&shared->lock);
}

static void init(void)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_cond_init(&shared->changed, &attr);
	shared_mutex_init(&shared->lock, MUTEX_ROBUST);
}

static int await_change(void)
{
#ifdef BUG_PATIENT
	return pthread_cond_wait(&shared->changed, &shared->lock);
#else
	const struct timespec limit = time_limit(LIMIT_MS);

	return pthread_cond_timedwait(&shared->changed, &shared->lock, &limit);
#endif
}

static const char *await_set(void)
{
	bool is_late = false, is_set;

	lock();
	shared->waits = true;
	while (!shared->is_set && !is_late) {
		int error = await_change();

		if (error == EOWNERDEAD)
			pthread_mutex_consistent(&shared->lock);
		is_late = error == ETIMEDOUT;
	}
	is_set = shared->is_set;
	unlock();
	return !is_set ? "nobody has set it" : is_late ? "it was not told" : "it was told";
}

static void set(void)
{
	lock();
	shared->is_set = true;
	unlock();
	pthread_cond_signal(&shared->changed);
}

/* Until the other sleeps, or is about to and has given the lock away. */
static void await_waiter(void)
{
	bool waits;

	do {
		lock();
		waits = shared->waits;
		unlock();
	} while (!waits);
}

static void wait_shortly(void)
{
	const struct timespec limit = time_limit(SHORT_MS);

	lock();
	pthread_cond_timedwait(&shared->changed, &shared->lock, &limit);
	unlock();
}

/* Nobody waits any more; that must not concern who signals. */
static int signal_after(void)
{
	lock();
	for (unsigned i = 0; i < 8; i++)
		pthread_cond_signal(&shared->changed);
	pthread_cond_broadcast(&shared->changed);
	unlock();
	puts("signalled");
	return 0;
}

int main(int argc, char **argv)
{
	bool is_waiter;

	args_init(argc, argv);
	is_waiter = args_flag("--waiter");
	args_end();
	shared = shared_make(sizeof(*shared));
	init();
	if (make_child() == 0) {
		if (is_waiter) {
			wait_shortly();
		} else {
			await_waiter();
			set();
		}
		_exit(0);
	}
	if (is_waiter) {
		wait_for_children(NULL);
		return signal_after();
	}
	puts(await_set());
	wait_for_children(NULL);
	return 0;
}
