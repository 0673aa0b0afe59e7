/*
 * For people: failures in full as they come, a progress line on a terminal,
 * and at the end a summary that needs no manual.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "base/util.h"
#include "report/describe.h"
#include "report/reporter.h"
#include "report/text.h"

#define REDRAW_NS     (50 * NS_PER_MS)
#define ERASE_LINE    "\r\033[K"
#define LISTED_AGAIN  20
#define LISTED_SHARES 10
#define REASONS_MAX   32

struct term_state {
	bool drawn;	     /* a progress line stands there */
	uint64_t last_drawn; /* elapsed time of it */
	bool told;	     /* something stands above the summary */
	size_t troubled_count;
	struct troubled {
		char *line;
	} troubled[LISTED_AGAIN];
	/* Why cases were skipped: the first of each reason is told by its name. */
	size_t reason_count;
	struct skipped {
		char *reason;
		size_t more; /* cases than that first one */
	} reasons[REASONS_MAX];
};

/* clang-format off */
static const struct verdict_words {
	const char *label;    /* in front of a case */
	const char *one, *many; /* "66 passed" */
} verdict_words[] = {
	[VERDICT_PASS]         = { "PASS",         "passed", "passed" },
	[VERDICT_FAIL]         = { "FAIL",         "failed", "failed" },
	[VERDICT_INCONCLUSIVE] = { "INCONCLUSIVE", "inconclusive", "inconclusive" },
	[VERDICT_ERROR]        = { "ERROR",        "error", "errors" },
	[VERDICT_SKIP]         = { "SKIP",         "skipped", "skipped" },
};
_Static_assert(ARRAY_SIZE(verdict_words) == VERDICT_MAX_, "words for each verdict");
/* clang-format on */

static void erase(struct reporter_context *ctx)
{
	struct term_state *state = ctx->state;

	if (state->drawn)
		fputs(ERASE_LINE, ctx->out);
	state->drawn = false;
}

static void print_verdict(struct reporter_context *ctx, enum verdict verdict)
{
	fprintf(ctx->out, "%s%s%s  ", paint_code(verdict_paint(verdict), ctx->style.color),
		verdict_words[verdict].label, paint_code(PAINT_NONE, ctx->style.color));
}

static void print_label(struct reporter_context *ctx, const struct case_result *result)
{
	print_verdict(ctx, result->verdict);
	describe_title(ctx->out, result);
}

static void print_tried(FILE *out, uint64_t count, const char *what)
{
	if (count)
		fprintf(out, ", %" PRIu64 " %s%s", count, what, count == 1 ? "" : "s");
}

/* What was tried of a case that is explored, and what it means that nothing was found. */
static void print_explored(FILE *out, const struct case_result *result)
{
	const struct exploration *explore = &result->explore;

	if (!explore->schedules)
		return;
	fprintf(out, "      %" PRIu64 " schedule%s", explore->schedules,
		explore->schedules == 1 ? "" : "s");
	if (explore->strategy)
		fprintf(out, " (strategy: %s)", explore->strategy);
	print_tried(out, explore->kill_points, "kill point");
	print_tried(out, explore->signal_points, "signal point");
	print_tried(out, explore->points, "point");
	fprintf(out, ", %" PRIu64 " %s", explore->flows,
		explore->flows == 1 ? "process" : "processes and threads");
	putc('\n', out);
	if (explore->bound && !result->finding_count)
		text_print_lines(out, explore->bound, "      ", 0);
	for (size_t i = 0; i < result->note_count; i++)
		text_print_lines(out, result->notes[i], "      ", 0);
}

/* One line is enough: passed, or skipped with the reason. */
static void print_short(struct reporter_context *ctx, const struct case_result *result)
{
	char took[DURATION_TEXT_MAX];

	print_label(ctx, result);
	if (result->verdict == VERDICT_PASS && result->role == ROLE_CONTROL)
		fputs(": caught, as it must be", ctx->out);
	if (result->reason || result->finding_count) {
		fputs(": ", ctx->out);
		describe_gist(ctx->out, result);
	}
	if (result->verdict == VERDICT_SKIP) {
		putc('\n', ctx->out);
		return;
	}
	fprintf(ctx->out, "  %s%s%s\n", paint_code(PAINT_DIM, ctx->style.color),
		duration_text(result->duration_ns, took), paint_code(PAINT_NONE, ctx->style.color));
	print_explored(ctx->out, result);
}

