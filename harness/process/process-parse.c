/*
 * name: process-parse
 * mechanism: process
 * bug: none
 * about: reads lines of standard input into a list and prints the longest; on a read error
 *	it tells which line was the last good one
 */
/* Twins with a bug include this file: process-parse-freed, process-parse-lost. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/safe.h"

struct line {
	struct line *next;
	char text[];
};

static struct line *lines;

static void keep(const char *text, size_t len)
{
	struct line *l = malloc(sizeof(*l) + len + 1);

	if (!l)
		die("malloc");
	memcpy(l->text, text, len);
	l->text[len] = '\0';
	l->next = lines;
	lines = l;
}

static void release(void)
{
	while (lines) {
		struct line *l = lines;

		lines = l->next;
		free(l);
	}
}

static ssize_t read_lines(void)
{
	char line[256];
	size_t len = 0;
	ssize_t n;

	while ((n = safe_read_some(STDIN_FILENO, &line[len], 1)) == 1) {
		if (line[len] == '\n' || len == sizeof(line) - 1) {
			keep(line, len);
			len = 0;
		} else {
			len++;
		}
	}
	return n;
}

static int fail(int error)
{
#ifdef BUG_FREED
	const char *last = lines ? lines->text : "none";
#endif

	fprintf(stderr, "read: %s\n", strerror(error));
#ifndef BUG_FREED
	printf("last good line: %s\n", lines ? lines->text : "none");
#endif
#ifdef BUG_LOST
	lines = NULL;
#endif
	release();
#ifdef BUG_FREED
	printf("last good line: %s\n", last);
#endif
	return STATUS_WRONG;
}

int main(void)
{
	const struct line *longest = NULL;
	ssize_t n = read_lines();

	if (n < 0)
		return fail((int)-n);
	for (const struct line *l = lines; l; l = l->next)
		if (!longest || strlen(l->text) > strlen(longest->text))
			longest = l;
	printf("longest line: %s\n", longest ? longest->text : "none");
	release();
	return 0;
}
