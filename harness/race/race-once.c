/*
 * name: race-once
 * mechanism: mmap
 * bug: none
 * about: race-once: who comes first initialises, checked again under the lock
 */
/* A twin with a bug includes this file: race-once-unchecked. */
#include "race.h"

struct shared {
	atomic_uint is_ready;
	pthread_mutex_t lock;
	unsigned value, made; /* how often */
};

static void initialise(struct shared *s)
{
	s->value = 42;
	s->made++;
	atomic_store(&s->is_ready, 1);
}

static unsigned get_value(struct shared *s)
{
	if (atomic_load(&s->is_ready))
		return s->value;
	pthread_mutex_lock(&s->lock);
#ifndef BUG_UNCHECKED
	if (!atomic_load(&s->is_ready))
#endif
		initialise(s);
	pthread_mutex_unlock(&s->lock);
	return s->value;
}

static void work(struct shared *s, unsigned me)
{
	(void)me;
	if (get_value(s) != 42)
		broken("the value is used before it is there");
}

int main(void)
{
	struct shared *s = share(sizeof(*s));

	init_mutex(&s->lock);
	in_two_processes(work, s);
	if (s->made != 1)
		broken("it is initialised twice");
	return 0;
}