static bool is_trouble(const struct case_result *result)
{
	return result->verdict != VERDICT_PASS && result->verdict != VERDICT_SKIP;
}

/* Long output scrolls away: the summary names them again. */
static void remember(struct term_state *state, const struct case_result *result)
{
	size_t size;
	FILE *out;

	if (state->troubled_count++ >= LISTED_AGAIN)
		return;
	out = open_memstream(&state->troubled[state->troubled_count - 1].line, &size);
	if (!out)
		return;
	if (result->file && *result->file) {
		text_print(out, result->file);
		fprintf(out, ":%d: ", result->line);
	}
	describe_title(out, result);
	fputs(": ", out);
	if (result->verdict == VERDICT_FAIL)
		describe_kinds(out, result);
	else
		fputs(verdict_words[result->verdict].one, out);
	fclose(out);
}

/* A machine that lacks a program skips dozens of cases for it. */
static bool is_one_more(struct term_state *state, const struct case_result *result)
{
	char *reason;

	if (result->verdict != VERDICT_SKIP || result->finding_count || !result->reason)
		return false;
	for (size_t i = 0; i < state->reason_count; i++)
		if (strcmp(state->reasons[i].reason, result->reason) == 0) {
			state->reasons[i].more++;
			return true;
		}
	reason = state->reason_count < REASONS_MAX ? mem_strdup(result->reason) : NULL;
	if (reason)
		state->reasons[state->reason_count++] = (struct skipped){reason, 0};
	return false;
}

static int term_case_done(struct reporter_context *ctx, const struct case_result *result)
{
	struct term_state *state = ctx->state;
	bool trouble = is_trouble(result);

	if (trouble)
		remember(state, result);
	if (ctx->style.verbosity < 0 ||
	    (ctx->style.verbosity == 0 &&
	     (result->verdict == VERDICT_PASS || is_one_more(state, result))))
		return 0;
	erase(ctx);
	state->told = true;
	if (!trouble) {
		print_short(ctx, result);
		return 0;
	}
	print_label(ctx, result);
	putc('\n', ctx->out);
	describe_case(ctx->out, result, ctx->style.color);
	putc('\n', ctx->out);
	return 0;
}

static void print_counts(FILE *out, const struct report_totals *totals)
{
	const unsigned *count = totals->summary.count;

	fprintf(out, "%u passed", count[VERDICT_PASS]);
	if (totals->caught)
		fprintf(out, " (%u control%s caught)", totals->caught,
			totals->caught == 1 ? "" : "s");
	for (int v = VERDICT_PASS + 1; v < VERDICT_MAX_; v++)
		if (count[v])
			fprintf(out, ", %u %s", count[v],
				count[v] == 1 ? verdict_words[v].one : verdict_words[v].many);
}

/* From the mean so far; nothing while that means nothing. */
static void print_eta(FILE *out, const struct report_totals *totals, size_t done)
{
	uint64_t seconds;

	if (done < 2 || done >= totals->cases)
		return;
	seconds = totals->elapsed_ns / done * (totals->cases - done) / NS_PER_S + 1;
	fprintf(out, ", about %" PRIu64 " %s left", seconds < 90 ? seconds : (seconds + 30) / 60,
		seconds < 90 ? "s" : "min");
}

/* Cells of a character on the terminal, near enough to keep one line one line. */
static unsigned cells(uint32_t c)
{
	return c >= 0x1100 ? 2 : 1;
}

static void print_cut(FILE *out, const char *line, unsigned width)
{
	unsigned used = 0;

	while (*line) {
		uint32_t c;
		unsigned len = utf8_decode(line, &c);

		if (!len || (used += cells(c)) >= width)
			return;
		fwrite(line, 1, len, out);
		line += len;
	}
}

static void print_sweep_progress(FILE *out, const struct sweep_totals *sweep)
{
	size_t done = sweep->planned - sweep->waiting, own = done - sweep->remembered;
	uint64_t ms = sweep->elapsed_ns / NS_PER_MS, seconds;

	fprintf(out, "%zu/%zu faults, %zu bug%s", done, sweep->planned, sweep->bugs,
		sweep->bugs == 1 ? "" : "s");
	if (!ms || own < 2)
		return;
	seconds = ms * sweep->waiting / own / 1000 + 1;
	fprintf(out, ", %" PRIu64 " a second, about %" PRIu64 " %s left", own * 1000 / ms,
		seconds < 90 ? seconds : (seconds + 30) / 60, seconds < 90 ? "s" : "min");
}

