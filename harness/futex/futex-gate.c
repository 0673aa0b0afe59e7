/*
 * name: futex-gate
 * mechanism: futex
 * bug: none
 * about: futex-gate [--self]: waits at a futex until the gate is open, which a child opens when
 *	it has read a line of standard input, or SIGUSR2; sleeps only as long as nothing has
 *	changed since it looked, and looks again whenever it wakes
 */
/* Twins with a bug include this file: futex-gate-once, futex-gate-late. */
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"
#include "lib/shared.h"

static struct {
	unsigned changes; /* the futex */
	atomic_bool open;
	unsigned word; /* said before it opens */
} * gate;

static void open_gate(int sig)
{
	(void)sig;
	gate->word = 42;
	atomic_store(&gate->open, true);
	__atomic_fetch_add(&gate->changes, 1, __ATOMIC_SEQ_CST);
	futex_wake_all(&gate->changes);
}

static void on_usr1(int sig)
{
	(void)sig;
}

__attribute__((noinline)) void sleep_at_gate(unsigned seen)
{
#ifdef BUG_LATE
	seen = __atomic_load_n(&gate->changes, __ATOMIC_SEQ_CST);
#endif
	futex_wait(&gate->changes, seen);
}

static void await_gate(void)
{
	for (;;) {
		unsigned seen = __atomic_load_n(&gate->changes, __ATOMIC_SEQ_CST);

		if (atomic_load(&gate->open))
			return;
		sleep_at_gate(seen);
#ifdef BUG_ONCE
		return;
#endif
		printf("woken: looking again\n");
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	unsigned word;
	bool self;

	args_init(argc, argv);
	self = args_flag("--self");
	args_end();
	gate = shared_make(sizeof(*gate));
	on_signal(SIGUSR1, on_usr1, 0);
	on_signal(SIGUSR2, open_gate, 0);
	if (!self && make_child() == 0) {
		await_line();
		open_gate(0);
		exit(0);
	}
	await_gate();
	word = gate->word;
	printf("the word is %u\n", word);
	fflush(stdout);
	wait_for_children(NULL);
	return word == 42 ? 0 : STATUS_WRONG;
}
