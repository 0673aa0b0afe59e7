/*
 * gdb.h - `--gdb`: stop at the fault and let a person look.
 */
#ifndef RUN_GDB_H
#define RUN_GDB_H

#include "run/execution.h"

/*
 * Stop the process that was struck, let go of it, and print how to attach.
 * Afterwards it is no longer ours: the calls that our filter stops fail with
 * ENOSYS, so it can be looked at, and not be let run on as if nothing were.
 * Returns when it has ended.
 */
void gdb_hand_over(struct execution *x);

#endif
