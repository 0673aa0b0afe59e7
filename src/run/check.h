/*
 * check.h - `check: [argv]`: a program of the user's judges what is there afterwards.
 */
#ifndef RUN_CHECK_H
#define RUN_CHECK_H

#include "run/execution.h"

/* Runs it, if there is one; an exit status other than 0 is a finding. */
int check_run(struct execution *x, struct err *err);

#endif
