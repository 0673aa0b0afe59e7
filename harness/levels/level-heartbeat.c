/*
 * name: level-heartbeat
 * mechanism: shm-posix
 * bug: none
 * about: level-heartbeat watch|beat NAME: whose heart does not beat for a while is called dead
 */
/* A twin with a bug includes this file: level-heartbeat-plain. */
#include <stdatomic.h>

#include "level.h"

#ifdef BUG_PLAIN
struct heart {
	unsigned beats;
};

#define get_beats(heart) ((heart)->beats)
#define add_beat(heart)	 ((heart)->beats++)
#else
struct heart {
	atomic_uint beats;
};

#define get_beats(heart) atomic_load_explicit(&(heart)->beats, memory_order_acquire)
#define add_beat(heart)	 atomic_fetch_add_explicit(&(heart)->beats, 1, memory_order_release)
#endif

/* Processor time alone. */
WORK unsigned a_while(unsigned rounds)
{
	unsigned value = rounds;

	while (rounds--)
		value = value * 1664525 + 1013904223;
	return value;
}

static int watch(struct heart *heart)
{
	unsigned before = get_beats(heart);
	unsigned value = a_while(before + 1000);
	unsigned after = get_beats(heart);

	printf("%s (%u)\n", before == after ? "dead" : "alive", value);
	return 0;
}

int main(int argc, char **argv)
{
	struct heart *heart = map_object(argv[argc - 1], sizeof(*heart));

	if (is_role(argc, argv, "watch"))
		return watch(heart);
	add_beat(heart);
	return 0;
}
