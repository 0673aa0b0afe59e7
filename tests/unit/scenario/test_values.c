#include "scenario/values.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/util.h"

struct number_row {
	const char *text;
	uint64_t value;
	bool good;
};

#define UNTOUCHED UINT64_C(4711)

static void check_numbers(const struct number_row *rows, size_t count,
			  const char *(*parse)(const char *, uint64_t *))
{
	for (size_t i = 0; i < count; i++) {
		uint64_t value = UNTOUCHED;
		const char *needed = parse(rows[i].text, &value);

		cr_expect(eq(int, !needed, rows[i].good), "'%s'", rows[i].text);
		cr_expect(eq(u64, value, rows[i].good ? rows[i].value : UNTOUCHED), "'%s'",
			  rows[i].text);
	}
}

Test(scenario_values, durations)
{
	static const struct number_row rows[] = {
		{"5us", 5000, true},
		{"250ms", 250000000, true},
		{"2s", 2000000000, true},
		{"1m", UINT64_C(60000000000), true},
		{"1.5s", 1500000000, true},
		{"0.25ms", 250000, true},
		{"0s", 0, true},
		{"1440m", UINT64_C(86400000000000), true},
		{"1441m", 0, false},
		{"99999999999999999999s", 0, false},
		{"18446744073709551615m", 0, false},
		{"", 0, false},
		{"5", 0, false},
		{"s", 0, false},
		{"5 s", 0, false},
		{" 5s", 0, false},
		{"5S", 0, false},
		{"5h", 0, false},
		{"-5s", 0, false},
		{"+5s", 0, false},
		{"5.s", 0, false},
		{".5s", 0, false},
		{"5..5s", 0, false},
		{"1.0000000001s", 0, false},
		{"5sx", 0, false},
		{"0x5s", 0, false},
	};

	check_numbers(rows, ARRAY_SIZE(rows), parse_duration);
}

Test(scenario_values, sizes)
{
	static const struct number_row rows[] = {
		{"0", 0, true},
		{"4096", 4096, true},
		{"64K", 65536, true},
		{"1M", 1 << 20, true},
		{"2G", UINT64_C(2) << 30, true},
		{"9223372036854775807", INT64_MAX, true},
		{"9223372036854775808", 0, false},
		{"9007199254740992K", 0, false},
		{"18446744073709551616", 0, false},
		{"", 0, false},
		{"K", 0, false},
		{"64k", 0, false},
		{"64KB", 0, false},
		{"64 K", 0, false},
		{"-1", 0, false},
		{"1.5K", 0, false},
	};

	check_numbers(rows, ARRAY_SIZE(rows), parse_size);
}

static const char *parse_small(const char *text, uint64_t *ret)
{
	return parse_unsigned(text, 1, 1000, ret);
}

Test(scenario_values, whole_numbers)
{
	static const struct number_row rows[] = {
		{"1", 1, true},	    {"007", 7, true},	{"1000", 1000, true},
		{"0", 0, false},    {"1001", 0, false}, {"18446744073709551617", 0, false},
		{"", 0, false},	    {"1 ", 0, false},	{"one", 0, false},
		{"-1", 0, false},   {"+1", 0, false},	{"1.0", 0, false},
		{"0x10", 0, false},
	};

	check_numbers(rows, ARRAY_SIZE(rows), parse_small);
}

