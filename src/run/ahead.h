/*
 * ahead.h - compile what will be wanted, on all processors.
 */
#ifndef RUN_AHEAD_H
#define RUN_AHEAD_H

#include "run/job.h"

/*
 * Every combination that will be run, and with @is_counted those whose accesses
 * will be counted.  What fails is tried again, and told, where it is wanted.
 */
void levels_compile_ahead(struct job *job, bool is_counted);

#endif
