/*
 * describe.h - a case in words: what `term` and `junit` both tell.
 */
#ifndef REPORT_DESCRIBE_H
#define REPORT_DESCRIBE_H

#include <stdio.h>

#include "model/result.h"

enum paint { PAINT_NONE, PAINT_HEADING, PAINT_DIM, PAINT_GOOD, PAINT_BAD, PAINT_DOUBT, PAINT_MAX_ };

/* The escape sequence that begins @paint; "" unless @color. */
const char *paint_code(enum paint paint, bool color);
enum paint verdict_paint(enum verdict verdict);

/* `title [signal=SIGUSR1] (control)` on one line. */
void describe_title(FILE *out, const struct case_result *result);

/* The kinds of the findings, each once: `sigpipe, leak`. */
void describe_kinds(FILE *out, const struct case_result *result);

/* What is worth saying in one line: the reason, or the findings. */
void describe_gist(FILE *out, const struct case_result *result);

/*
 * All that helps to understand the case, in sections: why, what was injected,
 * what broke, the processes, notes, and the line that reproduces it.
 */
void describe_case(FILE *out, const struct case_result *result, bool color);

#endif
