/*
 * lib.h - scenarios from texts.
 */
#ifndef TESTS_UNIT_SCENARIO_LIB_H
#define TESTS_UNIT_SCENARIO_LIB_H

#include "scenario/scenario_file.h"

/* Read @text as "test.scn"; fails the test when that is not possible at all. */
struct scenario_file read_scn(const char *text);

/* The same; there must be no problem and one scenario, or @count of them. */
struct scenario_file read_good(const char *text);
struct scenario_file read_cases(const char *text, size_t count);

/* What problems_print() says of @text, with options; free() it. */
char *problems_of(const char *text, size_t len, const struct scenario_options *options);

/* A title, a mechanism, the channel `data` and the processes `writer` and `reader`. */
#define SCN_HEAD                                                                                   \
	"scenario: a test\n"                                                                       \
	"mechanism: pipe\n"                                                                        \
	"channels: {data: pipe}\n"                                                                 \
	"processes:\n"                                                                             \
	"  writer: {run: [/bin/echo, hello], stdout: data}\n"                                      \
	"  reader: {run: [/bin/cat], stdin: data}\n"

#endif
