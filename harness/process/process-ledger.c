/*
 * name: process-ledger
 * mechanism: process
 * bug: none
 * about: two threads read amounts from standard input and move them between two accounts, each
 *	with its lock; a read error is counted under the same lock
 */
/* Twins with a bug include this file: process-ledger-order, process-ledger-race. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/safe.h"

static struct account {
	pthread_mutex_t lock;
	long amount;
} left = {PTHREAD_MUTEX_INITIALIZER, 100}, right = {PTHREAD_MUTEX_INITIALIZER, 100};
static pthread_mutex_t count_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned moved, failed;

/* Always left before right. */
static void move(struct account *from, struct account *to, long amount)
{
#ifdef BUG_ORDER
	struct account *first = from, *second = to;
#else
	struct account *first = &left, *second = &right;
#endif

	pthread_mutex_lock(&first->lock);
	pthread_mutex_lock(&second->lock);
	from->amount -= amount;
	to->amount += amount;
	pthread_mutex_unlock(&second->lock);
	pthread_mutex_unlock(&first->lock);
}

static void count(unsigned *counter)
{
	pthread_mutex_lock(&count_lock);
	++*counter;
	pthread_mutex_unlock(&count_lock);
}

static void note_failure(void)
{
#ifdef BUG_RACE
	failed++;
#else
	count(&failed);
#endif
}

static void *work(void *arg)
{
	struct account *from = arg, *to = from == &left ? &right : &left;

	for (int i = 0; i < 4; i++) {
		unsigned char amount;
		ssize_t n = safe_read_some(STDIN_FILENO, &amount, 1);

		if (n < 0) {
			note_failure();
		} else if (n == 1) {
			move(from, to, amount % 10);
			count(&moved);
		}
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[2];

	if (pthread_create(&threads[0], NULL, work, &left) ||
	    pthread_create(&threads[1], NULL, work, &right))
		die("pthread_create");
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	printf("sum %ld moved %u failed %u\n", left.amount + right.amount, moved, failed);
	return failed ? STATUS_WRONG : 0;
}
