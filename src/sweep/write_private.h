/* write_private.h - between write.c, write_fault.c and write_expect.c: what is being written. */
#ifndef SWEEP_WRITE_PRIVATE_H
#define SWEEP_WRITE_PRIVATE_H

#include <stdio.h>

#include "model/scenario.h"

struct writer {
	FILE *to;
	const struct scenario *s;
	char *dir; /* what ${dir} stands for */
	int rc;
};

/* As a scalar in quotes; the second with ${dir} put in. */
void writer_quoted(struct writer *w, const char *text);
void writer_text(struct writer *w, const char *text);

/* "key: [text, text]" and the end of the line. */
void writer_list(struct writer *w, const char *key, const struct strings *list);

void writer_match(struct writer *w, const struct match *match);

/* The parts of that name. */
void writer_faults(struct writer *w);
void writer_expect(struct writer *w);
void writer_schedule(struct writer *w);

#endif
