/*
 * name: pipe-filter-full
 * mechanism: pipe
 * bug: full device on standard output ignored
 * about: numbers the lines of standard input with stdio; what did not fit on the disk is
 *	lost, exit 0
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
	if (ferror(stdin)) {
		perror("pipe-filter: read");
		return STATUS_WRONG;
	}
	return 0;
}
