/*
 * name: process-buffer
 * mechanism: process
 * bug: none
 * about: copies standard input to standard output through a buffer of 4 MiB, or of 4 KiB
 *	where there is not so much memory
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/safe.h"

static char small[4096];

static ssize_t copy(char *buffer, size_t size, size_t *copied)
{
	ssize_t n;

	while ((n = safe_read_some(STDIN_FILENO, buffer, size)) > 0) {
		int error = safe_write(STDOUT_FILENO, buffer, (size_t)n);

		if (error)
			return error;
		*copied += (size_t)n;
	}
	return n;
}

int main(void)
{
	size_t size = 4 << 20, copied = 0;
	char *buffer = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ssize_t error;

	if (buffer == MAP_FAILED) {
		error = copy(small, sizeof(small), &copied);
	} else {
		error = copy(buffer, size, &copied);
		munmap(buffer, size);
	}
	fprintf(stderr, "copied %zu bytes%s%s\n", copied, error ? ": " : "",
		error ? strerror((int)-error) : "");
	return error ? STATUS_WRONG : 0;
}
