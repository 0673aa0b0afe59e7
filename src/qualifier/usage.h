/*
 * usage.h - how the sources use what they declare.
 */
#ifndef QUALIFIER_USAGE_H
#define QUALIFIER_USAGE_H

#include <stdbool.h>
#include <stddef.h>

struct declaration;
struct program_texts;

struct usage {
	bool over_setjmp;  /* declared in a function that calls setjmp() or sigsetjmp() */
	size_t last_store; /* place of the last store to it in the text, counted from 1; 0 = none */
};

/* Of each of the @count names, in @ret_usages.  0 or -ENOMEM. */
int usage_read(const struct program_texts *texts, const struct declaration *const *names,
	       size_t count, struct usage *ret_usages);

/* The same of one text; added to what is known.  0 or -ENOMEM. */
int usage_of_text(const char *text, const char *file, const struct declaration *const *names,
		  size_t count, struct usage *usages);

#endif
