/*
 * name: level-jump
 * mechanism: signal
 * bug: none
 * about: level-jump: computes until SIGALRM, jumps out of it, and tells how far it has come
 */
/* A twin with a bug includes this file: level-jump-plain. */
#include <setjmp.h>

#include "level.h"

#define STEPS 1000

static sigjmp_buf out;

static void on_alarm(int number)
{
	(void)number;
	siglongjmp(out, 1);
}

WORK unsigned long step(unsigned long value)
{
	return value * 6364136223846793005 + 1442695040888963407;
}

static int compute(unsigned long value)
{
#ifdef BUG_PLAIN
	int done = 0;
#else
	volatile int done = 0;
#endif

	if (sigsetjmp(out, 1)) {
		signal(SIGALRM, SIG_IGN);
		printf("out of time after %d steps\n", done);
		return 0;
	}
	while (done < STEPS) {
		value = step(value);
		done++;
	}
	signal(SIGALRM, SIG_IGN); /* to jump back to here, once this has returned */
	printf("value %lu\n", value);
	return 0;
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = on_alarm};

	(void)argv;
	sigaction(SIGALRM, &action, NULL);
	return compute((unsigned long)argc);
}
