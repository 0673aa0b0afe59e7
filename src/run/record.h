/*
 * record.h - notes the calls of a run without faults: where a fault could
 * strike.
 */
#ifndef RUN_RECORD_H
#define RUN_RECORD_H

#include "model/result.h"
#include "run/execution.h"

struct recorder;

/* Globs for the paths of the files that subjects.c captures standard output and error in. */
#define STDOUT_CAPTURE "/memfd:stdout*"
#define STDERR_CAPTURE "/memfd:stderr*"

/* What is seen goes to @record, which must outlive the recorder.  NULL when memory is short. */
struct recorder *recorder_new(struct record *record);
void recorder_free(struct recorder *recorder);

/* Is this call one to note, whatever its arguments? */
bool recorder_wants(int call);

/* @t is about to make a call: a no-op without x->recorder.  0, -ENOMEM. */
int recorder_note(struct execution *x, struct tracee *t);

#endif
