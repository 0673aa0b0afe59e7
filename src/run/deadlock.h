/*
 * deadlock.h - nothing happens any more: is it a deadlock?
 */
#ifndef RUN_DEADLOCK_H
#define RUN_DEADLOCK_H

#include "run/execution.h"

/*
 * At a tick: when nothing has happened since the last ones and everybody waits
 * for another, add the finding and return true.
 */
bool deadlock_check(struct execution *x);
void deadlock_forget(struct execution *x);

#endif
