/*
 * Test Anything Protocol, version 14 (https://testanything.org): one test
 * point a case, with a YAML block for what is not a plain pass.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "report/describe.h"
#include "report/reporter.h"
#include "report/text.h"

struct tap_state {
	size_t number;
};

static int tap_begin(struct reporter_context *ctx, const struct report_totals *totals)
{
	fputs("TAP version 14\n", ctx->out);
	if (totals->cases)
		fprintf(ctx->out, "1..%zu\n", totals->cases);
	return 0;
}

/* In a description `#` begins a directive, and `\` takes that back. */
static void print_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '#' || *text == '\\')
			putc('\\', out);
		putc(*text, out);
	}
}

typedef void describe_fn(FILE *out, const struct case_result *result);

/* @describe makes one line of printable text. */
static int print_described(FILE *out, describe_fn *describe, const struct case_result *result)
{
	cleanup_free char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);

	if (!memory)
		return -ENOMEM;
	describe(memory, result);
	if (fclose(memory) != 0)
		return -ENOMEM;
	print_escaped(out, text);
	return 0;
}

/* A double-quoted scalar: of printable text, JSON's is also YAML's. */
static int print_scalar(FILE *out, const char *key, const char *text)
{
	cleanup_free char *line = NULL, *quoted = NULL;
	json_t *json;

	if (!text)
		return 0;
	line = text_one_line(text);
	json = line ? json_string(line) : NULL;
	quoted = json ? json_dumps(json, JSON_ENCODE_ANY) : NULL;
	json_decref(json);
	if (!quoted)
		return -ENOMEM;
	fprintf(out, "%s: %s\n", key, quoted);
	return 0;
}

/* A block scalar; the indentation is given, as the text may begin with blanks. */
static void print_block(FILE *out, const char *key, const char *text, const char *indent)
{
	if (!text || !*text)
		return;
	fprintf(out, "%s: |2\n", key);
	text_print_lines(out, text, indent, 0);
}

static int print_faults(FILE *out, const struct case_result *result)
{
	int r = 0;

	if (result->fault_count)
		fputs("  faults:\n", out);
	for (size_t i = 0; i < result->fault_count && r == 0; i++) {
		const struct fault_result *fault = &result->faults[i];

		r = print_scalar(out, "    - name", fault->name ? fault->name : "");
		fprintf(out, "      fired: %" PRIu64 "\n", fault->fired);
		if (r == 0)
			r = print_scalar(out, "      refused", fault->refused);
		if (r == 0 && fault->injection_count)
			r = print_scalar(out, "      first", fault->injections[0].text);
	}
	return r;
}

static int print_findings(FILE *out, const struct case_result *result)
{
	int r = 0;

	if (result->finding_count)
		fputs("  findings:\n", out);
	for (size_t i = 0; i < result->finding_count && r == 0; i++) {
		const struct finding *finding = &result->findings[i];

		fprintf(out, "    - kind: %s\n", vocab_name(&finding_vocab, (int)finding->kind));
		r = print_scalar(out, "      process", finding->process);
		if (finding->silent)
			fputs("      silent: true\n", out);
		print_block(out, "      text", finding->text, "        ");
	}
	return r;
}

static int print_processes(FILE *out, const struct case_result *result)
{
	int r = 0;

	if (result->process_count)
		fputs("  processes:\n", out);
	for (size_t i = 0; i < result->process_count && r == 0; i++) {
		const struct process_result *process = &result->processes[i];

		r = print_scalar(out, "    - name", process->name ? process->name : "");
		if (process->exited || process->signaled)
			fprintf(out, "      %s: %d\n", process->signaled ? "signal" : "exit",
				process->status);
		print_block(out, "      stdout", process->out_tail, "        ");
		print_block(out, "      stderr", process->err_tail, "        ");
	}
	return r;
}

static int print_diagnostics(FILE *out, const struct case_result *result)
{
	int r;

	fprintf(out, "  ---\n  verdict: %s\n", vocab_name(&verdict_vocab, (int)result->verdict));
	r = print_scalar(out, "  file", result->file);
	fprintf(out, "  line: %d\n  role: %s\n  seed: %" PRIu64 "\n  duration_ms: %" PRIu64 "\n",
		result->line, vocab_name(&role_vocab, (int)result->role), result->seed,
		result->duration_ns / NS_PER_MS);
	if (r == 0)
		r = print_scalar(out, "  case", result->variant);
	if (r == 0)
		r = print_scalar(out, "  reason", result->reason);
	if (r == 0)
		r = print_faults(out, result);
	if (r == 0)
		r = print_findings(out, result);
	if (r == 0)
		r = print_processes(out, result);
	if (r == 0)
		r = print_scalar(out, "  reproduce", result->reproduce);
	fputs("  ...\n", out);
	return r;
}

static int tap_case_done(struct reporter_context *ctx, const struct case_result *result)
{
	struct tap_state *state = ctx->state;
	bool skipped = result->verdict == VERDICT_SKIP;
	bool ok = skipped || result->verdict == VERDICT_PASS;
	int r;

	fprintf(ctx->out, "%s %zu - ", ok ? "ok" : "not ok", ++state->number);
	r = print_described(ctx->out, describe_title, result);
	if (r == 0 && skipped) {
		fputs(" # SKIP ", ctx->out);
		r = print_described(ctx->out, describe_gist, result);
	}
	if (r == 0 && ok && !skipped && result->finding_count) {
		fputs(": caught ", ctx->out);
		r = print_described(ctx->out, describe_gist, result);
	}
	putc('\n', ctx->out);
	return r == 0 && !ok ? print_diagnostics(ctx->out, result) : r;
}

static int tap_end(struct reporter_context *ctx, const struct report_totals *totals)
{
	const struct tap_state *state = ctx->state;

	/* How many bugs a sweep finds is known at its end only. */
	if (!totals->cases)
		fprintf(ctx->out, "1..%zu\n", state->number);
	if (totals->sweep && totals->interrupted)
		fputs("Bail out! interrupted: not all was tried\n", ctx->out);
	if (report_totals_done(totals) < totals->cases)
		fprintf(ctx->out, "Bail out! %s after %zu of %zu cases\n",
			totals->interrupted ? "interrupted" : "stopped", report_totals_done(totals),
			totals->cases);
	return 0;
}

const struct reporter tap_reporter = {
	.state_size = sizeof(struct tap_state),
	.begin = tap_begin,
	.case_done = tap_case_done,
	.end = tap_end,
};
