/*
 * name: race-flag
 * mechanism: mmap
 * bug: none
 * about: race-flag: a parent waits, without a call, until its child has set a flag
 */
/* A twin with a bug includes this file: race-flag-plain. */
#include "race.h"

struct shared {
#ifdef BUG_PLAIN
	unsigned is_ready;
#else
	atomic_uint is_ready;
#endif
	unsigned value;
};

static void await_ready(struct shared *s)
{
	while (!s->is_ready)
		;
}

int main(void)
{
	struct shared *s = share(sizeof(*s));

	if (start_child() == 0) {
		s->value = 42;
		s->is_ready = 1;
		exit(0);
	}
	await_ready(s);
	if (s->value != 42)
		broken("the value is used before it is there");
	await_child();
	return 0;
}
