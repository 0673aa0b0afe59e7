/*
 * plan.h - from the arguments of a compiler to the commands that do the same, instrumented.
 *
 * One command, as a rule.  But -fsanitize=thread must not be there at link
 * time, or the compiler's own library comes in: what compiles and links at
 * once becomes one command for each source and one for the link.
 */
#ifndef INSTRUMENT_PLAN_H
#define INSTRUMENT_PLAN_H

#include <stddef.h>

#include "instrument/compiler.h"

struct plan_command {
	char **argv; /* NULL at the end */
	size_t count;
	/* In argv, where it makes an object of one source and nothing else; else NULL. */
	const char *source, *output;
};

struct plan {
	struct plan_command *commands; /* to be run in this order, until one fails */
	size_t count;
	size_t objects; /* how many files the commands put into the scratch folder: 0.o, 1.o */
};

struct plan_input {
	const struct compiler *compiler;
	char *const *args;   /* without the compiler; NULL at the end */
	const char *runtime; /* libipcfault_rt.a; NULL: not instrumented, only taken apart */
	const char *scratch; /* a folder for objects */
};

int plan_make(struct plan *ret_plan, const struct plan_input *input, struct err *err);
void plan_release(struct plan *plan);

#endif
