/*
 * name: sem-queue
 * mechanism: sem-posix
 * bug: none
 * about: sem-queue [--items N]: a child makes items and posts a semaphore for each, the parent
 *	takes them; the death of the child is a post as well, so the parent never waits for
 *	one that cannot come
 */
/* Twins with a bug include this file: sem-queue-deaf, sem-queue-polls. */
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"
#include "lib/shared.h"

static struct {
	sem_t items;
	atomic_uint made;
} * queue;

static volatile sig_atomic_t gone;

#ifndef BUG_DEAF
static void on_chld(int sig)
{
	(void)sig;
	if (!a_child_has_ended())
		return;
	gone = 1;
	sem_post(&queue->items);
}
#endif

static void make_items(unsigned count)
{
	while (count--) {
		atomic_fetch_add(&queue->made, 1);
		sem_post(&queue->items);
	}
}

static int await_item(void)
{
#ifdef BUG_POLLS
	return 0; /* it is taken already */
#else
	return sem_wait(&queue->items);
#endif
}

static unsigned take_items(unsigned count)
{
	unsigned taken = 0;

	while (taken < count) {
#ifdef BUG_POLLS
		for (unsigned looks = 0; sem_trywait(&queue->items); looks++)
			if (looks == 100)
				return taken;
#endif
		while (!gone && await_item() && errno == EINTR)
			;
		if (taken < atomic_load(&queue->made))
			printf("item %u\n", ++taken);
		else if (gone)
			break;
	}
	return taken;
}

int main(int argc, char **argv)
{
	unsigned count, taken;

	args_init(argc, argv);
	count = args_number("--items", 5);
	args_end();
	queue = shared_make(sizeof(*queue));
	sem_init(&queue->items, 1, 0);
#ifndef BUG_DEAF
	on_signal(SIGCHLD, on_chld, SA_NOCLDSTOP);
#endif
	if (make_child() == 0) {
		make_items(count);
		exit(0);
	}
	taken = take_items(count);
	wait_for_children(NULL);
	if (taken == count)
		return 0;
	printf("the maker has gone after %u\n", taken);
	return STATUS_GONE;
}
