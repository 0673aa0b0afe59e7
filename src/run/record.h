/*
 * record.h - notes the calls of a run without faults: where a fault could
 * strike.
 */
#ifndef RUN_RECORD_H
#define RUN_RECORD_H

#include "model/result.h"
#include "run/execution.h"

struct recorder;

/* A glob for the path of the file that subjects.c captures a standard output in. */
#define STDOUT_CAPTURE "/memfd:stdout*"

/* What is seen goes to @record, which must outlive the recorder.  NULL when memory is short. */
struct recorder *recorder_new(struct record *record);
void recorder_free(struct recorder *recorder);

/* Is this call one to note, whatever its arguments? */
bool recorder_wants(int call);

/* @t is about to make a call: a no-op without x->recorder.  0, -ENOMEM. */
int recorder_note(struct execution *x, struct tracee *t);

#endif
