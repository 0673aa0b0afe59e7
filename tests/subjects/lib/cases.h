/*
 * cases.h - the case that the first argument names.
 */
#ifndef SUBJECTS_LIB_CASES_H
#define SUBJECTS_LIB_CASES_H

#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct named_case {
	const char *name;
	void (*run)(void);
};

/* The exit status for main(). */
static inline int run_case(const struct named_case *cases, size_t count, const char *name)
{
	for (size_t i = 0; name && i < count; i++)
		if (strcmp(cases[i].name, name) == 0) {
			cases[i].run();
			return 0;
		}
	fprintf(stderr, "no case '%s'\n", name ? name : "");
	return 2;
}

#endif
