/*
 * name: race-flag
 * mechanism: mmap
 * bug: none
 * about: race-flag: a parent waits, without a call, until its child has set a flag
 */
/* Twins with a bug include this file: race-flag-plain, race-flag-relaxed. */
#include "race.h"

struct shared {
#ifdef BUG_PLAIN
	unsigned is_ready;
#else
	atomic_uint is_ready;
#endif
	unsigned value;
};

#if defined(BUG_PLAIN)
#define get_ready(s) ((s)->is_ready)
#define set_ready(s) ((s)->is_ready = 1)
#elif defined(BUG_RELAXED)
#define get_ready(s) atomic_load_explicit(&(s)->is_ready, memory_order_relaxed)
#define set_ready(s) atomic_store_explicit(&(s)->is_ready, 1, memory_order_relaxed)
#else
#define get_ready(s) atomic_load_explicit(&(s)->is_ready, memory_order_acquire)
#define set_ready(s) atomic_store_explicit(&(s)->is_ready, 1, memory_order_release)
#endif

static void await_ready(struct shared *s)
{
	while (!get_ready(s))
		;
}

int main(void)
{
	struct shared *s = share(sizeof(*s));

	if (start_child() == 0) {
		s->value = 42;
		set_ready(s);
		exit(0);
	}
	await_ready(s);
	if (s->value != 42)
		broken("the value is used before it is there");
	await_child();
	return 0;
}
