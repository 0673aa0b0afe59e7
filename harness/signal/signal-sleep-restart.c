/*
 * name: signal-sleep-restart
 * mechanism: signal
 * bug: retry restarts the full time (nanosleep)
 * about: does its work in steps; each signal makes it sleep the whole pause again
 * caught-as: hang spin late
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

static void pause_for(unsigned ms)
{
	struct timespec pause = {.tv_nsec = ms * 1000000L};

	while (nanosleep(&pause, NULL) < 0 && errno == EINTR)
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
