/*
 * name: shm-ledger
 * mechanism: shm-posix
 * bug: none
 * about: shm-ledger [--updates N] [--writers W] [--trylock|--timedlock|--pi|--recursive]: W
 *processes update a ledger in shared memory whose cells must all agree; the lock is robust, and
 *whoever inherits it from a dead writer mends what that one has left half done
 */
/* Twins with a bug include this file: shm-ledger-*, sem-ledger. */
#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"
#include "lib/shared.h"

#define CELLS 64

static struct ledger {
#if defined(BUG_SPIN)
	pthread_spinlock_t lock;
#elif defined(BUG_RWLOCK)
	pthread_rwlock_t lock;
#elif defined(BUG_SEM)
	sem_t lock;
#else
	pthread_mutex_t lock;
#endif
	volatile unsigned cells[CELLS]; /* written in this order */
} * ledger;

static bool try_lock, timed_lock;
static int kind; /* of mutex */

static void init(void)
{
#if defined(BUG_SPIN)
	pthread_spin_init(&ledger->lock, PTHREAD_PROCESS_SHARED);
#elif defined(BUG_RWLOCK)
	pthread_rwlockattr_t attr;

	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_rwlock_init(&ledger->lock, &attr);
#elif defined(BUG_SEM)
	sem_init(&ledger->lock, 1, 1);
#elif defined(BUG_PLAIN)
	shared_mutex_init(&ledger->lock, kind);
#else
	shared_mutex_init(&ledger->lock, kind | MUTEX_ROBUST);
#endif
}

#if defined(BUG_SPIN)
static void lock(void)
{
	pthread_spin_lock(&ledger->lock);
}

static void unlock(void)
{
	pthread_spin_unlock(&ledger->lock);
}
#elif defined(BUG_RWLOCK)
static void lock(void)
{
	pthread_rwlock_wrlock(&ledger->lock);
}

static void unlock(void)
{
	pthread_rwlock_unlock(&ledger->lock);
}
#elif defined(BUG_SEM)
static void lock(void)
{
	while (sem_wait(&ledger->lock))
		;
}

static void unlock(void)
{
	sem_post(&ledger->lock);
}
#else
static int take(void)
{
	struct timespec until;
	int error;

	if (try_lock) {
		while ((error = pthread_mutex_trylock(&ledger->lock)) == EBUSY)
			sched_yield();
		return error;
	}
	if (timed_lock) {
		clock_gettime(CLOCK_REALTIME, &until);
#ifndef BUG_IMPATIENT
		until.tv_sec += 60;
#endif
		return pthread_mutex_timedlock(&ledger->lock, &until);
	}
	return pthread_mutex_lock(&ledger->lock);
}

/* The dead writer had begun an update when the first cell is ahead of the last: finish it. */
static void mend(void)
{
	for (unsigned i = 1; i < CELLS; i++)
		ledger->cells[i] = ledger->cells[0];
}

static void lock(void)
{
	int error = take();

	if (error == EOWNERDEAD) {
#ifndef BUG_UNREPAIRED
		mend();
#else
		(void)mend;
#endif
#ifndef BUG_FORGOTTEN
		pthread_mutex_consistent(&ledger->lock);
#endif
	} else if (error) {
		fprintf(stderr, "the lock is lost: error %d\n", error);
		exit(STATUS_WRONG);
	}
}

static void unlock(void)
{
	pthread_mutex_unlock(&ledger->lock);
}
#endif

static void write_updates(unsigned updates)
{
	while (updates--) {
		lock();
		for (unsigned i = 0; i < CELLS; i++)
			ledger->cells[i]++;
		unlock();
	}
}

static int judge(void)
{
	int torn = 0;

	lock();
	for (unsigned i = 1; i < CELLS; i++)
		torn |= ledger->cells[i] != ledger->cells[0];
	unlock();
	printf(torn ? "the ledger is torn\n" : "the ledger is whole\n");
	return torn ? STATUS_WRONG : 0;
}

int main(int argc, char **argv)
{
	unsigned updates, writers, killed;
	int status;

	args_init(argc, argv);
	updates = args_number("--updates", 20);
	writers = args_number("--writers", 2);
	try_lock = args_flag("--trylock");
	timed_lock = args_flag("--timedlock");
	kind |= args_flag("--pi") ? MUTEX_PI : 0;
	kind |= args_flag("--recursive") ? MUTEX_RECURSIVE : 0;
	args_end();
	ledger = shared_make(sizeof(*ledger));
	init();
	for (unsigned i = 0; i < writers; i++)
		if (make_child() == 0) {
			write_updates(updates);
			exit(0);
		}
	status = wait_for_children(&killed);
	if (killed)
		printf("writers killed: %u\n", killed);
	fflush(stdout);
	write_updates(1); /* the closing one */
	return status ? status : judge();
}
