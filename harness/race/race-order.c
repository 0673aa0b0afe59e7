/*
 * name: race-order
 * mechanism: process
 * bug: none
 * about: race-order [quiet]: a thread uses what was made before it was started
 */
/* A twin with a bug includes this file: race-order-early. */
#include "race.h"

struct logger {
	unsigned lines;
};

static struct logger quiet, standard;
static struct logger *logger;

static void *work(void *arg)
{
	logger->lines++;
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	(void)argv;
#ifdef BUG_EARLY
	if (pthread_create(&thread, NULL, work, NULL))
		fail("thread");
	logger = argc > 1 ? &quiet : &standard;
#else
	logger = argc > 1 ? &quiet : &standard;
	if (pthread_create(&thread, NULL, work, NULL))
		fail("thread");
#endif
	pthread_join(thread, NULL);
	if (logger->lines != 1)
		broken("a line is not counted");
	return 0;
}
