/*
 * memcheck.h - what was found, once more under valgrind: the memory error
 * behind it.
 */
#ifndef SWEEP_MEMCHECK_H
#define SWEEP_MEMCHECK_H

#include "sweep/sweep.h"

struct err;

/*
 * Try each bug of @sweep again with its processes under memcheck: what that
 * sees is added to the bug's findings, and that it saw nothing, or could not
 * look, to its notes.  0 or a negative errno of ours.
 */
int sweep_memcheck(struct sweep *sweep, struct err *err);

#endif
