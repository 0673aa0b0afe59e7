/*
 * tool.h - the tools of valgrind that a program can be run under: their
 * options, and which of their words is which finding.
 */
#ifndef VALGRIND_TOOL_H
#define VALGRIND_TOOL_H

#include <stdbool.h>

#include "model/words.h"

/* Options besides those that all tools get; NULL at the end. */
const char *const *valgrind_options(enum under under);

/* What an error is whose <kind> is @kind ("Race", "InvalidRead"). */
enum finding_kind valgrind_finding(const char *kind);

/* Memory that nothing points to any more at the end of the program. */
bool valgrind_is_lost(const char *kind);

#endif
