/*
 * name: pipe-lines
 * mechanism: pipe
 * bug: none
 * about: reads lines of one letter each and counts those that hold another's letters
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/safe.h"

int main(void)
{
	unsigned lines = 0, torn = 0;
	char block[4096], first = 0;
	bool mixed = false;
	ssize_t n;

	while ((n = safe_read_some(STDIN_FILENO, block, sizeof(block))) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (block[i] == '\n') {
				lines++;
				torn += mixed;
				first = 0;
				mixed = false;
			} else if (first == 0) {
				first = block[i];
			} else if (block[i] != first) {
				mixed = true;
			}
		}
	}
	printf("lines %u torn %u\n", lines, torn);
	return n < 0 || first || torn ? STATUS_WRONG : 0;
}
