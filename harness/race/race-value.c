/*
 * name: race-value
 * mechanism: mmap
 * bug: none
 * about: race-value: a position of 16 bytes, written and read as a whole
 */
/* A twin with a bug includes this file: race-value-torn. */
#include "race.h"

#include <stdint.h>

struct position {
	uint64_t x, y;
};

struct shared {
	pthread_mutex_t lock;
	struct position at;
};

#ifdef BUG_TORN
#define hold(s)	   ((void)(s))
#define release(s) ((void)(s))
#else
#define hold(s)	   pthread_mutex_lock(&(s)->lock)
#define release(s) pthread_mutex_unlock(&(s)->lock)
#endif

static void move(struct shared *s, const struct position *to)
{
	hold(s);
	s->at = *to;
	release(s);
}

static void look(struct shared *s, struct position *ret_at)
{
	hold(s);
	*ret_at = s->at;
	release(s);
}

static void work(struct shared *s, unsigned me)
{
	const struct position to = {7, 7};
	struct position at;

	if (me) {
		move(s, &to);
		return;
	}
	look(s, &at);
	if (at.x != at.y)
		broken("half of a position");
}

int main(void)
{
	struct shared *s = share(sizeof(*s));

	init_mutex(&s->lock);
	in_two_processes(work, s);
	return 0;
}
