/*
 * baseline_file.h - reads the file of `ipcfault sweep --baseline`: YAML, a list
 * of known findings.
 */
#ifndef SCENARIO_BASELINE_FILE_H
#define SCENARIO_BASELINE_FILE_H

#include "model/baseline.h"
#include "scenario/problem.h"

struct err;

/*
 * Read the file at @path, of @len bytes of @text.  0 also when there are
 * problems in it: they are in *@ret_problems then, sorted by place, and
 * *@ret_baseline has what could be read.  Both are the caller's to release.
 * -ENOMEM.
 */
int baseline_text_read(const char *path, const char *text, size_t len,
		       struct baseline *ret_baseline, struct problems *ret_problems,
		       struct err *err);

/* The same from the file.  -ENOENT and others: it cannot be read. */
int baseline_file_read(const char *path, struct baseline *ret_baseline,
		       struct problems *ret_problems, struct err *err);

#endif
