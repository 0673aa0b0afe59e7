/*
 * name: signal-sleep
 * mechanism: signal
 * bug: none
 * about: does its work in steps that are at least --gap milliseconds apart, signals or not
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "lib/args.h"
#include "lib/safe.h"

static void on_usr1(int sig)
{
	(void)sig;
}

/* To a point in time, not for a while: a signal changes nothing then. */
static void pause_for(unsigned ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += ms * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
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
