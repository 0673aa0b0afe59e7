/*
 * read.h - a JSON report, read again.
 */
#ifndef REPORT_READ_H
#define REPORT_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "model/result.h"
#include "model/sweep_totals.h"

struct err;

struct read_report {
	struct case_result *cases;
	size_t count;
	bool interrupted, has_sweep;
	size_t shard, shards; /* 0 of 0: all of the work */
	struct sweep_totals sweep;
};

/*
 * Read the file at @path.  -EINVAL: it is no JSON, which is told with line and
 * column, or no report of ours.
 */
int report_read(const char *path, struct read_report *ret_report, struct err *err);
void read_report_release(struct read_report *report);

#endif
