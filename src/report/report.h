/*
 * report.h - telling what came out, in the formats of `--report`.
 *
 * A format is one row of the table in report.c: a name and four functions
 * that see results of the model and nothing of a run.  A report is opened
 * before anything runs, so that a file that cannot be written is known then;
 * it gets the cases one by one and is complete after report_end() with however
 * many there were.  Files are written beside their place and moved there at
 * the end.
 *
 * Functions return 0 or a negative errno.  After a failure (a full disk) the
 * report takes no more and report_free() removes the unfinished file.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/vocab.h"
#include "model/result.h"
#include "model/sweep_totals.h"

struct err;
struct report;

enum report_kind {
	REPORT_TERM,
	REPORT_TAP,
	REPORT_JUNIT,
	REPORT_JSON,
	REPORT_SARIF,
	REPORT_HTML,
	REPORT_GITHUB,
	REPORT_MAX_
};
extern const struct vocab report_vocab;

/* For people's reports only. */
struct report_style {
	bool color;
	bool live;	/* a terminal: keep a progress line at the bottom */
	int verbosity;	/* -1: the summary only; 0: failures too; 1: every case */
	unsigned width; /* columns of the terminal; 0 = 80 */
};

/* Of all cases that were explored. */
struct explore_totals {
	uint64_t cases, schedules, points, kill_points, signal_points;
	/* Of those in which nothing was found: the others were replayed, too. */
	uint64_t silent_schedules, silent_ns;
};

/* Where the whole work stands. */
struct report_totals {
	size_t scenarios, cases; /* chosen to run */
	struct summary summary;	 /* of the cases done */
	unsigned caught;	 /* controls among the passed */
	uint64_t elapsed_ns;
	bool interrupted;		  /* the end came before all were done */
	size_t shard, shards;		  /* the K-th of N parts; 0 of 0 = all of the work */
	const struct sweep_totals *sweep; /* NULL: it is none */
	struct explore_totals explore;
};

/* Adds one case to @totals. */
void report_totals_add(struct report_totals *totals, const struct case_result *result);
size_t report_totals_done(const struct report_totals *totals);

/*
 * Open a report of @kind into the file @path, or onto @standard (not closed)
 * where @path is NULL or "-".  @style is copied.
 */
int report_open(enum report_kind kind, const char *path, FILE *standard,
		const struct report_style *style, struct report **ret_report, struct err *err);

int report_begin(struct report *report, const struct report_totals *totals, struct err *err);
int report_case_done(struct report *report, const struct case_result *result, struct err *err);

/* @current: the title of a case that runs now, or NULL. */
void report_progress(struct report *report, const struct report_totals *totals,
		     const char *current);

int report_end(struct report *report, const struct report_totals *totals, struct err *err);

/* Removes an unfinished file; for a signal handler that is about to _exit(). */
void report_abandon(struct report *report);

void report_free(struct report *report);

#endif
