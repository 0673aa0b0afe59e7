/*
 * baseline.h - the findings of sweeps that are known: `--baseline FILE`.
 */
#ifndef MODEL_BASELINE_H
#define MODEL_BASELINE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/scenario.h"

/*
 * One finding, told by what stays as it is when the program around it changes:
 * names, no addresses and no lines.  All texts are owned.
 */
struct known {
	struct pos pos; /* in the file; line 0 = not from one */
	char *of;	/* what was swept */
	enum finding_kind kind;
	bool silent;
	char *process; /* where it was found; NULL = the run */
	char *caller;  /* the process that makes the call; NULL: the same */
	char *call;
	enum fd_kind on;
	char *fault; /* family */
	char *at;    /* "sort!write_line < sort!main": who makes the call */
	/* What people say of it, which is kept. */
	bool judged, genuine;
	char *reason; /* NULL: none is given */
};

struct baseline {
	char *file;
	struct known *items;
	size_t count;
};

/* Whether both tell of the same finding, whatever people say of it. */
bool known_is_same(const struct known *a, const struct known *b);

void known_release(struct known *known);
void baseline_release(struct baseline *baseline);

#endif
