/*
 * count.h - which of the counted moments fire.
 */
#ifndef TRIGGER_COUNT_H
#define TRIGGER_COUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"
#include "model/scenario.h"

/* Does moment number @ordinal (from 1) fire?  @rng: drawn from once a moment, for `chance`. */
bool count_fires(const struct count_spec *count, uint64_t ordinal, struct rng *rng);

/* No later moment than @ordinal can fire: there is no need to look any more. */
bool count_is_over(const struct count_spec *count, uint64_t ordinal);

/* From some moment on every one fires: the fault is persistent. */
bool count_is_persistent(const struct count_spec *count);

#endif
