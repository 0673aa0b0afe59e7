#include "lib/golden.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void make_parents(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0777);
		*slash = '/';
	}
}

static void write_file(char *path, const char *text)
{
	FILE *stream;

	make_parents(path);
	stream = fopen(path, "w");
	cr_assert(ne(ptr, stream, NULL), "cannot write %s", path);
	fputs(text, stream);
	cr_assert(eq(int, fclose(stream), 0), "cannot write %s", path);
}

static char *read_file(const char *path)
{
	FILE *stream = fopen(path, "r");
	char *text = NULL;
	size_t room = 0;

	cr_assert(ne(ptr, stream, NULL), "%s is missing: make golden writes it", path);
	if (getdelim(&text, &room, '\0', stream) < 0) {
		free(text);
		text = strdup("");
	}
	fclose(stream);
	return text;
}

static int first_difference(const char *a, const char *b)
{
	int line = 1;

	for (; *a && *a == *b; a++, b++)
		line += *a == '\n';
	return line;
}

void golden_expect(const char *name, const char *text)
{
	const char *update = getenv("GOLDEN_UPDATE");
	char path[4096], *want;

	snprintf(path, sizeof(path), "%s/golden/%s", TESTS, name);
	if (update && strcmp(update, "1") == 0) {
		write_file(path, text);
		return;
	}
	want = read_file(path);
	cr_expect(eq(str, (char *)text, want), "%s differs from line %d on", path,
		  first_difference(text, want));
	free(want);
}
