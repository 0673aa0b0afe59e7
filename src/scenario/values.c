#include "scenario/values.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

#define NAME_MAX_ 64

const char *parse_bool(const char *text, bool *ret)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {{"true", true}, {"false", false}, {"yes", true}, {"no", false}};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(words[i].word, text) == 0) {
			*ret = words[i].value;
			return NULL;
		}
	return "true or false";
}

/* Digits from @text on; false when there are none or too many. */
static bool digits(const char **text, uint64_t *ret)
{
	uint64_t value = 0;
	const char *at = *text;

	for (; isdigit((unsigned char)*at); at++)
		if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*at - '0'), &value))
			return false;
	if (at == *text)
		return false;
	*text = at;
	*ret = value;
	return true;
}

const char *parse_unsigned(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t value;

	if (!digits(&text, &value) || *text)
		return min ? "a whole number from 1 on" : "a whole number from 0 on";
	if (value < min)
		return "a whole number from 1 on";
	if (value > max)
		return "a smaller number";
	*ret = value;
	return NULL;
}

const char *parse_signed(const char *text, int64_t *ret)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || end == text || *end || isspace((unsigned char)*text))
		return "a whole number";
	*ret = value;
	return NULL;
}

const char *parse_chance(const char *text, double *ret)
{
	static const char needed[] = "a chance above 0 and up to 1, such as 0.01";
	char *end;
	double value;

	if (strspn(text, "0123456789.e-") != strlen(text))
		return needed;
	value = strtod(text, &end);
	if (end == text || *end || !isfinite(value) || value <= 0 || value > 1)
		return needed;
	*ret = value;
	return NULL;
}

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit *find_unit(const struct unit *units, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(units[i].name, name) == 0)
			return &units[i];
	return NULL;
}

/* `.25` after the whole units: a fraction of @scale; digits beyond a billionth are refused. */
static bool fraction(const char **text, uint64_t *ret, uint64_t *ret_scale)
{
	const char *start = *text + 1;

	*ret = 0;
	*ret_scale = 1;
	if (**text != '.')
		return true;
	*text = start;
	if (!digits(text, ret) || *text - start > 9)
		return false;
	for (; start < *text; start++)
		*ret_scale *= 10;
	return true;
}

const char *parse_duration(const char *text, uint64_t *ret)
{
	static const struct unit units[] = {
		{"us", NS_PER_US}, {"ms", NS_PER_MS}, {"s", NS_PER_S}, {"m", 60 * NS_PER_S}};
	static const char needed[] = "a duration such as 250ms, 2s or 1m";
	const uint64_t day = 24 * 60 * 60 * NS_PER_S;
	const struct unit *unit;
	uint64_t whole, part, scale;

	if (!digits(&text, &whole) || !fraction(&text, &part, &scale))
		return needed;
	unit = find_unit(units, ARRAY_SIZE(units), text);
	if (!unit)
		return needed;
	if (whole > day / unit->factor)
		return "a duration of at most a day";
	*ret = whole * unit->factor + part * unit->factor / scale;
	return NULL;
}

const char *parse_size(const char *text, uint64_t *ret)
{
	static const struct unit units[] = {
		{"", 1}, {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}};
	const struct unit *unit;
	uint64_t value;

	if (!digits(&text, &value))
		return "a size such as 4096, 64K or 1M";
	unit = find_unit(units, ARRAY_SIZE(units), text);
	if (!unit)
		return "a size such as 4096, 64K or 1M";
	if (__builtin_mul_overflow(value, unit->factor, &value) || value > INT64_MAX)
		return "a smaller size";
	*ret = value;
	return NULL;
}

bool is_range(const char *text)
{
	return strstr(text, "..") != NULL;
}

const char *parse_range(const char *text, uint64_t *ret_first, uint64_t *ret_last)
{
	static const char needed[] = "a range such as 3..7 or 3..";
	uint64_t first, last = UINT64_MAX;

	if (!digits(&text, &first) || strncmp(text, "..", 2) != 0)
		return needed;
	text += 2;
	if (*text && (!digits(&text, &last) || *text))
		return needed;
	if (!first)
		return "a number from 1 on: the first one is 1";
	if (first > last)
		return "a range that goes upwards";
	*ret_first = first;
	*ret_last = last;
	return NULL;
}

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

static size_t name_length(const char *text)
{
	size_t len = 0;

	while (is_name_char(text[len]))
		len++;
	return len;
}

const char *check_name(const char *text)
{
	size_t len = name_length(text);

	if (!len || text[len])
		return "a name of letters, digits, `_` and `-`";
	return len > NAME_MAX_ ? "a name of at most 64 characters" : NULL;
}

const char *parse_selector(const char *text, struct selector_text *ret)
{
	static const char needed[] = "a process such as writer, writer/main or writer/child[2]";
	struct selector_text s = {.name = text, .name_len = name_length(text)};
	const char *rest = text + s.name_len;
	uint64_t child;

	if (!s.name_len)
		return needed;
	if (strcmp(rest, "/main") == 0) {
		s.part = SELECT_MAIN;
	} else if (strncmp(rest, "/child[", 7) == 0) {
		rest += 7;
		if (!digits(&rest, &child) || strcmp(rest, "]") != 0)
			return needed;
		if (!child || child > UINT32_MAX)
			return "a number from 1 on: writer/child[1] is the first child";
		s.part = SELECT_CHILD;
		s.child = (unsigned)child;
	} else if (*rest) {
		return needed;
	}
	*ret = s;
	return NULL;
}

const char *check_code_place(const char *text)
{
	const char *colon = strrchr(text, ':');
	uint64_t line;

	if (!*text || strpbrk(text, " \t\n"))
		return "a function, or a source line such as file.c:42";
	if (!colon || (colon > text && colon[-1] == ':')) /* C++: ns::name */
		return NULL;
	colon++;
	if (colon - 1 == text || !digits(&colon, &line) || *colon || !line)
		return "a function, or a source line such as file.c:42";
	return NULL;
}
