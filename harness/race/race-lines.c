/*
 * name: race-lines
 * mechanism: mmap
 * bug: none
 * about: race-lines: two processes that count, each for itself, on a cache line of its own
 */
/* A twin with a bug includes this file: race-lines-shared. */
#include "race.h"

#ifdef BUG_SHARED
#define LINE 4
#else
#define LINE 64
#endif

struct shared {
	_Alignas(LINE) atomic_uint sent;
	_Alignas(LINE) atomic_uint received;
};

#define EACH 10

static void work(struct shared *s, unsigned me)
{
	for (unsigned i = 0; i < EACH; i++)
		if (me)
			atomic_fetch_add_explicit(&s->received, 1, memory_order_relaxed);
		else
			atomic_fetch_add_explicit(&s->sent, 1, memory_order_relaxed);
}

int main(void)
{
	struct shared *s = share(sizeof(*s));

	in_two_processes(work, s);
	if (s->sent + s->received != 2 * EACH)
		broken("a count is lost");
	return 0;
}
