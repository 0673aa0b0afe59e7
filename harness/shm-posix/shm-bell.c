/*
 * name: shm-bell
 * mechanism: shm-posix
 * bug: none
 * about: shm-bell [--waiter]: a process waits until another one, which may die of it, sets a flag
 *	and rings: a number and a futex, and it looks again after a while.  With --waiter it is the
 *	waiter that may die.
 */
/* A twin with a bug includes this file: shm-cond. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"
#include "lib/shared.h"

#define LIMIT_MS 200
#define SHORT_MS 2

static void lock(pthread_mutex_t *mutex)
{
	if (pthread_mutex_lock(mutex) == EOWNERDEAD)
		pthread_mutex_consistent(mutex);
}

#ifdef BUG_COND
typedef pthread_cond_t bell;

static void bell_init(bell *bell)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_cond_init(bell, &attr);
}

static void ring(bell *bell)
{
	pthread_cond_signal(bell);
}

static bool await_ring(bell *bell, pthread_mutex_t *mutex, unsigned ms)
{
	const struct timespec limit = time_limit(ms);
	int error = pthread_cond_timedwait(bell, mutex, &limit);

	if (error == EOWNERDEAD)
		pthread_mutex_consistent(mutex);
	return error != ETIMEDOUT;
}
#else
typedef unsigned bell;

static void bell_init(bell *bell)
{
	*bell = 0;
}

/* Has a name of its own, so that a scenario finds it. */
static __attribute__((noinline)) void bell_ring(bell *bell)
{
	__atomic_add_fetch(bell, 1, __ATOMIC_SEQ_CST);
	futex_wake_all(bell);
}

static void ring(bell *bell)
{
	bell_ring(bell);
}

/* False: it was not heard. */
static __attribute__((noinline)) bool bell_wait(bell *bell, pthread_mutex_t *mutex, unsigned ms)
{
	unsigned seen = __atomic_load_n(bell, __ATOMIC_SEQ_CST);

	pthread_mutex_unlock(mutex);
	futex_wait_ms(bell, seen, ms);
	lock(mutex);
	return __atomic_load_n(bell, __ATOMIC_SEQ_CST) != seen;
}

static bool await_ring(bell *bell, pthread_mutex_t *mutex, unsigned ms)
{
	return bell_wait(bell, mutex, ms);
}
#endif

static struct shared {
	pthread_mutex_t mutex; /* robust */
	bell bell;
	volatile bool waits, is_set; /* under the lock */
} * shared;

static const char *await_set(void)
{
	bool is_late = false, is_set;

	lock(&shared->mutex);
	shared->waits = true;
	while (!shared->is_set && !is_late)
		is_late = !await_ring(&shared->bell, &shared->mutex, LIMIT_MS);
	is_set = shared->is_set;
	pthread_mutex_unlock(&shared->mutex);
	return !is_set ? "nobody has set it" : is_late ? "it was not told" : "it was told";
}

static void set(void)
{
	lock(&shared->mutex);
	shared->is_set = true;
	pthread_mutex_unlock(&shared->mutex);
	ring(&shared->bell);
}

static bool is_asleep(pid_t pid)
{
	char path[32], state = 0;
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	stat = fopen(path, "r");
	if (!stat)
		die(path);
	if (fscanf(stat, "%*d %*s %c", &state) != 1)
		state = 0;
	fclose(stat);
	return state == 'S';
}

/* Until the other one, which is our parent, sleeps. */
static void await_waiter(void)
{
	bool waits;

	do {
		lock(&shared->mutex);
		waits = shared->waits;
		pthread_mutex_unlock(&shared->mutex);
	} while (!waits || !is_asleep(getppid()));
}

static void wait_shortly(void)
{
	lock(&shared->mutex);
	await_ring(&shared->bell, &shared->mutex, SHORT_MS);
	pthread_mutex_unlock(&shared->mutex);
}

/* Nobody waits any more; that must not concern who rings. */
static void ring_after(void)
{
	lock(&shared->mutex);
	for (unsigned i = 0; i < 8; i++)
		ring(&shared->bell);
	pthread_mutex_unlock(&shared->mutex);
	puts("it has rung");
}

int main(int argc, char **argv)
{
	bool is_waiter;

	args_init(argc, argv);
	is_waiter = args_flag("--waiter");
	args_end();
	shared = shared_make(sizeof(*shared));
	bell_init(&shared->bell);
	shared_mutex_init(&shared->mutex, MUTEX_ROBUST);
	if (make_child() == 0) {
		if (is_waiter) {
			wait_shortly();
		} else {
			await_waiter();
			set();
		}
		_exit(0);
	}
	if (!is_waiter)
		puts(await_set());
	wait_for_children(NULL);
	if (is_waiter)
		ring_after();
	return 0;
}
