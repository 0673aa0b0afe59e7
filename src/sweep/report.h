/*
 * report.h - a bug for people: as the result of a case, and as a scenario
 * file that shows it again.
 */
#ifndef SWEEP_REPORT_H
#define SWEEP_REPORT_H

#include "sweep/sweep.h"

/*
 * Write the scenario of @bug into the folder @dir, as the @number-th of the
 * whole sweep: bug->file.  -EILSEQ: what it runs cannot be written; -ENOTSUP:
 * it is of an attempt that is ->written already.
 */
int bug_write(const struct sweep *sweep, struct bug *bug, const char *dir, size_t number,
	      struct err *err);

/* Complete bug->result: where the fault struck, how often it was seen, how to see it again. */
int bug_complete(const struct sweep *sweep, struct bug *bug);

#endif
