#include "lib/tmpdir.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

char *tmpdir_new(void)
{
	const char *parent = getenv("TMPDIR");
	char *path;

	cr_assert(gt(int, asprintf(&path, "%s/ipcfault-test-XXXXXX", parent ? parent : "/tmp"), 0));
	cr_assert(ne(ptr, mkdtemp(path), NULL), "mkdtemp %s", path);
	return path;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	remove(path);
	return 0;
}

void tmpdir_free(char *path)
{
	if (!path)
		return;
	nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	free(path);
}

char *tmpdir_write(const char *path, const char *name, const char *text)
{
	char *file;
	FILE *stream;

	cr_assert(gt(int, asprintf(&file, "%s/%s", path, name), 0));
	stream = fopen(file, "w");
	cr_assert(ne(ptr, stream, NULL), "%s", file);
	fputs(text, stream);
	fclose(stream);
	return file;
}
