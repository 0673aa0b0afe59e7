/*
 * name: race-order
 * mechanism: process
 * bug: none
 * about: race-order: a thread uses what was made before it was started
 */
/* A twin with a bug includes this file: race-order-early. */
#include "race.h"

struct logger {
	unsigned lines;
};

static struct logger *logger;

static void *work(void *arg)
{
	logger->lines++;
	return arg;
}

int main(void)
{
	static struct logger standard;
	pthread_t thread;

#ifdef BUG_EARLY
	if (pthread_create(&thread, NULL, work, NULL))
		fail("thread");
	logger = &standard;
#else
	logger = &standard;
	if (pthread_create(&thread, NULL, work, NULL))
		fail("thread");
#endif
	pthread_join(thread, NULL);
	if (standard.lines != 1)
		broken("a line is not counted");
	return 0;
}
