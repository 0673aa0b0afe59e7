/*
 * recorded.h - results from tests/golden/report/NAME.json, and what a report
 * makes of them.
 */
#ifndef TESTS_UNIT_REPORT_RECORDED_H
#define TESTS_UNIT_REPORT_RECORDED_H

#include "report/report.h"

struct recorded {
	struct report_totals totals; /* as at the end */
	struct case_result *cases;
	size_t count;
	struct sweep_totals sweep; /* totals.sweep, if it was one */
};

extern const char *const recorded_names[];
extern const size_t recorded_count;

void recorded_load(const char *name, struct recorded *ret_recorded);
void recorded_release(struct recorded *recorded);

/* All of @recorded through a report of @kind; the text is the caller's. */
char *recorded_report(const struct recorded *recorded, enum report_kind kind,
		      const struct report_style *style);

#endif
