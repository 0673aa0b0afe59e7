/*
 * name: futex-lock
 * mechanism: futex
 * bug: none
 * about: futex-lock [--rounds N] [--together]: two processes, one after the other or together,
 *	take turns with a lock of their own making that names its holder; who waits for it now
 *	and then asks whether that one still lives
 */
/* Twins with a bug include this file: futex-lock-trusting, futex-lock-impatient. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"
#include "lib/shared.h"

#define PATIENCE_MS 5

static struct {
	unsigned holder; /* process id, 0 = free; the futex */
	unsigned rounds;
	unsigned inside; /* who is at the table */
	unsigned crowded;
} * table;

static int try_lock(unsigned from)
{
	return __atomic_compare_exchange_n(&table->holder, &from, (unsigned)getpid(), 0,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static void lock(void)
{
	while (!try_lock(0)) {
		unsigned holder = __atomic_load_n(&table->holder, __ATOMIC_SEQ_CST);

		if (!holder)
			continue;
#ifdef BUG_TRUSTING
		futex_wait(&table->holder, holder);
#elif defined(BUG_IMPATIENT)
		if (futex_wait_ms(&table->holder, holder, PATIENCE_MS) && errno == ETIMEDOUT &&
		    try_lock(holder))
			return;
#else
		futex_wait_ms(&table->holder, holder, PATIENCE_MS);
		if (kill((pid_t)holder, 0) && errno == ESRCH && try_lock(holder))
			return;
#endif
	}
}

static void unlock(void)
{
	__atomic_store_n(&table->holder, 0, __ATOMIC_SEQ_CST);
	futex_wake_all(&table->holder);
}

__attribute__((noinline)) void play(void)
{
	table->rounds++;
}

/* One who died at the table does not count any more. */
static void sit_down(void)
{
	if (table->inside && !kill((pid_t)table->inside, 0))
		table->crowded = 1;
	table->inside = (unsigned)getpid();
}

static void play_rounds(unsigned rounds)
{
	while (rounds--) {
		lock();
		sit_down();
		play();
		table->inside = 0;
		unlock();
	}
}

int main(int argc, char **argv)
{
	unsigned rounds, killed = 0, later;
	bool together;
	pid_t first;
	int status;

	args_init(argc, argv);
	rounds = args_number("--rounds", 4);
	together = args_flag("--together");
	args_end();
	table = shared_make(sizeof(*table));
	first = make_child();
	if (first == 0) {
		play_rounds(rounds);
		exit(0);
	}
	/* A zombie still has its number: it must be reaped to be seen dead. */
	if (!together && safe_wait(first, &status) > 0)
		killed = status != 0;
	if (make_child() == 0) {
		play_rounds(rounds);
		exit(0);
	}
	status = wait_for_children(&later);
	printf("players lost: %u\n", killed + later);
	if (table->crowded)
		printf("two at the table\n");
	return table->crowded ? STATUS_WRONG : status;
}
