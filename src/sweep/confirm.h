/*
 * confirm.h - what was found is tried again: what is not seen each time was
 * chance.
 */
#ifndef SWEEP_CONFIRM_H
#define SWEEP_CONFIRM_H

#include "sweep/sweep.h"

struct err;

/*
 * Try each bug of @sweep again, several times, by the smallest fault that shows
 * it or else a larger one; those that are not seen each time are dropped and
 * counted as doubtful.  0 or a negative errno of ours.
 */
int sweep_confirm(struct sweep *sweep, struct err *err);

#endif
