/*
 * rounds.h - a thread that goes round and changes nothing, and so for ever.
 *
 * It is proven by steps: all registers and all memory that can be written are
 * the same as before, on the way it has asked neither the kernel, nor the
 * clock, nor for random numbers, and nobody else is left.
 */
#ifndef RUN_ROUNDS_H
#define RUN_ROUNDS_H

#include "run/execution.h"

/* The interrupted thread @t, the last that runs, is busy: watch its next instructions. */
void rounds_begin(struct execution *x, struct tracee *t);
/* One instruction more; not only of that thread. */
void rounds_stepped(struct execution *x, struct tracee *t);
/* It is proven, and the finding was added. */
bool rounds_proven(const struct execution *x);

#endif
