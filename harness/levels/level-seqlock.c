/*
 * name: level-seqlock
 * mechanism: shm-posix
 * bug: none
 * about: level-seqlock reader|writer NAME: reads two numbers that belong together, again when
 *	their writer has changed them meanwhile
 */
/* A twin with a bug includes this file: level-seqlock-plain. */
#include <stdatomic.h>

#include "level.h"

#ifdef BUG_PLAIN
struct order {
	unsigned seq; /* odd: in the middle of a change */
	unsigned price, pieces;
};

#define read_begin(order)  ((order)->seq)
#define read_end(order)	   ((order)->seq)
#define get(member)	   (member)
#define set(member, value) ((member) = (value))
#define write_begin(order) ((order)->seq++)
#define write_end(order)   ((order)->seq++)
#else
struct order {
	atomic_uint seq; /* odd: in the middle of a change */
	atomic_uint price, pieces;
};

#define read_begin(order) atomic_load_explicit(&(order)->seq, memory_order_acquire)
#define read_end(order)                                                                            \
	(atomic_thread_fence(memory_order_acquire),                                                \
	 atomic_load_explicit(&(order)->seq, memory_order_relaxed))
#define get(member)	   atomic_load_explicit(&(member), memory_order_relaxed)
#define set(member, value) atomic_store_explicit(&(member), value, memory_order_relaxed)
#define write_begin(order)                                                                         \
	(atomic_fetch_add_explicit(&(order)->seq, 1, memory_order_relaxed),                        \
	 atomic_thread_fence(memory_order_release))
#define write_end(order) atomic_fetch_add_explicit(&(order)->seq, 1, memory_order_release)
#endif

static int read_order(struct order *order)
{
	unsigned seq, price, pieces;

	do {
		seq = read_begin(order);
		price = get(order->price);
		pieces = get(order->pieces);
	} while (seq % 2 || seq != read_end(order));
	printf("%u pieces for %u each\n", pieces, price);
	return 0;
}

static int write_order(struct order *order, unsigned price, unsigned pieces)
{
	write_begin(order);
	set(order->price, price);
	set(order->pieces, pieces);
	write_end(order);
	return 0;
}

int main(int argc, char **argv)
{
	struct order *order = map_object(argv[argc - 1], sizeof(*order));

	if (is_role(argc, argv, "writer"))
		return write_order(order, 1000, 3);
	return read_order(order);
}
