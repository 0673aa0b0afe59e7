/*
 * name: mq-pool
 * mechanism: mq-posix
 * bug: none
 * about: a publisher and three receivers at one queue; when a receiver dies, the jobs that have
 *	no answer are sent again, and an answer that comes twice counts once
 */
/*
 * Twins with a bug include this file: mq-pool-lost, mq-pool-twice, mq-pool-stale; the
 * same over System V queues: msg-pool and its twins.
 */
#include <mqueue.h>

#include "lib/pool.h"

#ifndef QUEUE
#define QUEUE queue_posix
#endif
#ifndef WINDOW
#define WINDOW 4 /* as many as fit into each of the queues */
#endif

static int take(int queue, struct record *r)
{
#ifdef BUG_STALE
	mq_receive(queue, (char *)r, sizeof(*r), NULL);
	return 0;
#else
	return QUEUE.receive(queue, r);
#endif
}

static void answered(struct pool *pool, unsigned seq)
{
#ifdef BUG_TWICE
	pool->repeated += pool->jobs[seq] == JOB_DONE;
	pool->results++;
#else
	pool->results += pool->jobs[seq] != JOB_DONE;
#endif
	pool->jobs[seq] = JOB_DONE;
}

/* Nobody knows which job the dead one had, nor which others are still in the queue. */
static void after_death(struct pool *pool)
{
#ifdef BUG_LOST
	(void)pool;
#else
	for (unsigned seq = 0; seq < pool->records; seq++)
		if (pool->jobs[seq] == JOB_SENT)
			pool->jobs[seq] = JOB_TO_SEND;
	pool->under_way = 0;
#endif
}

int main(int argc, char **argv)
{
	static const struct pool_way way = {.queue = &QUEUE,
					    .take = take,
					    .answered = answered,
					    .after_death = after_death,
					    .window = WINDOW};

	return pool_main(argc, argv, &way);
}
