/*
 * name: race-pool
 * mechanism: mmap
 * bug: none
 * about: race-pool: a pool in shared memory is reported to a process that uses it, too
 */
/* A twin with a bug includes this file: race-pool-held. */
#include "race.h"

struct shared {
	pthread_mutex_t lock; /* of the pool */
	unsigned used;
};

static struct {
	int report[2], answer[2]; /* pipes */
} ends;

static unsigned allocate(struct shared *s)
{
	unsigned at;

	pthread_mutex_lock(&s->lock);
	at = s->used++;
	pthread_mutex_unlock(&s->lock);
	return at;
}

/* Comes back when the other has seen it. */
static void send_report(unsigned used)
{
	char answer;

	if (write(ends.report[1], &used, sizeof(used)) != sizeof(used) ||
	    read(ends.answer[0], &answer, 1) != 1)
		fail("report");
}

static void report(struct shared *s)
{
	pthread_mutex_lock(&s->lock);
#ifdef BUG_HELD
	send_report(s->used);
	pthread_mutex_unlock(&s->lock);
#else
	unsigned used = s->used;

	pthread_mutex_unlock(&s->lock);
	send_report(used);
#endif
}

static void receive(struct shared *s)
{
	unsigned used;

	allocate(s);
	if (read(ends.report[0], &used, sizeof(used)) != sizeof(used) ||
	    write(ends.answer[1], "", 1) != 1)
		fail("receive");
}

static void work(struct shared *s, unsigned me)
{
	if (me)
		report(s);
	else
		receive(s);
}

int main(void)
{
	struct shared *s = share(sizeof(*s));

	init_mutex(&s->lock);
	if (pipe(ends.report) || pipe(ends.answer))
		fail("pipe");
	in_two_processes(work, s);
	if (s->used != 1)
		broken("it is not allocated");
	return 0;
}
