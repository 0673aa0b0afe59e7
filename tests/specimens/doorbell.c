/* The host: RESET must come before START, but nothing tells the compiler that it is read. */
#include "doorbell.h"

static void ring(struct doorbell *bell)
{
	bell->command = RESET;
	bell->command = START;
}

int main(int argc, char **argv)
{
	struct doorbell *bell = (void *)((char *)map_file(argv[1], 8192, 0) + DOORBELL_AT);

	ring(bell);
	if (argc > 2)
		execl(argv[2], argv[2], argv[1], NULL);
	return argc > 2 ? 2 : 0;
}
