/*
 * bugs.h - the findings of many attempts, one entry for each distinct bug:
 * the same finding at the same site after the same family of faults.
 */
#ifndef SWEEP_BUGS_H
#define SWEEP_BUGS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/result.h"
#include "sweep/plan.h"

struct known;

#define BUG_ATTEMPTS_MAX 8 /* that are remembered of a bug */

struct bug {
	enum finding_kind kind;
	bool silent;
	char *process; /* where it was found; NULL = the run */
	size_t site;
	enum fault_family family;
	size_t attempt;			   /* the smallest fault that shows it */
	size_t attempts;		   /* that do */
	struct case_result result;	   /* of that attempt */
	size_t shown_by[BUG_ATTEMPTS_MAX]; /* the smallest of them, in order */
	size_t shown_count;
	bool confirmed;	      /* seen each time that the attempt was made again… */
	size_t asked, agreed; /* …so often it was made, so often it was seen; of one attempt */
	char *file;	      /* its scenario; NULL: not written */
	const struct known *known; /* what the baseline says of it; NULL: it is new */
};

struct bugs {
	struct bug *items;
	size_t count;
};

/*
 * Enter what @result, of attempt number @index, has found.  Its contents are
 * taken when it is the smallest fault of a bug so far.  0 or -ENOMEM.
 */
int bugs_add(struct bugs *bugs, const struct attempt *attempt, size_t index,
	     struct case_result *result);

/* @result, of attempt number @index, is the one that the bug is shown by; its contents are taken.
 */
void bug_take_result(struct bug *bug, size_t index, struct case_result *result);

/* How bad it is: 0 is the worst. */
size_t finding_rank(enum finding_kind kind, bool silent);

/* The worst first: silent wrong output, crashes, what hangs, ... */
void bugs_sort(struct bugs *bugs);

/* How often the same has hung already; see ATTEMPT_LEFT_OUT. */
size_t bugs_hung(const struct bugs *bugs, const struct attempt *attempt);

/* A hang in which a process waited for a time of its own choice: it may only be patient. */
bool bug_pauses(const struct bug *bug);

void bugs_release(struct bugs *bugs);

/* What a signal may well mean: another end, another output.  Not a crash, nor a hang. */
bool is_choice(enum finding_kind kind);

/* The finding that stands for all of a result: the worst. */
const struct finding *worst_finding(const struct case_result *result);

#endif
