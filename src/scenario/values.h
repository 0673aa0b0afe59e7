/*
 * values.h - the small texts of the language: numbers, times, sizes, counts.
 *
 * Each parser returns NULL and fills @ret, or says what it needs instead
 * ("a duration such as 250ms, 2s or 1m"), a static text; @ret is then as it
 * was.
 */
#ifndef SCENARIO_VALUES_H
#define SCENARIO_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/scenario.h"

const char *parse_bool(const char *text, bool *ret);

/* Decimal digits, from @min to @max. */
const char *parse_unsigned(const char *text, uint64_t min, uint64_t max, uint64_t *ret);
const char *parse_signed(const char *text, int64_t *ret);

/* 0 < chance <= 1 */
const char *parse_chance(const char *text, double *ret);

/* `5us`, `250ms`, `1.5s`, `1m`, in nanoseconds; at most a day. */
const char *parse_duration(const char *text, uint64_t *ret);

/* `4096`, `64K`, `1M`, `2G`: powers of 1024. */
const char *parse_size(const char *text, uint64_t *ret);

/* `3..7` and `3..`; UINT64_MAX = open. */
const char *parse_range(const char *text, uint64_t *ret_first, uint64_t *ret_last);
bool is_range(const char *text);

/* `[A-Za-z0-9_-]+`, at most 64 characters: names of channels, processes, variables. */
const char *check_name(const char *text);

/* `name`, `name/main`, `name/child[2]`. */
struct selector_text {
	const char *name; /* in the text that was parsed, name_len bytes */
	size_t name_len;
	enum selector_part part;
	unsigned child;
};
const char *parse_selector(const char *text, struct selector_text *ret);

/* `name`, or `file.c:42`: a function, or a source line. */
const char *check_code_place(const char *text);

/* Whether @text is written `/…/`. */
bool is_regex(const char *text);

/*
 * Why @pattern (without slashes) is no POSIX extended regular expression that
 * is safe to compile; NULL = it is one.  The answer is written into @why.
 */
const char *check_regex(const char *pattern, char *why, size_t size);

#endif
