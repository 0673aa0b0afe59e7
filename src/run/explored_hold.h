/*
 * explored_hold.h - `--gdb`: stop at the decisive point of a schedule and let
 * a person look.
 */
#ifndef RUN_EXPLORED_HOLD_H
#define RUN_EXPLORED_HOLD_H

#include "run/explored_private.h"

/*
 * Run @trail, which @outcome is of, once more: who is interrupted by its last
 * switch (or, without any, does the last thing) is stopped in front of what he
 * was about to do, and how to attach is printed.  Returns when the run is over.
 */
int explored_hold(struct explored *e, const struct trail *trail,
		  const struct session_outcome *outcome, struct err *err);

#endif
