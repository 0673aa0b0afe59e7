/*
 * name: signal-sleep-short
 * mechanism: signal
 * bug: no EINTR retry (nanosleep)
 * about: does its work in steps; a signal ends the pause between two of them early
 * caught-as: wrong-output wrong-exit
 */
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "lib/args.h"
#include "lib/safe.h"

static void on_usr1(int sig)
{
	(void)sig;
}

static void pause_for(unsigned ms)
{
	struct timespec pause = {.tv_nsec = ms * 1000000L};

	nanosleep(&pause, NULL);
}

int main(int argc, char **argv)
{
	unsigned steps, gap, hasty = 0;

	args_init(argc, argv);
	steps = args_number("--steps", 3);
	gap = args_number("--gap", 10);
	args_end();
	on_signal(SIGUSR1, on_usr1, 0);
	for (unsigned i = 0; i < steps; i++) {
		int64_t before = now_ms();

		pause_for(gap);
		hasty += now_ms() - before + 1 < gap;
	}
	printf("steps %u too early %u\n", steps, hasty);
	return hasty ? STATUS_WRONG : 0;
}
