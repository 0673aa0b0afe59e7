#include "scenario/problem.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/util.h"

static void add(struct problems *problems, const char *source, struct pos pos,
		const char *suggestion, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	cr_assert(eq(int, problems_add(problems, source, strlen(source), pos, suggestion, fmt, ap),
		     0));
	va_end(ap);
}

static char *print(const struct problems *problems, bool colour)
{
	char *text = NULL;
	size_t len;
	FILE *stream = open_memstream(&text, &len);

	problems_print(problems, colour, stream);
	fclose(stream);
	return text;
}

Test(scenario_problem, looks_like_this)
{
	static const struct {
		const char *source;
		struct pos pos;
		const char *suggestion, *text, *want;
	} rows[] = {
		{"a: b\n", {1, 4}, NULL, "wrong", "f:1:4: error: wrong\n    a: b\n       ^\n"},
		{"a: b\n",
		 {1, 4},
		 "c",
		 "wrong",
		 "f:1:4: error: wrong; did you mean `c`?\n    a: b\n       ^\n"},
		{"\ta: b\r\n",
		 {1, 5},
		 NULL,
		 "wrong",
		 "f:1:5: error: wrong\n    \ta: b\n    \t   ^\n"},
		{"\u00fc: b",
		 {1, 4},
		 NULL,
		 "wrong",
		 "f:1:4: error: wrong\n    \u00fc: b\n       ^\n"},
		{"x\ny\n", {2, 1}, NULL, "wrong", "f:2:1: error: wrong\n    y\n    ^\n"},
		{"x", {9, 3}, NULL, "wrong", "f:9:3: error: wrong\n    \n      ^\n"},
		{"x", {0, 0}, NULL, "wrong", "f: error: wrong\n"},
		{"x", {0, 0}, NULL, "two\nlines\033[31m", "f: error: two lines?[31m\n"},
		{"\033[2J\xff", {1, 1}, NULL, "bad", "f:1:1: error: bad\n    ?[2J?\n    ^\n"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct problems problems = {.file = mem_strdup("f")};
		char *got;

		add(&problems, rows[i].source, rows[i].pos, rows[i].suggestion, "%s", rows[i].text);
		got = print(&problems, false);
		cr_expect(eq(str, got, (char *)rows[i].want), "row %zu", i);
		free(got);
		problems_release(&problems);
	}
}

Test(scenario_problem, has_colours_on_demand)
{
	struct problems problems = {.file = mem_strdup("f")};
	char *got;

	add(&problems, "a: b", (struct pos){1, 4}, "c", "wrong");
	got = print(&problems, true);
	cr_expect(eq(str, got,
		     "\033[1mf:1:4:\033[0m \033[1;31merror:\033[0m wrong; did you mean "
		     "`\033[1mc\033[0m`?\n    a: b\n       \033[1;32m^\033[0m\n"));
	free(got);
	problems_release(&problems);
}

Test(scenario_problem, is_kept_once_and_in_order)
{
	struct problems problems = {.file = mem_strdup("f")};

	add(&problems, "abc\nd", (struct pos){2, 1}, NULL, "third");
	add(&problems, "abc\nd", (struct pos){1, 3}, NULL, "second");
	add(&problems, "abc\nd", (struct pos){1, 1}, NULL, "first");
	add(&problems, "abc\nd", (struct pos){1, 3}, NULL, "second");
	problems_sort(&problems);
	cr_assert(eq(sz, problems.count, 3));
	cr_expect(eq(str, problems.items[0].text, "first"));
	cr_expect(eq(str, problems.items[1].text, "second"));
	cr_expect(eq(str, problems.items[2].text, "third"));
	problems_release(&problems);
}

Test(scenario_problem, of_a_long_line_shows_the_part_around_it)
{
	struct problems problems = {.file = mem_strdup("f")};
	char line[2001];

	memset(line, 'x', sizeof(line) - 1);
	line[2000] = '\0';
	line[999] = 'Y';
	add(&problems, line, (struct pos){1, 1000}, NULL, "wrong");
	cr_expect(eq(chr, problems.items[0].line[problems.items[0].caret], 'Y'));
	cr_expect(lt(sz, strlen(problems.items[0].line), 130));
	cr_expect(eq(int, strncmp(problems.items[0].line, "...x", 4), 0));
	problems_release(&problems);
}

Test(scenario_problem, text_has_a_limit)
{
	struct problems problems = {.file = mem_strdup("f")};
	char text[5001];

	memset(text, 'x', sizeof(text) - 1);
	text[5000] = '\0';
	add(&problems, "", (struct pos){0, 0}, NULL, "%s", text);
	cr_expect(eq(sz, strlen(problems.items[0].text), 303));
	problems_release(&problems);
}
