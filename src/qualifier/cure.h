/*
 * cure.h - which declarations mend a program once they are qualified?
 *
 * The qualifier is put into what the preprocessor has made of the sources, or
 * with `command` into the copy that is built; the sources are never touched.
 * What is built so lies in the cache of compiled programs.
 */
#ifndef QUALIFIER_CURE_H
#define QUALIFIER_CURE_H

#include <stdbool.h>
#include <stddef.h>

#include "compile/compile.h"

struct declaration;
struct program_texts;

/*
 * Does the program in @folder behave?  1 yes, 0 no, or an error of ours.  It
 * must say the same of the same program each time: what behaves by chance
 * makes anything a cure.
 */
typedef int (*cure_oracle)(void *arg, const char *folder, struct err *err);

struct cure_request {
	const struct compile_request *build; /* without extra flags and changes */
	const struct program_texts *texts;   /* of that build; NULL: they are read */
	bool known_to_fail;		     /* without a qualifier: it is not tried again */
	const char *qualifier;		     /* "volatile", "_Atomic" */
	const struct declaration *const *candidates; /* the likeliest first */
	size_t count;
	unsigned builds_max; /* then it is given up */
	cure_oracle behaves;
	void *arg;
};

struct cure {
	bool fails;    /* without a qualifier it fails, too: otherwise nothing was tried */
	size_t *names; /* indexes of candidates: all are needed, and they are enough */
	size_t count;  /* 0: they do not mend it, or it was given up */
	bool *refused; /* of each candidate: not found in the text, or the compiler refuses it */
	unsigned builds;
};

/*
 * One at a time while there are few, then the fewest of all.  Compile errors of
 * candidates are no failure; -ENOENT: the compiler is not installed, -ENOEXEC:
 * it refuses the program as it is.
 */
int cure_find(const struct cure_request *request, struct cure *ret, struct err *err);
void cure_release(struct cure *cure);

#endif
