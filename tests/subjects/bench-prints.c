/*
 * bench-prints.c COUNT - as many writes to standard output, up to the first that fails, which is
 * told
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 16;

	for (int done = 0; done < count; done++)
		if (write(STDOUT_FILENO, "hello\n", 6) != 6) {
			perror("write");
			return 1;
		}
	return 0;
}
