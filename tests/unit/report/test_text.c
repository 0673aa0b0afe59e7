#include "report/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

struct shown_row {
	char text[40], shown[60];
};

static const struct shown_row shown_rows[] = {
	{"plain", "plain"},
	{"tab\tstays", "tab\tstays"},
	{"two\nlines", "two\\nlines"},
	{"back\rhere", "back\\rhere"},
	{"\033[31mred", "\\x1b[31mred"},
	{"bell\a del\x7f", "bell\\x07 del\\x7f"},
	{"c1 \xc2\x9b", "c1 \\u{9b}"},
	{"raw \x9b", "raw \\x9b"},
	{"rtl \xe2\x80\xae", "rtl \\u{202e}"},
	{"gr\xc3\xbcn \xe6\x97\xa5 \xf0\x9f\x8e\x89", "gr\xc3\xbcn \xe6\x97\xa5 \xf0\x9f\x8e\x89"},
	{"overlong \xc0\x80", "overlong \\xc0\\x80"},
	{"surrogate \xed\xa0\x80", "surrogate \\xed\\xa0\\x80"},
	{"too high \xf4\x90\x80\x80", "too high \\xf4\\x90\\x80\\x80"},
	{"cut \xe6\x97", "cut \\xe6\\x97"},
	{"none \xef\xbf\xbe", "none \\u{fffe}"},
	{"none \xf0\x9f\xbf\xbf", "none \\u{1ffff}"},
};

static void check_shown_row(const struct shown_row *row)
{
	char *shown = text_one_line(row->text);

	cr_expect(eq(str, shown, row->shown));
	free(shown);
}

Test(report_text, spells_what_a_terminal_would_obey)
{
	for (size_t i = 0; i < ARRAY_SIZE(shown_rows); i++)
		check_shown_row(&shown_rows[i]);
}

Test(report_text, printable_keeps_newlines)
{
	char *shown = text_printable("a\033\nb");

	cr_expect(eq(str, shown, "a\\x1b\nb"));
	free(shown);
}

struct lines_row {
	char text[40];
	size_t width;
	char shown[80];
};

static const struct lines_row lines_rows[] = {
	{"a", 0, "| a\n"},
	{"a\nb\n", 0, "| a\n| b\n"},
	{"a\n\nb", 0, "| a\n| \n| b\n"},
	{"", 0, "| \n"},
	{"\n", 0, "| \n"},
	{"12345\n123456\n12", 5, "| 12345\n| 12345 ... (1 bytes more)\n| 12\n"},
	{"123456\n", 5, "| 12345 ... (1 bytes more)\n"},
};

static void check_lines_row(const struct lines_row *row)
{
	char *shown = NULL;
	size_t size;
	FILE *out = open_memstream(&shown, &size);

	text_print_lines(out, row->text, "| ", row->width);
	fclose(out);
	cr_expect(eq(str, shown, row->shown), "'%s'", row->text);
	free(shown);
}

Test(report_text, puts_a_prefix_before_each_line)
{
	for (size_t i = 0; i < ARRAY_SIZE(lines_rows); i++)
		check_lines_row(&lines_rows[i]);
}

struct duration_row {
	uint64_t ns;
	char text[DURATION_TEXT_MAX];
};

static const struct duration_row duration_rows[] = {
	{0, "0 ms"},
	{1, "0.000 ms"},
	{812345, "0.812 ms"},
	{1 * NS_PER_MS, "1 ms"},
	{12345678, "12 ms"},
	{999499999, "999 ms"},
	{999600000, "1.00 s"},
	{1240 * NS_PER_MS, "1.24 s"},
	{12300 * NS_PER_MS, "12.3 s"},
	{60 * NS_PER_S, "1 min 0 s"},
	{3725 * NS_PER_S, "62 min 5 s"},
};

static void check_duration_row(const struct duration_row *row)
{
	char buf[DURATION_TEXT_MAX];

	cr_expect(eq(str, (char *)duration_text(row->ns, buf), row->text));
}

Test(report_text, durations_are_short)
{
	for (size_t i = 0; i < ARRAY_SIZE(duration_rows); i++)
		check_duration_row(&duration_rows[i]);
}
