/*
 * journal.h - what a sweep has tried, in a file, so that another one can go on
 * where it ended.
 *
 * The file is only ever added to, one line for each attempt, which is written
 * at once; a last line that is not complete is as if it were not there.
 */
#ifndef SWEEP_JOURNAL_H
#define SWEEP_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

struct attempt;
struct case_result;
struct err;
struct journal;
struct sweep;

/*
 * Open the file at @path, with what is in it when @resume, else empty.
 * -EBUSY: another sweep writes it.  -EINVAL: it is something else.
 */
int journal_open(const char *path, bool resume, struct journal **ret_journal, struct err *err);

/*
 * What follows is of @sweep, which is called @name.  -ESTALE: what was tried of
 * it was another program, or another plan.
 */
int journal_begin(struct journal *journal, const char *name, const struct sweep *sweep,
		  struct err *err);

/*
 * What came of an attempt of the sweep that was begun, if it has been made
 * before; each entry is given once.  1 when there is one, 0, or -ENOMEM, -EINVAL.
 */
int journal_take(struct journal *journal, const struct sweep *sweep, const struct attempt *attempt,
		 struct case_result *ret_result, struct err *err);

/* Errors of ours are left out: they are tried again. */
void journal_add(struct journal *journal, const struct sweep *sweep, const struct attempt *attempt,
		 const struct case_result *result);

/* The first error of journal_add(), a negative errno, or 0. */
int journal_error(const struct journal *journal);

void journal_close(struct journal *journal);

#endif
