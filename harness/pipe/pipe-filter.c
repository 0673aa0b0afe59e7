/*
 * name: pipe-filter
 * mechanism: pipe
 * bug: none
 * about: numbers the lines of standard input with stdio, and reports what could not be
 *	read or written
 */
#include <stdio.h>

#include "lib/safe.h"

int main(void)
{
	char line[4096];
	unsigned n = 0;

	while (fgets(line, sizeof(line), stdin))
		printf("%6u\t%s", ++n, line);
	if (ferror(stdin)) {
		perror("pipe-filter: read");
		return STATUS_WRONG;
	}
	if (fflush(stdout) || ferror(stdout)) {
		perror("pipe-filter: write");
		return STATUS_WRONG;
	}
	return 0;
}
