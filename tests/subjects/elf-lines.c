/*
 * elf-lines.c - a line that is compiled into several places
 *
 * cflags: -O1
 */
#include <stdlib.h>
#include <unistd.h>

static inline __attribute__((always_inline)) int twice(int value)
{
	value = abs(value) + getppid(); /* LINE: inlined */
	return value * 2;
}

__attribute__((noinline)) int first(int value);
__attribute__((noinline)) int second(int value);

int first(int value)
{
	return twice(value) + 1;
}

int second(int value)
{
	int sum = 0;

	/* LINE: comment, the next line with code is the loop */
	for (int i = 0; i < value; i++)
		sum += twice(i) + twice(i * 3 + 1);
	return sum;
}

int main(int argc, char **argv)
{
	char byte;

	(void)argv;
	return read(0, &byte, 1) == 1 ? first(argc) + second(argc) : 0;
}
