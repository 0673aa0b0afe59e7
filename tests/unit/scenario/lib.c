#include "lib.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

static struct scenario_file read_with(const char *text, size_t len,
				      const struct scenario_options *options)
{
	struct scenario_file file = {0};
	struct err err = ERR_INIT;

	cr_assert(eq(int, scenario_text_read("test.scn", text, len, options, &file, &err), 0), "%s",
		  err.text);
	return file;
}

struct scenario_file read_scn(const char *text)
{
	return read_with(text, strlen(text), NULL);
}

static char *print(const struct problems *problems)
{
	char *text = NULL;
	size_t len;
	FILE *stream = open_memstream(&text, &len);

	problems_print(problems, false, stream);
	fclose(stream);
	return text;
}

struct scenario_file read_cases(const char *text, size_t count)
{
	struct scenario_file file = read_scn(text);
	char *problems = print(&file.problems);

	cr_assert(eq(str, problems, ""), "%s", text);
	cr_assert(eq(sz, file.count, count), "%s", text);
	free(problems);
	return file;
}

struct scenario_file read_good(const char *text)
{
	return read_cases(text, 1);
}

char *problems_of(const char *text, size_t len, const struct scenario_options *options)
{
	struct scenario_file file = read_with(text, len, options);
	char *problems = print(&file.problems);

	scenario_file_release(&file);
	return problems;
}
