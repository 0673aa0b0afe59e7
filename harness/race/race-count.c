/*
 * name: race-count
 * mechanism: mmap
 * bug: none
 * about: race-count: two processes count in memory that they share
 */
/* A twin with a bug includes this file: race-count-lost. */
#include "race.h"

struct shared {
	atomic_uint count;
};

#define EACH 2

#ifdef BUG_LOST
#define add_one(count) atomic_store((count), atomic_load(count) + 1)
#else
#define add_one(count) atomic_fetch_add((count), 1)
#endif

static void work(struct shared *s, unsigned me)
{
	(void)me;
	for (unsigned i = 0; i < EACH; i++)
		add_one(&s->count);
}

int main(void)
{
	struct shared *s = share(sizeof(*s));

	in_two_processes(work, s);
	if (s->count != 2 * EACH)
		broken("a count is lost");
	return 0;
}
