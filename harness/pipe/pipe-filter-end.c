/*
 * name: pipe-filter-end
 * mechanism: pipe
 * bug: read error taken for the end of the input
 * about: numbers the lines of standard input with stdio; fgets has two reasons to return
 *	NULL, it knows one
 * caught-as: wrong-exit
 */
#include <stdio.h>

#include "lib/safe.h"

int main(void)
{
	char line[4096];
	unsigned n = 0;

	while (fgets(line, sizeof(line), stdin))
		printf("%6u\t%s", ++n, line);
	if (fflush(stdout) || ferror(stdout)) {
		perror("pipe-filter: write");
		return STATUS_WRONG;
	}
	return 0;
}
