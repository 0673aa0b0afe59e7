/*
 * name: shm-rwlock
 * mechanism: shm-posix
 * bug: a read-write lock has no recovery; some who wait for it with a limit wait for ever
 * about: shm-rwlock [--reads] [--then-reads]: a process takes a read-write lock and gives it back,
 *	for writing or --reads; whoever comes after it, who writes or --then-reads, waits for it so
 *	long and no longer
 * caught-as: wrong-exit
 */
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"
#include "lib/shared.h"

#define LIMIT_MS 20

static void use(pthread_rwlock_t *lock, bool reads)
{
	if (reads)
		pthread_rwlock_rdlock(lock);
	else
		pthread_rwlock_wrlock(lock);
	pthread_rwlock_unlock(lock);
}

static int take(pthread_rwlock_t *lock, bool reads)
{
	const struct timespec limit = time_limit(LIMIT_MS);

	return reads ? pthread_rwlock_timedrdlock(lock, &limit)
		     : pthread_rwlock_timedwrlock(lock, &limit);
}

static void init(pthread_rwlock_t *lock)
{
	pthread_rwlockattr_t attr;

	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_rwlock_init(lock, &attr);
}

int main(int argc, char **argv)
{
	pthread_rwlock_t *lock = shared_make(sizeof(*lock));
	bool reads, then_reads;

	args_init(argc, argv);
	reads = args_flag("--reads");
	then_reads = args_flag("--then-reads");
	args_end();
	init(lock);
	if (make_child() == 0) {
		use(lock, reads);
		_exit(0);
	}
	wait_for_children(NULL);
	if (take(lock, then_reads)) {
		puts("the lock is lost");
		return STATUS_NOBODY;
	}
	pthread_rwlock_unlock(lock);
	puts("it has the lock");
	return 0;
}
