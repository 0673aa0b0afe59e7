/*
 * loop.h - a thread that is in a loop which its code has no way out of.
 */
#ifndef RUN_LOOP_H
#define RUN_LOOP_H

#include "run/execution.h"

/* Nobody is left who could get the thread out, by a signal or in another way. */
bool loop_is_left_alone(struct execution *x, const struct tracee *t);

/* The thread stands still: true when it is so for ever, and the finding was added. */
bool loop_check(struct execution *x, struct tracee *t);

#endif
