/*
 * sweep_totals.h - what one sweep, or several, came to in numbers.
 */
#ifndef MODEL_SWEEP_TOTALS_H
#define MODEL_SWEEP_TOTALS_H

#include <stddef.h>
#include <stdint.h>

/* Of the places of one mechanism, or in one source file. */
struct sweep_share {
	char *name;
	size_t places, survived;
};

struct sweep_shares {
	struct sweep_share *items; /* by name */
	size_t count;
};

struct sweep_totals {
	size_t sites;	     /* calls of one place in the program */
	size_t planned;	     /* attempts: a fault at a place */
	size_t places;	     /* tried: the fault has happened */
	size_t survived;     /* of them */
	size_t not_possible; /* the fault was refused, or its moment did not come */
	size_t left_out;     /* the same had hung often enough */
	size_t waiting;	     /* not tried: interrupted, or out of budget */
	size_t failed;	     /* could not be tried: errors of ours */
	size_t runs, bugs;
	size_t remembered;   /* tried by an earlier sweep, which this one goes on with */
	size_t known;	     /* bugs that are in the baseline */
	size_t mended;	     /* of the baseline, and not found any more */
	uint64_t elapsed_ns; /* of the attempts */
	double score;	     /* survived of the tried, 0 to 1 */
	struct sweep_shares mechanisms, files;
};

/* Survived of the tried, from 0 to 1; 1 when there were none. */
double sweep_share_score(size_t places, size_t survived);

/* More places of @name; 0 or -ENOMEM. */
int sweep_shares_add(struct sweep_shares *shares, const char *name, size_t places, size_t survived);
void sweep_shares_release(struct sweep_shares *shares);

/* All of @more besides what is in @totals; 0 or -ENOMEM. */
int sweep_totals_add(struct sweep_totals *totals, const struct sweep_totals *more);
void sweep_totals_release(struct sweep_totals *totals);

#endif
