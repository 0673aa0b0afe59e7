/*
 * recorded.h - a scenario and what a run of it has called, as a sweep gets it.
 */
#ifndef TESTS_UNIT_SWEEP_RECORDED_H
#define TESTS_UNIT_SWEEP_RECORDED_H

#include "model/result.h"
#include "scenario/scenario_file.h"
#include "sweep/base.h"

/* Two processes and a pipe between them. */
extern const char recorded_text[];

/* The only scenario of @text; the file is the caller's to release. */
struct scenario *read_one(const char *text, struct scenario_file *ret_file);

/* Add a site with @count places, all alike but for their `nth`; @error: an errno that can be. */
struct call_site *record_add(struct record *record, int process, const char *label,
			     const char *call, enum fd_kind kind, int fd, size_t count, int error);

#endif
