/*
 * since.h - only the places in source files that have changed.
 */
#ifndef SWEEP_SINCE_H
#define SWEEP_SINCE_H

#include <stdbool.h>

#include "sweep/plan.h"

struct err;

/* Files of a tree that have changed. */
struct changes {
	const char *top; /* folder of the tree, without a slash at its end */
	char **files;	 /* from there */
	size_t count;
	const char *rev; /* since when, for messages */
};

/*
 * Whether @file, as debug information names it, is one of them.  It may have
 * been compiled elsewhere, or be named from a folder that nobody knows: then
 * the end of the path decides, rather once too often.
 */
bool changes_have(const struct changes *changes, const char *file);

/*
 * Leave out the attempts at sites without such a file on their call stack:
 * ATTEMPT_ELSEWHERE.  -ENODATA: no site says which source file it is in.
 */
int since_plan(const struct record *record, const struct changes *changes, struct plan *plan,
	       struct err *err);

/* Whether a function of a changed file is on the stack of @site. */
bool site_has_changed(const struct call_site *site, const struct changes *changes);

#endif
