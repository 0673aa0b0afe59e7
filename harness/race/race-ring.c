/*
 * name: race-ring
 * mechanism: shm-posix
 * bug: none
 * about: race-ring producer|consumer: two programs, and a ring between them
 */
/* A twin with a bug includes this file: race-ring-early. */
#include "race.h"

#include <string.h>

#define SLOTS  2u
#define VALUES 3u

struct ring {
	atomic_uint head, tail; /* they count up; equal: it is empty */
	unsigned slots[SLOTS];
};

static void put(struct ring *ring, unsigned value)
{
	unsigned head = atomic_load(&ring->head);

	while (head - atomic_load(&ring->tail) == SLOTS)
		;
#ifdef BUG_EARLY
	atomic_store(&ring->head, head + 1);
	ring->slots[head % SLOTS] = value;
#else
	ring->slots[head % SLOTS] = value;
	atomic_store(&ring->head, head + 1);
#endif
}

static unsigned get(struct ring *ring)
{
	unsigned tail = atomic_load(&ring->tail), value;

	while (atomic_load(&ring->head) == tail)
		;
	value = ring->slots[tail % SLOTS];
	atomic_store(&ring->tail, tail + 1);
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
