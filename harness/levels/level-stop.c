/*
 * name: level-stop
 * mechanism: signal
 * bug: none
 * about: level-stop: works until SIGTERM says stop, then tells how much was done
 */
/* A twin with a bug includes this file: level-stop-plain. */
#include "level.h"

#ifdef BUG_PLAIN
static int stop;
#else
static volatile sig_atomic_t stop;
#endif

static void on_term(int number)
{
	(void)number;
	stop = 1;
}

WORK unsigned one_task(unsigned seed)
{
	return seed * 1664525 + 1013904223;
}

int main(void)
{
	struct sigaction action = {.sa_handler = on_term};
	unsigned seed = 1, done = 0;

	sigaction(SIGTERM, &action, NULL);
	while (!stop) {
		seed = one_task(seed);
		done++;
	}
	printf("%u tasks, the last gave %u\n", done, seed);
	return 0;
}
