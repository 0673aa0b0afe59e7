/*
 * name: shm-event
 * mechanism: shm-posix
 * bug: none
 * about: shm-event: two children wait at a condition in shared memory, the parent announces
 *	the event when it has read a line of standard input; a waiter may have died meanwhile,
 *	so the condition is just left with its memory
 */
/* Twins with a bug include this file: shm-event-destroy. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"
#include "lib/shared.h"

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int happened;
} * event;

static void lock(void)
{
	if (pthread_mutex_lock(&event->lock) == EOWNERDEAD)
		pthread_mutex_consistent(&event->lock);
}

static void await_event(void)
{
	lock();
	while (!event->happened)
		if (pthread_cond_wait(&event->changed, &event->lock) == EOWNERDEAD)
			pthread_mutex_consistent(&event->lock);
	pthread_mutex_unlock(&event->lock);
}

static void announce(void)
{
	lock();
	event->happened = 1;
	pthread_cond_broadcast(&event->changed);
	pthread_mutex_unlock(&event->lock);
}

/* The one that is left is told of the event all the same. */
static void go_on(void)
{
}

int main(int argc, char **argv)
{
	pthread_condattr_t attr;
	unsigned killed;
	int status;

	args_init(argc, argv);
	args_end();
	event = shared_make(sizeof(*event));
	shared_mutex_init(&event->lock, MUTEX_ROBUST);
	pthread_condattr_init(&attr);
	pthread_condattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_cond_init(&event->changed, &attr);
	share_fate(go_on);
	for (unsigned i = 0; i < 2; i++)
		if (make_child() == 0) {
			await_event();
			exit(0);
		}
	await_line();
	announce();
	status = wait_for_children(&killed);
#ifdef BUG_DESTROY
	/* Waits for all who have begun to wait, and the dead one will never leave. */
	pthread_cond_destroy(&event->changed);
#endif
	printf("announced, waiters lost: %u\n", killed);
	return status;
}
