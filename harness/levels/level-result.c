/*
 * name: level-result
 * mechanism: shm-posix
 * bug: none
 * about: level-result writer|reader NAME: the writer puts a result into a box, then says that
 *	it is there
 */
/* A twin with a bug includes this file: level-result-plain. */
#include <stdatomic.h>

#include "level.h"

#ifdef BUG_PLAIN
struct box {
	long mean;
	int full;
};

#define set_full(box) ((box)->full = 1)
#define is_full(box)  ((box)->full)
#else
struct box {
	long mean;
	atomic_int full;
};

#define set_full(box) atomic_store_explicit(&(box)->full, 1, memory_order_release)
#define is_full(box)  atomic_load_explicit(&(box)->full, memory_order_acquire)
#endif

WORK void publish(struct box *box, long sum, long count)
{
	box->mean = sum / count;
	set_full(box);
}

static int show(struct box *box)
{
	if (is_full(box))
		printf("mean %ld\n", box->mean);
	else
		puts("nothing yet");
	return 0;
}

int main(int argc, char **argv)
{
	struct box *box = map_object(argv[argc - 1], sizeof(*box));

	if (is_role(argc, argv, "reader"))
		return show(box);
	publish(box, 1000000L * argc, argc + 4);
	return 0;
}
