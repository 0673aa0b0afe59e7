/*
 * pool.h - a publisher with several receivers at one queue: each job is taken
 * by one of them, whichever comes first, and answered over a second queue.
 *
 * The publisher has at most `window` jobs under way.  It is told of the end of
 * a receiver through the queue of answers, in the order of things.
 */
#ifndef LIB_POOL_H
#define LIB_POOL_H

#include <stdbool.h>

#include "lib/queue.h"

#define POOL_WORKERS 3
#define POOL_JOBS    64

enum job_state { JOB_TO_SEND, JOB_SENT, JOB_DONE };

struct pool {
	enum job_state jobs[POOL_JOBS];
	unsigned records;   /* how many of them */
	unsigned under_way; /* sent, and no answer seen */
	unsigned results;   /* answers that count */
	unsigned repeated;  /* answers that count although there was one */
	unsigned dead;	    /* receivers that died */
};

/* What makes a pool sound, or not. */
struct pool_way {
	const struct queue_ops *queue;
	/* A receiver takes its next job: 0 or -errno, then it ends. */
	int (*take)(int queue, struct record *r);
	/* Job @seq was answered, perhaps once more. */
	void (*answered)(struct pool *pool, unsigned seq);
	void (*after_death)(struct pool *pool);
	unsigned window;
};

/*
 * Options: --records N (24); two operands, the names of the queues, where they
 * have names.  Prints `results 24 repeated 0 lost 0` and returns the exit status.
 */
int pool_main(int argc, char **argv, const struct pool_way *chosen);

/*
 * Of a receiver, for scenarios to name: all that it does; the work itself, whose
 * answer has the number of the job; the answer.
 */
__attribute__((noinline, noreturn)) void pool_receiver(unsigned worker);
__attribute__((noinline)) void pool_work(const struct record *job, unsigned worker,
					 struct record *answer);
__attribute__((noinline)) void pool_answer(const struct record *answer);

#endif
