/*
 * name: race-transfer
 * mechanism: mmap
 * bug: none
 * about: race-transfer: money goes from one account to another while somebody counts it
 */
/* A twin with a bug includes this file: race-transfer-halves. */
#include "race.h"

struct account {
	pthread_mutex_t lock;
	int balance;
};

struct shared {
	struct account from, to;
};

#define ALL 100

static void transfer(struct shared *s, int amount)
{
	pthread_mutex_lock(&s->from.lock);
	s->from.balance -= amount;
#ifdef BUG_HALVES
	pthread_mutex_unlock(&s->from.lock);
	pthread_mutex_lock(&s->to.lock);
	s->to.balance += amount;
#else
	pthread_mutex_lock(&s->to.lock);
	s->to.balance += amount;
	pthread_mutex_unlock(&s->from.lock);
#endif
	pthread_mutex_unlock(&s->to.lock);
}

static void audit(struct shared *s)
{
	int sum;

	pthread_mutex_lock(&s->from.lock);
	pthread_mutex_lock(&s->to.lock);
	sum = s->from.balance + s->to.balance;
	pthread_mutex_unlock(&s->to.lock);
	pthread_mutex_unlock(&s->from.lock);
	if (sum != ALL)
		broken("money is missing");
}

static void work(struct shared *s, unsigned me)
{
	if (me)
		transfer(s, 10);
	else
		audit(s);
}

int main(void)
{
	struct shared *s = share(sizeof(*s));

	init_mutex(&s->from.lock);
	init_mutex(&s->to.lock);
	s->from.balance = ALL;
	in_two_processes(work, s);
	return 0;
}
