/*
 * name: race-queue
 * mechanism: process
 * bug: none
 * about: race-queue: two threads take from a queue, and wait while it is empty
 */
/* A twin with a bug includes this file: race-queue-if. */
#include "race.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static unsigned count;

static void *take(void *arg)
{
	pthread_mutex_lock(&lock);
#ifdef BUG_IF
	if (!count)
#else
	while (!count)
#endif
		pthread_cond_wait(&filled, &lock);
	if (!count)
		broken("taken from an empty queue");
	count--;
	pthread_mutex_unlock(&lock);
	return arg;
}

static void put(void)
{
	pthread_mutex_lock(&lock);
	count++;
	pthread_cond_signal(&filled);
	pthread_mutex_unlock(&lock);
}

int main(void)
{
	pthread_t takers[2];

	for (unsigned i = 0; i < 2; i++)
		if (pthread_create(&takers[i], NULL, take, NULL))
			fail("thread");
	for (unsigned i = 0; i < 2; i++)
		put();
	for (unsigned i = 0; i < 2; i++)
		pthread_join(takers[i], NULL);
	return 0;
}
