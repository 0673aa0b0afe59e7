/*
 * name: race-ring
 * mechanism: shm-posix
 * bug: none
 * about: race-ring producer|consumer: two programs, and a ring between them
 */
/* Twins with a bug include this file: race-ring-early, race-ring-volatile. */
#include "race.h"

#include <string.h>

#define SLOTS  2u
#define VALUES 3u

#ifdef BUG_VOLATILE
typedef volatile unsigned counter;
#define get_count(count)	(*(count))
#define set_count(count, value) (*(count) = (value))
#else
typedef atomic_uint counter;
#define get_count(count)	atomic_load(count)
#define set_count(count, value) atomic_store(count, value)
#endif

struct ring {
	counter head, tail; /* they count up; equal: it is empty */
	unsigned slots[SLOTS];
};

static void put(struct ring *ring, unsigned value)
{
	unsigned head = get_count(&ring->head);

	while (head - get_count(&ring->tail) == SLOTS)
		;
#ifdef BUG_EARLY
	set_count(&ring->head, head + 1);
	ring->slots[head % SLOTS] = value;
#else
	ring->slots[head % SLOTS] = value;
	set_count(&ring->head, head + 1);
#endif
}

static unsigned get(struct ring *ring)
{
	unsigned tail = get_count(&ring->tail), value;

	while (get_count(&ring->head) == tail)
		;
	value = ring->slots[tail % SLOTS];
	set_count(&ring->tail, tail + 1);
	return value;
}

static void produce(struct ring *ring)
{
	for (unsigned value = 1; value <= VALUES; value++)
		put(ring, value);
}

static void consume(struct ring *ring)
{
	for (unsigned value = 1; value <= VALUES; value++)
		if (get(ring) != value)
			broken("a slot is taken before it is filled");
}

int main(int argc, char **argv)
{
	struct ring *ring = share_named("/race-ring", sizeof(*ring));

	if (argc == 2 && strcmp(argv[1], "producer") == 0)
		produce(ring);
	else
		consume(ring);
	return 0;
}
