/*
 * name: race-ref
 * mechanism: mmap
 * bug: none
 * about: race-ref: the last of two that let go of an object frees it
 */
/* A twin with a bug includes this file: race-ref-reread. */
#include "race.h"

struct shared {
	atomic_uint references;
	atomic_uint is_freed;
};

static void free_it(struct shared *s)
{
	if (atomic_exchange(&s->is_freed, 1))
		broken("freed twice");
}

static void let_go(struct shared *s)
{
#ifdef BUG_REREAD
	atomic_fetch_sub(&s->references, 1);
	if (atomic_load(&s->references) == 0)
		free_it(s);
#else
	if (atomic_fetch_sub(&s->references, 1) == 1)
		free_it(s);
#endif
}

static void work(struct shared *s, unsigned me)
{
	(void)me;
	let_go(s);
}

int main(void)
{
	struct shared *s = share(sizeof(*s));

	atomic_store(&s->references, 2);
	in_two_processes(work, s);
	if (!s->is_freed)
		broken("never freed");
	return 0;
}