static char *progress_line(const struct report_totals *totals, const char *current)
{
	size_t done = report_totals_done(totals), size;
	char *line = NULL;
	FILE *out = open_memstream(&line, &size);

	if (!out)
		return NULL;
	if (totals->sweep) {
		print_sweep_progress(out, totals->sweep);
		fclose(out);
		return line;
	}
	fprintf(out, "%zu/%zu: ", done, totals->cases);
	print_counts(out, totals);
	print_eta(out, totals, done);
	if (current) {
		fputs(" - ", out);
		text_print(out, current);
	}
	fclose(out);
	return line;
}

static void term_progress(struct reporter_context *ctx, const struct report_totals *totals,
			  const char *current)
{
	struct term_state *state = ctx->state;
	char *line;

	if (!ctx->style.live ||
	    (state->drawn && totals->elapsed_ns - state->last_drawn < REDRAW_NS))
		return;
	line = progress_line(totals, current);
	if (!line)
		return;
	fputs(ERASE_LINE, ctx->out);
	print_cut(ctx->out, line, ctx->style.width ? ctx->style.width : 80);
	fflush(ctx->out);
	state->drawn = true;
	state->last_drawn = totals->elapsed_ns;
	free(line);
}

static void print_troubled(struct reporter_context *ctx)
{
	struct term_state *state = ctx->state;
	size_t shown = state->troubled_count < LISTED_AGAIN ? state->troubled_count : LISTED_AGAIN;

	if (state->troubled_count < 2 && ctx->style.verbosity >= 0)
		return;
	if (shown)
		fprintf(ctx->out, "%snot passed%s\n", paint_code(PAINT_HEADING, ctx->style.color),
			paint_code(PAINT_NONE, ctx->style.color));
	for (size_t i = 0; i < shown; i++)
		fprintf(ctx->out, "  %s\n",
			state->troubled[i].line ? state->troubled[i].line : "?");
	if (shown < state->troubled_count)
		fprintf(ctx->out, "  ... and %zu more\n", state->troubled_count - shown);
}

static void print_skipped(struct reporter_context *ctx)
{
	const struct term_state *state = ctx->state;

	for (size_t i = 0; i < state->reason_count; i++) {
		size_t more = state->reasons[i].more;

		if (!more)
			continue;
		print_verdict(ctx, VERDICT_SKIP);
		fprintf(ctx->out, "%zu more case%s: ", more, more == 1 ? "" : "s");
		text_print(ctx->out, state->reasons[i].reason);
		putc('\n', ctx->out);
	}
}

static enum paint summary_paint(const struct report_totals *totals)
{
	switch (summary_exit_code(&totals->summary)) {
	case 0:
		return PAINT_GOOD;
	case 77:
		return PAINT_DOUBT;
	default:
		return PAINT_BAD;
	}
}

static void print_count(FILE *out, size_t count, const char *what)
{
	if (count)
		fprintf(out, "  %zu %s\n", count, what);
}

/* The share in per cent, never rounded up to all. */
static double percent(size_t places, size_t survived)
{
	double share = 100.0 * sweep_share_score(places, survived);

	return share > 99.9 && survived < places ? 99.9 : share;
}

