/*
 * memcheck.h - `under: memcheck`: valgrind's findings become ours.
 */
#ifndef RUN_MEMCHECK_H
#define RUN_MEMCHECK_H

#include "run/execution.h"

/* Read the logs of the run; each program with an error is one finding. */
int memcheck_collect(struct execution *x, struct err *err);

#endif
