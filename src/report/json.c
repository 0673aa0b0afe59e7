/*
 * The object that ipcfault(1) tells.  Cases are written as they come, one a
 * line, so that a long run needs no memory and grep is of use.  In ASCII, so
 * that a terminal that shows it has nothing to obey.
 */
#include <errno.h>
#include <inttypes.h>

#include <jansson.h>

#include "base/util.h"
#include "model/result_json.h"
#include "model/sweep_json.h"
#include "report/reporter.h"

#define SCORE_DIGITS 6

struct json_state {
	bool has_cases;
};

static int json_begin(struct reporter_context *ctx, const struct report_totals *totals)
{
	(void)totals;
	fputs("{\"version\": 1, \"cases\": [", ctx->out);
	return 0;
}

static int json_case_done(struct reporter_context *ctx, const struct case_result *result)
{
	struct json_state *state = ctx->state;
	json_t *json = case_result_to_json(result);
	int r;

	if (!json)
		return -ENOMEM;
	fputs(state->has_cases ? ",\n" : "\n", ctx->out);
	state->has_cases = true;
	r = json_dumpf(json, ctx->out, JSON_ENSURE_ASCII);
	json_decref(json);
	return r < 0 && !ferror(ctx->out) ? -ENOMEM : 0;
}

static int print_sweep(FILE *out, const struct sweep_totals *sweep)
{
	json_t *json = sweep_totals_to_json(sweep);
	int rc;

	fputs(",\n\"sweep\": ", out);
	rc = json ? json_dumpf(json, out, JSON_ENSURE_ASCII | JSON_REAL_PRECISION(SCORE_DIGITS))
		  : -1;
	json_decref(json);
	return rc < 0 && !ferror(out) ? -ENOMEM : 0;
}

static void print_explore(FILE *out, const struct report_totals *totals)
{
	const struct explore_totals *explore = &totals->explore;

	fprintf(out,
		",\n\"explore\": {\"cases\": %" PRIu64 ", \"schedules\": %" PRIu64
		", \"points\": %" PRIu64 ", \"kill_points\": %" PRIu64
		", \"signal_points\": %" PRIu64 ", \"elapsed_ms\": %" PRIu64 "}",
		explore->cases, explore->schedules, explore->points, explore->kill_points,
		explore->signal_points, totals->elapsed_ns / NS_PER_MS);
}

static int json_end(struct reporter_context *ctx, const struct report_totals *totals)
{
	int rc = 0;

	fputs("\n], \"summary\": {", ctx->out);
	for (int v = 0; v < VERDICT_MAX_; v++)
		fprintf(ctx->out, "%s\"%s\": %u", v ? ", " : "", vocab_name(&verdict_vocab, v),
			totals->summary.count[v]);
	fprintf(ctx->out, "}, \"interrupted\": %s", totals->interrupted ? "true" : "false");
	if (totals->shards)
		fprintf(ctx->out, ", \"shard\": \"%zu/%zu\"", totals->shard, totals->shards);
	if (totals->explore.schedules)
		print_explore(ctx->out, totals);
	if (totals->sweep)
		rc = print_sweep(ctx->out, totals->sweep);
	fputs("}\n", ctx->out);
	return rc;
}

const struct reporter json_reporter = {
	.state_size = sizeof(struct json_state),
	.begin = json_begin,
	.case_done = json_case_done,
	.end = json_end,
};
