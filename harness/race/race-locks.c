/*
 * name: race-locks
 * mechanism: mmap
 * bug: none
 * about: race-locks: two processes need two locks, and take them by their address
 */
/* A twin with a bug includes this file: race-locks-order. */
#include "race.h"

struct shared {
	pthread_mutex_t locks[2];
	unsigned count;
};

static void lock_both(pthread_mutex_t *a, pthread_mutex_t *b)
{
#ifndef BUG_ORDER
	if (a > b) {
		pthread_mutex_t *first = b;

		b = a;
		a = first;
	}
#endif
	pthread_mutex_lock(a);
	pthread_mutex_lock(b);
}

static void work(struct shared *s, unsigned me)
{
	lock_both(&s->locks[me], &s->locks[1 - me]);
	s->count++;
	pthread_mutex_unlock(&s->locks[0]);
	pthread_mutex_unlock(&s->locks[1]);
}

int main(void)
{
	struct shared *s = share(sizeof(*s));

	init_mutex(&s->locks[0]);
	init_mutex(&s->locks[1]);
	in_two_processes(work, s);
	if (s->count != 2)
		broken("a count is lost");
	return 0;
}
