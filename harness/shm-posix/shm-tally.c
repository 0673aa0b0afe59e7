/*
 * name: shm-tally
 * mechanism: shm-posix
 * bug: none
 * about: shm-tally: a child counts in shared memory under a lock; then the parent asks for the
 *	lock, for 20 ms at most, and tells the count, or that it got none in time
 */
/* Twins with a bug include this file: shm-tally-rwlock. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"
#include "lib/shared.h"

#define PATIENCE_NS 20000000
#define SECOND_NS   1000000000

#ifdef BUG_RWLOCK
#define LOCK_TYPE pthread_rwlock_t
#define take	  pthread_rwlock_wrlock
#define take_till pthread_rwlock_timedwrlock
#define give	  pthread_rwlock_unlock
#else
#define LOCK_TYPE pthread_mutex_t
#define take	  pthread_mutex_lock
#define take_till pthread_mutex_timedlock
#define give	  pthread_mutex_unlock
#endif

static struct {
	LOCK_TYPE lock;
	unsigned count;
} * tally;

static void init(void)
{
#ifdef BUG_RWLOCK
	pthread_rwlockattr_t attr;

	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_rwlock_init(&tally->lock, &attr);
#else
	shared_mutex_init(&tally->lock, MUTEX_ROBUST);
#endif
}

static void count(void)
{
	for (unsigned i = 0; i < 5; i++) {
		take(&tally->lock);
		tally->count++;
		give(&tally->lock);
	}
}

int main(int argc, char **argv)
{
	struct timespec until;
	int error;

	args_init(argc, argv);
	args_end();
	tally = shared_make(sizeof(*tally));
	init();
	if (make_child() == 0) {
		count();
		exit(0);
	}
	wait_for_children(NULL);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += PATIENCE_NS;
	if (until.tv_nsec >= SECOND_NS) {
		until.tv_nsec -= SECOND_NS;
		until.tv_sec++;
	}
	error = take_till(&tally->lock, &until);
	if (error == ETIMEDOUT)
		printf("no lock in time\n");
	else
		printf("count %u\n", tally->count);
	return 0;
}