static int compare_shares(const void *left, const void *right)
{
	const struct sweep_share *a = left, *b = right;
	size_t lost_a = a->places - a->survived, lost_b = b->places - b->survived;

	if (lost_a != lost_b)
		return lost_a > lost_b ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void print_share(FILE *out, const struct sweep_share *share)
{
	fprintf(out, "    %5.1f %%  %zu of %zu  ", percent(share->places, share->survived),
		share->survived, share->places);
	text_print(out, share->name);
	putc('\n', out);
}

/* The worst first; what is without a loss in one line. */
static void print_shares(FILE *out, const char *what, const struct sweep_shares *shares)
{
	size_t size = shares->count * sizeof(*shares->items), lost = 0;
	struct sweep_share *sorted = shares->count ? mem_zalloc(size) : NULL;

	if (!sorted)
		return;
	memcpy(sorted, shares->items, size);
	qsort(sorted, shares->count, sizeof(*sorted), compare_shares);
	while (lost < shares->count && sorted[lost].survived < sorted[lost].places)
		lost++;
	if (lost)
		fprintf(out, "  survived in each %s\n", what);
	for (size_t i = 0; i < lost && i < LISTED_SHARES; i++)
		print_share(out, &sorted[i]);
	if (lost > LISTED_SHARES)
		fprintf(out, "    ... and %zu more\n", lost - LISTED_SHARES);
	if (lost && lost < shares->count)
		fprintf(out, "    100.0 %%  in %zu other%s\n", shares->count - lost,
			shares->count - lost == 1 ? "" : "s");
	free(sorted);
}

static void print_sweep(struct reporter_context *ctx, const struct report_totals *totals)
{
	const struct sweep_totals *sweep = totals->sweep;
	uint64_t ms = sweep->elapsed_ns / NS_PER_MS;
	char took[DURATION_TEXT_MAX];
	FILE *out = ctx->out;

	if (totals->interrupted)
		fputs("interrupted: this is what was tried\n", out);
	if (!sweep->places) {
		fputs("nothing was tried\n", out);
		return;
	}
	fprintf(out, "%s%zu of %zu places survived (%.1f %%), %zu bug%s",
		paint_code(sweep->bugs > sweep->known ? PAINT_BAD : PAINT_GOOD, ctx->style.color),
		sweep->survived, sweep->places, percent(sweep->places, sweep->survived),
		sweep->bugs, sweep->bugs == 1 ? "" : "s");
	if (sweep->known)
		fprintf(out, ", %zu known", sweep->known);
	if (sweep->mended)
		fprintf(out, ", %zu mended", sweep->mended);
	fprintf(out, "%s\n", paint_code(PAINT_NONE, ctx->style.color));
	fprintf(out, "  %zu sites, %zu faults planned, %zu runs in %s (%" PRIu64 " a second)\n",
		sweep->sites, sweep->planned, sweep->runs, duration_text(totals->elapsed_ns, took),
		ms ? (sweep->places + sweep->not_possible - sweep->remembered) * 1000 / ms : 0);
	print_count(out, sweep->not_possible,
		    "faults did not happen: Linux cannot do that there, or the call did not come");
	print_count(out, sweep->left_out, "left out: the same fault had hung there before");
	print_count(out, sweep->waiting, "not tried");
	print_count(out, sweep->failed, "could not be tried");
	print_shares(out, "mechanism", &sweep->mechanisms);
	print_shares(out, "file", &sweep->files);
}

static void print_exploration(FILE *out, const struct report_totals *totals)
{
	const struct explore_totals *explore = &totals->explore;
	uint64_t ms = explore->silent_ns / NS_PER_MS;

	if (!explore->schedules)
		return;
	fprintf(out, "  %" PRIu64 " schedule%s", explore->schedules,
		explore->schedules == 1 ? "" : "s");
	print_tried(out, explore->kill_points, "kill point");
	print_tried(out, explore->signal_points, "signal point");
	print_tried(out, explore->points, "point");
	if (ms)
		fprintf(out, "; %" PRIu64 " schedules a second on each processor",
			explore->silent_schedules * 1000 / ms);
	putc('\n', out);
}

static int term_end(struct reporter_context *ctx, const struct report_totals *totals)
{
	FILE *out = ctx->out;
	char took[DURATION_TEXT_MAX];

	erase(ctx);
	if (totals->shards)
		fprintf(out, "part %zu of %zu\n", totals->shard, totals->shards);
	if (totals->sweep) {
		print_sweep(ctx, totals);
		return 0;
	}
	print_skipped(ctx);
	print_troubled(ctx);
	if (totals->interrupted || report_totals_done(totals) < totals->cases)
		fprintf(out, "%s after %zu of %zu cases\n",
			totals->interrupted ? "interrupted" : "stopped", report_totals_done(totals),
			totals->cases);
	fprintf(out, "%s%zu scenario%s, %zu case%s: ",
		paint_code(summary_paint(totals), ctx->style.color), totals->scenarios,
		totals->scenarios == 1 ? "" : "s", totals->cases, totals->cases == 1 ? "" : "s");
	print_counts(out, totals);
	fprintf(out, " in %s%s\n", duration_text(totals->elapsed_ns, took),
		paint_code(PAINT_NONE, ctx->style.color));
	print_exploration(out, totals);
	return 0;
}

static void term_release(struct reporter_context *ctx)
{
	struct term_state *state = ctx->state;

	for (size_t i = 0; i < LISTED_AGAIN; i++)
		free(state->troubled[i].line);
	for (size_t i = 0; i < state->reason_count; i++)
		free(state->reasons[i].reason);
}

const struct reporter term_reporter = {
	.state_size = sizeof(struct term_state),
	.case_done = term_case_done,
	.progress = term_progress,
	.end = term_end,
	.release = term_release,
};
