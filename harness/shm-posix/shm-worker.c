/*
 * name: shm-worker
 * mechanism: shm-posix
 * bug: none
 * about: shm-worker [--reload]: two workers share a counter under a robust lock; one that gets
 *	SIGTERM ends, with --reload it executes its successor, but both only when it has
 *	given the lock back
 */
/* Twins with a bug include this file: shm-worker-unmaps, shm-worker-reloads. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"
#include "lib/shared.h"

#define ROUNDS 5

static struct {
	pthread_mutex_t lock;
	unsigned count;
} * work;

static volatile sig_atomic_t told;
static bool reload;

static void on_term(int sig)
{
	(void)sig;
	told = 1;
}

static _Noreturn void leave(void)
{
	if (reload)
		execlp("true", "true", NULL);
	munmap(work, sizeof(*work));
	exit(0);
}

static void work_rounds(void)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (pthread_mutex_lock(&work->lock) == EOWNERDEAD)
			pthread_mutex_consistent(&work->lock);
#if defined(BUG_UNMAPS) || defined(BUG_RELOADS)
		if (told)
			leave();
#endif
		work->count++;
		pthread_mutex_unlock(&work->lock);
		if (told)
			leave();
	}
}

int main(int argc, char **argv)
{
	int status;

	args_init(argc, argv);
	reload = args_flag("--reload");
	args_end();
	work = shared_make(sizeof(*work));
#ifdef BUG_RELOADS
	shared_mutex_init(&work->lock, 0);
#else
	shared_mutex_init(&work->lock, MUTEX_ROBUST);
#endif
	on_signal(SIGTERM, on_term, SA_RESTART);
	for (unsigned i = 0; i < 2; i++)
		if (make_child() == 0) {
			work_rounds();
			exit(0);
		}
	status = wait_for_children(NULL);
	if (pthread_mutex_lock(&work->lock) == EOWNERDEAD)
		pthread_mutex_consistent(&work->lock);
	printf("counted %s\n", work->count > ROUNDS ? "on" : "too little");
	return status;
}
