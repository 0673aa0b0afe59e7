/*
 * reporter.h - what one format implements; inside report/ only.
 */
#ifndef REPORT_REPORTER_H
#define REPORT_REPORTER_H

#include "report/report.h"

/* What a format's functions get: where to write, how, and memory of their own. */
struct reporter_context {
	FILE *out; /* write errors are found by the caller, with ferror() */
	struct report_style style;
	void *state; /* @state_size zeroed bytes */
};

/* 0 or a negative errno; NULL where there is nothing to do. */
struct reporter {
	size_t state_size;
	int (*begin)(struct reporter_context *ctx, const struct report_totals *totals);
	int (*case_done)(struct reporter_context *ctx, const struct case_result *result);
	void (*progress)(struct reporter_context *ctx, const struct report_totals *totals,
			 const char *current);
	int (*end)(struct reporter_context *ctx, const struct report_totals *totals);
	void (*release)(struct reporter_context *ctx);
};

extern const struct reporter term_reporter, tap_reporter, junit_reporter, json_reporter;

#endif
