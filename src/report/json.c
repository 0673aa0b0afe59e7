/*
 * The object that ipcfault(1) tells.  Cases are written as they come, one a
 * line, so that a long run needs no memory and grep is of use.  In ASCII, so
 * that a terminal that shows it has nothing to obey.
 */
#include <errno.h>

#include <jansson.h>

#include "base/util.h"
#include "model/result_json.h"
#include "report/reporter.h"

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

static void print_sweep(FILE *out, const struct sweep_totals *sweep)
{
	fprintf(out,
		",\n\"sweep\": {\"sites\": %zu, \"places\": %zu, \"runs\": %zu, \"survived\": %zu, "
		"\"score\": %.4f, \"skipped\": %zu, \"planned\": %zu, \"not_possible\": %zu, "
		"\"left_out\": %zu, \"not_tried\": %zu, \"errors\": %zu, \"elapsed_ms\": %llu}",
		sweep->sites, sweep->places, sweep->runs, sweep->survived, sweep->score,
		sweep->planned - sweep->places, sweep->planned, sweep->not_possible,
		sweep->left_out, sweep->waiting, sweep->failed,
		(unsigned long long)(sweep->elapsed_ns / NS_PER_MS));
}

static int json_end(struct reporter_context *ctx, const struct report_totals *totals)
{
	fputs("\n], \"summary\": {", ctx->out);
	for (int v = 0; v < VERDICT_MAX_; v++)
		fprintf(ctx->out, "%s\"%s\": %u", v ? ", " : "", vocab_name(&verdict_vocab, v),
			totals->summary.count[v]);
	fprintf(ctx->out, "}, \"interrupted\": %s", totals->interrupted ? "true" : "false");
	if (totals->sweep)
		print_sweep(ctx->out, totals->sweep);
	fputs("}\n", ctx->out);
	return 0;
}

const struct reporter json_reporter = {
	.state_size = sizeof(struct json_state),
	.begin = json_begin,
	.case_done = json_case_done,
	.end = json_end,
};
