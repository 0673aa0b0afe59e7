/*
 * baseline.h - what a sweep has found against what is known.
 */
#ifndef SWEEP_BASELINE_H
#define SWEEP_BASELINE_H

#include <stdio.h>

#include "model/baseline.h"
#include "sweep/sweep.h"

struct err;

enum known_state {
	KNOWN_NOT_TRIED, /* nothing was swept that it is a finding of */
	KNOWN_MENDED,	 /* its place is not there any more, or all was tried and survived there */
	KNOWN_UNSURE,	 /* not all of it could be tried */
	KNOWN_FOUND,
};

/*
 * Compare the bugs of @sweep, which is called @of in @baseline: bug->known of
 * each, and @states of the known ones (as many as the baseline has), which is
 * only ever raised.  One entry is one bug: of two with the same words in the
 * baseline, and three that are found, the third is new.  0 or -ENOMEM.
 */
int baseline_compare(const struct baseline *baseline, const char *of, struct sweep *sweep,
		     enum known_state *states);

/* Enter @bug into @baseline.  0 or -ENOMEM. */
int baseline_add(struct baseline *baseline, const char *of, const struct sweep *sweep,
		 const struct bug *bug);

/* @bug in the words of one line; to be freed, NULL when memory is short. */
char *bug_text(const char *of, const struct sweep *sweep, const struct bug *bug);

/* All of @known in the words of one line; to be freed, NULL when memory is short. */
char *known_text(const struct known *known);

/* Sorts it; 0, or -EIO with errno. */
int baseline_write(struct baseline *baseline, FILE *to);

#endif
