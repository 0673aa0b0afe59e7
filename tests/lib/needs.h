/*
 * needs.h - skip a test, with the reason, where it cannot run.
 *
 * Shell tests say the same with exit status 77.
 */
#ifndef TESTS_LIB_NEEDS_H
#define TESTS_LIB_NEEDS_H

#include <stdbool.h>

#define NEEDS_SKIP_STATUS 77

bool is_under_valgrind(void);

void needs_root(void);
void needs_user_namespaces(void);
void needs_program(const char *name); /* found in PATH */
void needs_no_valgrind(const char *why);
void needs_no_sanitizer(const char *why);

#endif
