/* Reads TAP 14 as a harness does, and finds the verdicts again. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "recorded.h"

struct tap {
	size_t planned, points, ok, skipped, blocks;
	bool bailed, in_block;
	bool is_closed; /* the plan stood behind the points */
	char *problem;	/* the line that is no TAP */
};

static bool has_prefix(const char *line, const char *prefix)
{
	return strncmp(line, prefix, strlen(prefix)) == 0;
}

/* ` # SKIP` that is not taken back by a backslash. */
static bool has_skip(const char *line)
{
	bool escaped = false;

	for (; *line; line++) {
		if (*line == '#' && !escaped)
			return strncasecmp(line, "# skip", 6) == 0;
		escaped = *line == '\\' && !escaped;
	}
	return false;
}

static bool read_point(struct tap *tap, const char *line)
{
	bool ok = has_prefix(line, "ok ");
	char *end;

	if (!ok && !has_prefix(line, "not ok "))
		return false;
	if (tap->is_closed)
		return false;
	tap->points++;
	tap->ok += ok;
	tap->skipped += has_skip(line);
	return strtoul(line + (ok ? 3 : 7), &end, 10) == tap->points && has_prefix(end, " - ");
}

static bool read_line(struct tap *tap, const char *line, size_t number)
{
	if (tap->in_block) {
		tap->in_block = strcmp(line, "  ...") != 0;
		return has_prefix(line, "  ");
	}
	if (number == 0)
		return strcmp(line, "TAP version 14") == 0;
	if (has_prefix(line, "1..")) {
		/* Before all points, or after them. */
		tap->planned = strtoul(line + 3, NULL, 10);
		tap->is_closed = number != 1;
		return number == 1 || tap->planned == tap->points;
	}
	if (strcmp(line, "  ---") == 0) {
		tap->blocks++;
		return tap->in_block = true;
	}
	if (has_prefix(line, "Bail out!"))
		return tap->bailed = true;
	return read_point(tap, line);
}

static struct tap tap_read(char *text)
{
	struct tap tap = {0};
	char *line;

	for (size_t number = 0; (line = strsep(&text, "\n")) && (*line || text); number++)
		if (!read_line(&tap, line, number) && !tap.problem)
			tap.problem = line;
	return tap;
}

Test(report_tap, a_harness_finds_the_verdicts_again)
{
	for (size_t i = 0; i < recorded_count; i++) {
		struct report_style style = {0};
		struct recorded recorded;
		const unsigned *count = recorded.totals.summary.count;
		struct tap tap;
		char *text;

		recorded_load(recorded_names[i], &recorded);
		text = recorded_report(&recorded, REPORT_TAP, &style);
		tap = tap_read(text);
		cr_expect(eq(ptr, tap.problem, NULL), "%s: not TAP: %s", recorded_names[i],
			  tap.problem);
		cr_expect(eq(sz, tap.planned,
			     recorded.totals.sweep ? recorded.count : recorded.totals.cases),
			  "%s", recorded_names[i]);
		cr_expect(eq(sz, tap.points, recorded.count), "%s", recorded_names[i]);
		cr_expect(eq(sz, tap.ok, count[VERDICT_PASS] + count[VERDICT_SKIP]), "%s",
			  recorded_names[i]);
		cr_expect(eq(sz, tap.skipped, count[VERDICT_SKIP]), "%s", recorded_names[i]);
		cr_expect(eq(sz, tap.blocks, tap.points - tap.ok), "%s", recorded_names[i]);
		cr_expect(eq(int, tap.bailed, recorded.totals.interrupted), "%s",
			  recorded_names[i]);
		cr_expect(not(tap.in_block), "%s", recorded_names[i]);
		free(text);
		recorded_release(&recorded);
	}
}
