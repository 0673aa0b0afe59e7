/*
 * stepped.h - a process is killed, or gets a signal, in front of each of its
 * instructions: one run for each, of programs as they are.
 *
 * The first run only looks: how many instructions there are, and which of them
 * find the same state (walk.h).  Of those one is tried for all, when it is
 * SIGKILL: nothing of the dead process is left but what the others see.
 */
#ifndef RUN_STEPPED_H
#define RUN_STEPPED_H

#include "run/explored.h"

/* By its faults, or by what explore was asked for. */
bool stepped_is_wanted(const struct run_case *c);

/* As explored_run(); -EINVAL when nobody asked to explore. */
int stepped_run(struct job *job, struct err *err);

#endif
