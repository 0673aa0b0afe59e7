#include "scenario/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/util.h"

Test(scenario_text, finds_what_is_no_text)
{
	static const struct {
		const char *text;
		size_t len;
		int line, col; /* 0 = it is a text */
	} rows[] = {
		{"", 0, 0, 0},
		{"a\tb\r\nc", 6, 0, 0},
		{"gr\xc3\xbc\xc3\x9f", 6, 0, 0},
		{"\xe2\x82\xac\xf0\x9f\x98\x80", 7, 0, 0},
		{"a\0b", 3, 1, 2},
		{"a\nb\x07", 4, 2, 2},
		{"\x7f", 1, 1, 1},
		{"\xc2\x9b", 2, 1, 1}, /* C1: a terminal's CSI */
		{"\xff", 1, 1, 1},
		{"\x80", 1, 1, 1},     /* continuation alone */
		{"\xc0\xaf", 2, 1, 1}, /* overlong */
		{"\xe0\x80\xaf", 3, 1, 1},
		{"\xed\xa0\x80", 3, 1, 1},     /* surrogate */
		{"\xf4\x90\x80\x80", 4, 1, 1}, /* above U+10FFFF */
		{"\xc3", 1, 1, 1},	       /* cut */
		{"\xe2\x82", 2, 1, 1},
		{"\xc3\xbc\xc3", 3, 1, 2},
		{"\xf0\x9f\x98x", 4, 1, 1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct text_fault fault = {0};
		bool found = text_find_fault(rows[i].text, rows[i].len, &fault);

		cr_expect(eq(int, found, rows[i].line > 0), "row %zu", i);
		cr_expect(eq(int, fault.line, rows[i].line), "row %zu", i);
		cr_expect(eq(int, fault.col, rows[i].col), "row %zu", i);
	}
}
