/*
 * outputs.h - captured outputs.
 */
#ifndef RUN_OUTPUTS_H
#define RUN_OUTPUTS_H

#include "model/scenario.h"
#include "oracle/observed.h"

/* Captures are in memory: a process that has printed more is stopped. */
#define OUTPUT_MAX (64u << 20)

/* What was written to the capture, up to OUTPUT_MAX; @fd -1: not captured, *@ret_output untouched.
 */
int output_read(int fd, struct output *ret_output);

#endif
