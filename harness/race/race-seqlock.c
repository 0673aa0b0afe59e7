/*
 * name: race-seqlock
 * mechanism: mmap
 * bug: none
 * about: race-seqlock: a reader and a writer of a pair, with a sequence lock
 */
/* A twin with a bug includes this file: race-seqlock-once. */
#include "race.h"

struct shared {
	atomic_uint sequence; /* odd: it is being written */
	atomic_uint low, high;
};

static void write_pair(struct shared *s, unsigned value)
{
	atomic_fetch_add(&s->sequence, 1);
	atomic_store(&s->low, value);
	atomic_store(&s->high, value);
	atomic_fetch_add(&s->sequence, 1);
}

static void read_pair(struct shared *s, unsigned *ret_low, unsigned *ret_high)
{
	unsigned before;

	do {
		while ((before = atomic_load(&s->sequence)) & 1)
			;
		*ret_low = atomic_load(&s->low);
		*ret_high = atomic_load(&s->high);
#ifdef BUG_ONCE
		break;
#endif
	} while (atomic_load(&s->sequence) != before);
}

static void work(struct shared *s, unsigned me)
{
	unsigned low, high;

	if (me) {
		write_pair(s, 1);
		return;
	}
	read_pair(s, &low, &high);
	if (low != high)
		broken("half of a pair is old");
}

int main(void)
{
	struct shared *s = share(sizeof(*s));

	in_two_processes(work, s);
	return 0;
}
