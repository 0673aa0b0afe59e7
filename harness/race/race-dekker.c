/*
 * name: race-dekker
 * mechanism: mmap
 * bug: none
 * about: race-dekker: Dekker's lock between two processes
 */
/* A twin with a bug includes this file: race-dekker-once. */
#include "race.h"

struct shared {
	atomic_uint wants[2], turn;
	unsigned count; /* by who has the lock */
};

static void give_way(struct shared *s, unsigned me)
{
	atomic_store(&s->wants[me], 0);
	while (atomic_load(&s->turn) != me)
		;
	atomic_store(&s->wants[me], 1);
}

static void enter(struct shared *s, unsigned me)
{
	const unsigned other = 1 - me;

	atomic_store(&s->wants[me], 1);
#ifdef BUG_ONCE
	if (atomic_load(&s->wants[other]) && atomic_load(&s->turn) != me)
		give_way(s, me);
#else
	while (atomic_load(&s->wants[other]))
		if (atomic_load(&s->turn) != me)
			give_way(s, me);
#endif
}

static void leave(struct shared *s, unsigned me)
{
	atomic_store(&s->turn, 1 - me);
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
