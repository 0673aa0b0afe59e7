/*
 * problem.h - what is wrong with a scenario file, with place and suggestion.
 */
#ifndef SCENARIO_PROBLEM_H
#define SCENARIO_PROBLEM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "model/scenario.h"

#define PROBLEMS_MAX 100 /* kept of one file */

struct problem {
	struct pos pos;	  /* columns count characters */
	char *text;	  /* without a newline */
	char *suggestion; /* the word that was probably meant; NULL = none */
	char *line;	  /* the source line, or the part of it around pos; NULL = no place */
	int caret;	  /* characters of @line in front of pos */
};

struct problems {
	char *file; /* as the user named it */
	struct problem *items;
	size_t count;
	bool cut; /* there were more than PROBLEMS_MAX */
};

/*
 * Add a problem unless the same is there already.  @source (@len bytes and a NUL) is
 * the text of the file, for the line; pos.line 0 = the file as a whole; @suggestion
 * may be NULL.  0 or -ENOMEM.
 */
int problems_add(struct problems *problems, const char *source, size_t len, struct pos pos,
		 const char *suggestion, const char *fmt, va_list ap)
	__attribute__((format(printf, 6, 0)));

/* In the order of the file. */
void problems_sort(struct problems *problems);
void problems_release(struct problems *problems);

/*
 * `file:line:column: error: text; did you mean `word`?`, the source line and a
 * caret.  @colour: with ANSI colours.
 */
void problem_print(const char *file, const struct problem *problem, bool colour, FILE *to);
void problems_print(const struct problems *problems, bool colour, FILE *to);

#endif
