/*
 * name: race-wakeup
 * mechanism: mmap
 * bug: none
 * about: race-wakeup: a process sleeps until another is ready
 */
/* A twin with a bug includes this file: race-wakeup-lost. */
#include "race.h"

struct shared {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	atomic_uint is_ready;
};

static void await_ready(struct shared *s)
{
	pthread_mutex_lock(&s->lock);
	while (!atomic_load(&s->is_ready))
		pthread_cond_wait(&s->changed, &s->lock);
	pthread_mutex_unlock(&s->lock);
}

static void say_ready(struct shared *s)
{
#ifdef BUG_LOST
	atomic_store(&s->is_ready, 1);
#else
	pthread_mutex_lock(&s->lock);
	atomic_store(&s->is_ready, 1);
	pthread_mutex_unlock(&s->lock);
#endif
	pthread_cond_signal(&s->changed);
}

static void work(struct shared *s, unsigned me)
{
	if (me)
		say_ready(s);
	else
		await_ready(s);
}

int main(void)
{
	struct shared *s = share(sizeof(*s));

	init_mutex(&s->lock);
	init_cond(&s->changed);
	in_two_processes(work, s);
	return 0;
}
