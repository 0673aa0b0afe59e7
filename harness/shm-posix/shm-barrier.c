/*
 * name: shm-barrier
 * mechanism: shm-posix
 * bug: none
 * about: shm-barrier [--rounds N]: three processes work in rounds and meet after each; the
 *	parent opens the barrier for good when one has died, and says so
 */
/* Twins with a bug include this file: shm-barrier-plain. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"
#include "lib/shared.h"

#define WORKERS 3

static struct {
	pthread_barrier_t barrier; /* of the twin */
	atomic_uint arrived, broken;
	unsigned round; /* the futex */
	unsigned done[WORKERS];
} * site;

#ifdef BUG_PLAIN
static int meet(void)
{
	pthread_barrier_wait(&site->barrier);
	return 1;
}

static void give_up(void)
{
}
#else
/* 0: one of us is gone. */
static int meet(void)
{
	unsigned round = __atomic_load_n(&site->round, __ATOMIC_SEQ_CST);

	if (atomic_fetch_add(&site->arrived, 1) + 1 == WORKERS) {
		atomic_store(&site->arrived, 0);
		__atomic_fetch_add(&site->round, 1, __ATOMIC_SEQ_CST);
		futex_wake_all(&site->round);
	}
	while (!atomic_load(&site->broken) &&
	       __atomic_load_n(&site->round, __ATOMIC_SEQ_CST) == round)
		futex_wait(&site->round, round);
	return !atomic_load(&site->broken);
}

static void give_up(void)
{
	atomic_store(&site->broken, 1);
	__atomic_fetch_add(&site->round, 1, __ATOMIC_SEQ_CST);
	futex_wake_all(&site->round);
}
#endif

__attribute__((noinline)) void work(unsigned worker)
{
	site->done[worker]++;
}

static int work_rounds(unsigned worker, unsigned rounds)
{
	while (rounds--) {
		work(worker);
		if (!meet())
			return STATUS_GONE;
	}
	return 0;
}

int main(int argc, char **argv)
{
	pthread_barrierattr_t attr;
	unsigned rounds, lost = 0;
	int status;

	args_init(argc, argv);
	rounds = args_number("--rounds", 3);
	args_end();
	site = shared_make(sizeof(*site));
	pthread_barrierattr_init(&attr);
	pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(&site->barrier, &attr, WORKERS);
	share_fate(give_up);
	for (unsigned i = 0; i < WORKERS; i++)
		if (make_child() == 0)
			exit(work_rounds(i, rounds));
	while (safe_wait(-1, &status) > 0)
		if (WIFSIGNALED(status)) {
			lost++;
			give_up();
		}
	if (lost)
		printf("given up: workers lost: %u\n", lost);
	else
		printf("all rounds done\n");
	return lost ? STATUS_GONE : 0;
}
