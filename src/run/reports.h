/*
 * reports.h - `under:`: what valgrind has written becomes findings.
 */
#ifndef RUN_REPORTS_H
#define RUN_REPORTS_H

#include "run/execution.h"

/*
 * Read the reports in the execution's ${tmp}: errors are findings, lost memory
 * is noted for the comparison with the run without faults.  -ENOTSUP: valgrind
 * could not run the program.
 */
int reports_collect(struct execution *x, struct err *err);

#endif
