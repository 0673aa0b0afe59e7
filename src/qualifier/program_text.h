/*
 * program_text.h - all texts that a program is made of, to be changed.
 */
#ifndef QUALIFIER_PROGRAM_TEXT_H
#define QUALIFIER_PROGRAM_TEXT_H

#include <stdbool.h>

#include "compile/compile.h"

struct program_text {
	char *file;  /* as compile_change wants it */
	char *shown; /* the file as debug information ends in it */
	char *text;
};

struct program_texts {
	struct program_text *items;
	size_t count;
};

/*
 * Each source, preprocessed; with `command` the C files as they are, below the
 * sources.  Fails as compile_get() does.
 */
int program_texts_read(const struct compile_request *build, struct program_texts *ret,
		       struct err *err);
/* Whether the compiler makes an object of it: a header is no unit. */
bool program_text_is_unit(const struct program_text *text);
void program_texts_release(struct program_texts *texts);

#endif