Test(scenario_values, signed_numbers)
{
	static const struct {
		const char *text;
		int64_t value;
		bool good;
	} rows[] = {
		{"0", 0, true},
		{"-1", -1, true},
		{"4096", 4096, true},
		{"-9223372036854775808", INT64_MIN, true},
		{"9223372036854775808", 0, false},
		{"", 0, false},
		{"-", 0, false},
		{" 1", 0, false},
		{"1x", 0, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int64_t value = 0;

		cr_expect(eq(int, !parse_signed(rows[i].text, &value), rows[i].good), "'%s'",
			  rows[i].text);
		cr_expect(eq(i64, value, rows[i].value), "'%s'", rows[i].text);
	}
}

Test(scenario_values, chances)
{
	static const struct {
		const char *text;
		double value;
		bool good;
	} rows[] = {
		{"1", 1, true},	     {"0.01", 0.01, true}, {"1e-3", 0.001, true},
		{"0.5", 0.5, true},  {"0", 0, false},	   {"1.01", 0, false},
		{"-0.5", 0, false},  {"nan", 0, false},	   {"inf", 0, false},
		{"", 0, false},	     {"50%", 0, false},	   {"0x1", 0, false},
		{"0.5.5", 0, false}, {"1e-999", 0, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		double value = 0;

		cr_expect(eq(int, !parse_chance(rows[i].text, &value), rows[i].good), "'%s'",
			  rows[i].text);
		cr_expect(eq(dbl, value, rows[i].value), "'%s'", rows[i].text);
	}
}

Test(scenario_values, booleans)
{
	static const struct {
		const char *text;
		bool value, good;
	} rows[] = {
		{"true", true, true}, {"false", false, true}, {"yes", true, true},
		{"no", false, true},  {"True", false, false}, {"1", false, false},
		{"", false, false},   {"on", false, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool value = false;

		cr_expect(eq(int, !parse_bool(rows[i].text, &value), rows[i].good), "'%s'",
			  rows[i].text);
		cr_expect(eq(int, value, rows[i].value), "'%s'", rows[i].text);
	}
}

Test(scenario_values, ranges)
{
	static const struct {
		const char *text;
		uint64_t first, last;
	} rows[] = {
		{"3..7", 3, 7},	 {"3..", 3, UINT64_MAX}, {"1..1", 1, 1}, {"0..7", 0, 0},
		{"7..3", 0, 0},	 {"..7", 0, 0},		 {"..", 0, 0},	 {"3...7", 0, 0},
		{"3..7x", 0, 0}, {"3..-7", 0, 0},	 {"3", 0, 0},	 {"a..b", 0, 0},
		{"3.. 7", 0, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t first = 0, last = 0;

		cr_expect(eq(int, !parse_range(rows[i].text, &first, &last), rows[i].first > 0),
			  "'%s'", rows[i].text);
		cr_expect(eq(u64, first, rows[i].first), "'%s'", rows[i].text);
		cr_expect(eq(u64, last, rows[i].last), "'%s'", rows[i].text);
	}
}

Test(scenario_values, selectors)
{
	static const struct {
		const char *text;
		size_t name_len;
		enum selector_part part;
		unsigned child;
	} rows[] = {
		{"writer", 6, SELECT_TREE, 0},
		{"writer/main", 6, SELECT_MAIN, 0},
		{"w-1_a/child[2]", 5, SELECT_CHILD, 2},
		{"w/child[4294967295]", 1, SELECT_CHILD, 4294967295},
		{"w/child[4294967296]", 0, SELECT_TREE, 0},
		{"w/child[0]", 0, SELECT_TREE, 0},
		{"w/child[]", 0, SELECT_TREE, 0},
		{"w/child[1", 0, SELECT_TREE, 0},
		{"w/child[1]x", 0, SELECT_TREE, 0},
		{"w/child", 0, SELECT_TREE, 0},
		{"w/mainx", 0, SELECT_TREE, 0},
		{"w/", 0, SELECT_TREE, 0},
		{"/main", 0, SELECT_TREE, 0},
		{"a b", 0, SELECT_TREE, 0},
		{"", 0, SELECT_TREE, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct selector_text s = {0};

		cr_expect(eq(int, !parse_selector(rows[i].text, &s), rows[i].name_len > 0), "'%s'",
			  rows[i].text);
		cr_expect(eq(sz, s.name_len, rows[i].name_len), "'%s'", rows[i].text);
		cr_expect(eq(int, s.part, rows[i].part), "'%s'", rows[i].text);
		cr_expect(eq(uint, s.child, rows[i].child), "'%s'", rows[i].text);
	}
}

Test(scenario_values, names_and_places)
{
	static const struct {
		const char *text;
		bool name, place;
	} rows[] = {
		{"writer", true, true},	     {"a-b_C9", true, true},
		{"main.c:42", false, true},  {"src/main.c:42", false, true},
		{"ns::fun", false, true},    {"main.c:0", false, false},
		{"main.c:", false, false},   {":42", false, false},
		{"main.c:4x", false, false}, {"two words", false, false},
		{"", false, false},	     {"ä", false, true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cr_expect(eq(int, !check_name(rows[i].text), rows[i].name), "'%s'", rows[i].text);
		cr_expect(eq(int, !check_code_place(rows[i].text), rows[i].place), "'%s'",
			  rows[i].text);
	}
}

Test(scenario_values, names_have_a_limit)
{
	char name[66];

	memset(name, 'x', sizeof(name));
	name[64] = '\0';
	cr_expect(eq(ptr, (void *)check_name(name), NULL));
	name[64] = 'x';
	name[65] = '\0';
	cr_expect(ne(ptr, (void *)check_name(name), NULL));
}

Test(scenario_values, patterns)
{
	static const struct {
		const char *pattern;
		bool good;
	} rows[] = {
		{"", true},
		{"reader has (gone|left)", true},
		{"^[0-9]{1,3}$", true},
		{"x{200}y{5}", true},
		{"a{1,}", true},
		{"(unclosed", false},
		{"[a", false},
		{"a{2,1}", false},
		{"\\", false},
		{"((a{200}){200}){200}", false},
		{"a{1,255}{1,255}", false},
		{"(a{99999999999999999999})", false},
		{"a{1}{1}{1}{1}{1}{1}", true},
	};
	char why[128];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		cr_expect(eq(int, !check_regex(rows[i].pattern, why, sizeof(why)), rows[i].good),
			  "'%s'", rows[i].pattern);
}

Test(scenario_values, a_pattern_has_a_limit)
{
	char pattern[5000], why[128];

	memset(pattern, '(', sizeof(pattern));
	pattern[sizeof(pattern) - 1] = '\0';
	cr_expect(eq(str, (char *)check_regex(pattern, why, sizeof(why)),
		     "longer than 1000 characters"));
}

Test(scenario_values, what_is_a_pattern)
{
	static const struct {
		const char *text;
		bool is;
	} rows[] = {
		{"/x/", true}, {"//", true},  {"/", false},
		{"/x", false}, {"x/", false}, {"", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		cr_expect(eq(int, is_regex(rows[i].text), rows[i].is), "'%s'", rows[i].text);
}
