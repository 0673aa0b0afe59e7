/*
 * insert.h - put a qualifier in front of a declared name, in the text of a program.
 *
 *	int stop;			int volatile stop;
 *	char *next;			char *volatile next;
 *	int (*handler)(int);		int (*volatile handler)(int);
 *	int first, second;		int first; int volatile second;
 *	int *at;			int volatile *at;		(what it points to)
 */
#ifndef QUALIFIER_INSERT_H
#define QUALIFIER_INSERT_H

#include <stdbool.h>
#include <stddef.h>

struct declaration;

/* @text as it is, or as the preprocessor has left it. */
struct insert_text {
	const char *text;
	const char *file; /* whose text it is */
};

/*
 * *@ret_text, to be freed, has @qualifier ("volatile") in front of each of the
 * @count names.  A place is where file and line agree and the name is declared,
 * at the column if it is known: file names agree when one ends in the other,
 * at a slash.  A variable outside of functions gets it wherever this text
 * declares it, so that `extern` and definition go on to agree.  *@ret_places: how many
 * were found.  0 or -ENOMEM.
 */
int qualifier_insert(const struct insert_text *input, const char *qualifier,
		     const struct declaration *const *names, size_t count, char **ret_text,
		     size_t *ret_places);

/* Whether these may be names of one file: one ends in the other, at a slash. */
bool source_agrees(const char *a, const char *b);

#endif
