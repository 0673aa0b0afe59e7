/*
 * name: race-robust
 * mechanism: mmap
 * bug: none
 * about: race-robust [killed]: what a process has left half done is repaired, under a robust
 *	mutex; `killed`: it ends in the middle of it
 */
/* Twins with a bug include this file: race-robust-lost, race-robust-half. */
#include "race.h"

#include <errno.h>
#include <signal.h>

#define ALL 10

struct shared {
	pthread_mutex_t lock;
	int from, to; /* ALL together */
};

static void init_robust_mutex(pthread_mutex_t *mutex)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	if (pthread_mutex_init(mutex, &attr))
		fail("mutex");
}

static void repair(struct shared *s)
{
#ifndef BUG_HALF
	s->to = ALL - s->from;
#endif
#ifndef BUG_LOST
	pthread_mutex_consistent(&s->lock);
#endif
}

static void lock(struct shared *s)
{
	int rc = pthread_mutex_lock(&s->lock);

	if (rc == EOWNERDEAD)
		repair(s);
	else if (rc)
		broken("the lock is lost");
}

static void move_one(struct shared *s, int is_killed)
{
	lock(s);
	s->from--;
	if (is_killed)
		kill(getpid(), SIGKILL);
	s->to++;
	pthread_mutex_unlock(&s->lock);
}

int main(int argc, char **argv)
{
	struct shared *s = share(sizeof(*s));

	(void)argv;
	init_robust_mutex(&s->lock);
	s->from = ALL;
	if (start_child() == 0) {
		move_one(s, argc > 1);
		exit(0);
	}
	move_one(s, 0);
	wait(NULL);
	lock(s);
	pthread_mutex_unlock(&s->lock);
	lock(s);
	if (s->from + s->to != ALL)
		broken("something is missing");
	pthread_mutex_unlock(&s->lock);
	return 0;
}
