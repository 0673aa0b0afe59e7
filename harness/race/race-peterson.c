/*
 * name: race-peterson
 * mechanism: mmap
 * bug: none
 * about: race-peterson: Peterson's lock between two processes
 */
/* A twin with a bug includes this file: race-peterson-order. */
#include "race.h"

struct shared {
	atomic_uint wants[2], turn;
	unsigned count; /* by who has the lock */
};

static void enter(struct shared *s, unsigned me)
{
	const unsigned other = 1 - me;

#ifdef BUG_ORDER
	atomic_store(&s->turn, other);
	atomic_store(&s->wants[me], 1);
#else
	atomic_store(&s->wants[me], 1);
	atomic_store(&s->turn, other);
#endif
	while (atomic_load(&s->wants[other]) && atomic_load(&s->turn) == other)
		;
}

static void leave(struct shared *s, unsigned me)
{
	atomic_store(&s->wants[me], 0);
}

static void work(struct shared *s, unsigned me)
{
	enter(s, me);
	s->count++;
	leave(s, me);
}

int main(void)
{
	struct shared *s = share(sizeof(*s));

	in_two_processes(work, s);
	if (s->count != 2)
		broken("two have the lock");
	return 0;
}
