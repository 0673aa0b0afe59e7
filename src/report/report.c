#include "report/report.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "report/output.h"
#include "report/reporter.h"

/* clang-format off */
static const struct vocab_row rows[] = {
	[REPORT_TERM]   = { "term",   "for people: failures in full, then a summary", false },
	[REPORT_TAP]    = { "tap",    "Test Anything Protocol 14", false },
	[REPORT_JUNIT]  = { "junit",  "JUnit XML, for CI servers", false },
	[REPORT_JSON]   = { "json",   "one JSON object with everything", false },
	[REPORT_SARIF]  = { "sarif",  "SARIF 2.1, for code scanning", true },
	[REPORT_HTML]   = { "html",   "a page with everything", true },
	[REPORT_GITHUB] = { "github", "annotations of GitHub Actions", true },
};
_Static_assert(ARRAY_SIZE(rows) == REPORT_MAX_, "one row for each report");
const struct vocab report_vocab = {"report", rows, REPORT_MAX_};

static const struct reporter *const reporters[REPORT_MAX_] = {
	[REPORT_TERM]  = &term_reporter,
	[REPORT_TAP]   = &tap_reporter,
	[REPORT_JUNIT] = &junit_reporter,
	[REPORT_JSON]  = &json_reporter,
};
/* clang-format on */

struct report {
	const struct reporter *reporter;
	struct reporter_context ctx;
	struct output output;
	bool failed;
};

static void explore_totals_add(struct explore_totals *totals, const struct case_result *result)
{
	const struct exploration *explore = &result->explore;

	if (!explore->schedules)
		return;
	totals->cases++;
	totals->schedules += explore->schedules;
	totals->points += explore->points;
	totals->kill_points += explore->kill_points;
	totals->signal_points += explore->signal_points;
	if (result->finding_count)
		return;
	totals->silent_schedules += explore->schedules;
	totals->silent_ns += result->duration_ns;
}

void report_totals_add(struct report_totals *totals, const struct case_result *result)
{
	totals->summary.count[result->verdict]++;
	if (result->role == ROLE_CONTROL && result->verdict == VERDICT_PASS)
		totals->caught++;
	explore_totals_add(&totals->explore, result);
}

size_t report_totals_done(const struct report_totals *totals)
{
	size_t done = 0;

	for (int v = 0; v < VERDICT_MAX_; v++)
		done += totals->summary.count[v];
	return done;
}

int report_open(enum report_kind kind, const char *path, FILE *standard,
		const struct report_style *style, struct report **ret_report, struct err *err)
{
	struct report *report;
	int r;

	if (!reporters[kind])
		return err_set(err, -ENOTSUP, "the report `%s` is not available yet",
			       rows[kind].name);
	report = mem_zalloc(sizeof(*report));
	if (!report)
		return err_errno(err, -ENOMEM, "report");
	report->reporter = reporters[kind];
	report->ctx.style = *style;
	report->ctx.state = mem_zalloc(report->reporter->state_size);
	r = report->ctx.state ? output_open(path, standard, &report->output, err)
			      : err_errno(err, -ENOMEM, "report");
	if (r < 0) {
		report_free(report);
		return err_wrap(err, r, "--report %s", rows[kind].name);
	}
	report->ctx.out = report->output.file;
	*ret_report = report;
	return 0;
}

/* @r is what the format said; @err gets the reason. */
static int checked(struct report *report, int r, struct err *err)
{
	if (r < 0)
		err_errno(err, r, "cannot make the report");
	else
		r = output_check(&report->output, err);
	report->failed = r < 0;
	return r;
}

int report_begin(struct report *report, const struct report_totals *totals, struct err *err)
{
	if (!report->reporter->begin)
		return 0;
	errno = 0;
	return checked(report, report->reporter->begin(&report->ctx, totals), err);
}

int report_case_done(struct report *report, const struct case_result *result, struct err *err)
{
	if (report->failed)
		return 0;
	errno = 0;
	return checked(report, report->reporter->case_done(&report->ctx, result), err);
}

void report_progress(struct report *report, const struct report_totals *totals, const char *current)
{
	if (!report->failed && report->reporter->progress)
		report->reporter->progress(&report->ctx, totals, current);
}

int report_end(struct report *report, const struct report_totals *totals, struct err *err)
{
	int r;

	if (report->failed)
		return 0;
	errno = 0;
	r = checked(report, report->reporter->end(&report->ctx, totals), err);
	if (r == 0)
		r = output_commit(&report->output, err);
	report->failed = r < 0;
	return r;
}

void report_abandon(struct report *report)
{
	if (report->output.temporary)
		unlink(report->output.temporary);
}

void report_free(struct report *report)
{
	if (!report)
		return;
	if (report->reporter->release && report->ctx.state)
		report->reporter->release(&report->ctx);
	output_release(&report->output);
	free(report->ctx.state);
	free(report);
}
