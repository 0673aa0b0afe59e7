/*
 * name: level-doorbell
 * mechanism: mmap
 * bug: none
 * about: level-doorbell host|device FILE: the host tells the device to reset, gives it time, and
 *	tells it to start; the device says what it has been told
 */
/* A twin with a bug includes this file: level-doorbell-plain. */
#include "level.h"

enum { NOTHING, RESET, START };

struct doorbell {
#ifdef BUG_PLAIN
	unsigned command;
#else
	volatile unsigned command;
#endif
};

/* Processor time alone: a device needs some until it is ready. */
WORK unsigned settle(unsigned cycles)
{
	unsigned spent = 0;

	while (cycles > 1) {
		cycles = cycles % 2 ? cycles * 3 + 1 : cycles / 2;
		spent++;
	}
	return spent;
}

static unsigned kick(struct doorbell *bell, unsigned cycles)
{
	unsigned spent;

	bell->command = RESET;
	spent = settle(cycles);
	bell->command = START;
	return spent;
}

static int look(const volatile struct doorbell *bell)
{
	static const char *const names[] = {"nothing", "reset", "start"};

	printf("told: %s\n", names[bell->command % 3]);
	return 0;
}

int main(int argc, char **argv)
{
	if (is_role(argc, argv, "device"))
		return look(map_object(argv[2], sizeof(struct doorbell)));
	printf("started after %u cycles\n",
	       kick(map_object(argv[2], sizeof(struct doorbell)), (unsigned)argc + 24));
	return 0;
}
