#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/values.h"

/*
 * regcomp(3) copies what is repeated, once per repetition, and recurses into
 * parentheses: a short pattern can cost gigabytes or the whole stack.
 */
#define PATTERN_MAX 1000
#define REPEATS_MAX 1000

bool is_regex(const char *text)
{
	size_t len = strlen(text);

	return len >= 2 && text[0] == '/' && text[len - 1] == '/';
}

/* The product of all upper bounds of `{m,n}`, whether they are nested or not. */
static unsigned long repeats(const char *pattern)
{
	unsigned long product = 1;

	for (const char *at = strchr(pattern, '{'); at; at = strchr(at + 1, '{')) {
		const char *end = strchr(at, '}');
		const char *comma = strchr(at, ',');
		unsigned long most = strtoul(at + 1, NULL, 10), upper = 0;

		if (comma && end && comma < end)
			upper = strtoul(comma + 1, NULL, 10);
		if (upper > most)
			most = upper;
		if (most > REPEATS_MAX)
			return most;
		product *= most ? most : 1;
		if (product > REPEATS_MAX)
			return product;
	}
	return product;
}

const char *check_regex(const char *pattern, char *why, size_t size)
{
	regex_t regex;
	int r;

	if (strlen(pattern) > PATTERN_MAX) {
		snprintf(why, size, "longer than %d characters", PATTERN_MAX);
		return why;
	}
	if (repeats(pattern) > REPEATS_MAX) {
		snprintf(why, size, "more than %d repetitions", REPEATS_MAX);
		return why;
	}
	r = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB | REG_NEWLINE);
	if (r) {
		regerror(r, &regex, why, size);
		return why;
	}
	regfree(&regex);
	return NULL;
}
