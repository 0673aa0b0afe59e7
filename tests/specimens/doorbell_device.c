/* The device: maps only its page of the file, and behind another mapping. */
#include <sched.h>

#include "doorbell.h"

int main(int argc, char **argv)
{
	void *other = mmap(NULL, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	volatile struct doorbell *bell = map_file(argv[1], 4096, DOORBELL_AT);

	if (argc < 2 || other == MAP_FAILED)
		return 2;
	while (bell->command != START)
		sched_yield();
	bell->done = 1;
	return 0;
}
