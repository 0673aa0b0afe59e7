#include "lib/mapping.h"

#include <sys/mman.h>

#include "lib/safe.h"

void *map_shared(int fd, size_t size)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		die("mmap");
	return map;
}

/* FNV-1a */
uint32_t checksum(const void *data, size_t size)
{
	const unsigned char *at = data;
	uint32_t sum = 2166136261u;

	while (size-- > 0)
		sum = (sum ^ *at++) * 16777619u;
	return sum ? sum : 1;
}
