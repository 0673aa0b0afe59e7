/*
 * JUnit XML as CI servers read it: one test suite a scenario file, one test
 * case a case.  The counts stand in front, so the cases wait in memory.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlwriter.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "report/describe.h"
#include "report/reporter.h"
#include "report/text.h"

struct suite {
	char *file;
	xmlBufferPtr cases; /* finished <testcase> elements */
	struct summary summary;
	uint64_t duration_ns;
};

struct junit_state {
	struct suite *suites;
	size_t count;
};

static void write_attribute(xmlTextWriterPtr writer, const char *name, const char *text)
{
	cleanup_free char *clean = text_printable(text);

	if (clean)
		xmlTextWriterWriteAttribute(writer, BAD_CAST name, BAD_CAST clean);
}

static void write_number(xmlTextWriterPtr writer, const char *name, unsigned number)
{
	xmlTextWriterWriteFormatAttribute(writer, BAD_CAST name, "%u", number);
}

static void write_time(xmlTextWriterPtr writer, uint64_t ns)
{
	xmlTextWriterWriteFormatAttribute(writer, BAD_CAST "time", "%.3f",
					  (double)ns / (double)NS_PER_S);
}

typedef void describe_fn(FILE *out, const struct case_result *result);

/* What @describe prints, on the heap. */
static char *described(describe_fn *describe, const struct case_result *result)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	describe(out, result);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static void describe_plain(FILE *out, const struct case_result *result)
{
	describe_case(out, result, false);
}

static void describe_type(FILE *out, const struct case_result *result)
{
	if (result->verdict == VERDICT_FAIL)
		describe_kinds(out, result);
	else
		fputs(vocab_name(&verdict_vocab, (int)result->verdict), out);
}

/* clang-format off */
static const char *const elements[] = {
	[VERDICT_PASS]         = NULL,
	[VERDICT_FAIL]         = "failure",
	[VERDICT_INCONCLUSIVE] = "error",
	[VERDICT_ERROR]        = "error",
	[VERDICT_SKIP]         = "skipped",
};
_Static_assert(ARRAY_SIZE(elements) == VERDICT_MAX_, "one element for each verdict");
/* clang-format on */

static void write_outcome(xmlTextWriterPtr writer, const struct case_result *result)
{
	cleanup_free char *gist = described(describe_gist, result);
	cleanup_free char *type = described(describe_type, result);
	cleanup_free char *all = described(describe_plain, result);

	if (!elements[result->verdict])
		return;
	xmlTextWriterStartElement(writer, BAD_CAST elements[result->verdict]);
	write_attribute(writer, "message", gist);
	if (result->verdict != VERDICT_SKIP) {
		write_attribute(writer, "type", type);
		if (all)
			xmlTextWriterWriteString(writer, BAD_CAST all);
	}
	xmlTextWriterEndElement(writer);
}

static void describe_outputs(FILE *out, const struct case_result *result, bool errors)
{
	for (size_t i = 0; i < result->process_count; i++) {
		const struct process_result *process = &result->processes[i];
		const char *tail = errors ? process->err_tail : process->out_tail;

		if (!tail || !*tail)
			continue;
		fputs("--- ", out);
		text_print(out, process->name);
		putc('\n', out);
		text_print_lines(out, tail, "", 0);
	}
}

static void describe_stdout(FILE *out, const struct case_result *result)
{
	describe_outputs(out, result, false);
}

static void describe_stderr(FILE *out, const struct case_result *result)
{
	describe_outputs(out, result, true);
}

static void write_output(xmlTextWriterPtr writer, const char *element, describe_fn *describe,
			 const struct case_result *result)
{
	cleanup_free char *text = described(describe, result);

	if (text && *text)
		xmlTextWriterWriteElement(writer, BAD_CAST element, BAD_CAST text);
}

static void write_case(xmlTextWriterPtr writer, const struct case_result *result)
{
	cleanup_free char *title = described(describe_title, result);

	xmlTextWriterStartElement(writer, BAD_CAST "testcase");
	write_attribute(writer, "classname", result->file);
	write_attribute(writer, "name", title);
	write_attribute(writer, "file", result->file);
	xmlTextWriterWriteFormatAttribute(writer, BAD_CAST "line", "%d", result->line);
	write_time(writer, result->duration_ns);
	write_outcome(writer, result);
	write_output(writer, "system-out", describe_stdout, result);
	write_output(writer, "system-err", describe_stderr, result);
	xmlTextWriterEndElement(writer);
}

/* The suite of that file, made when it is new; NULL when memory is short. */
static struct suite *suite_of(struct junit_state *state, const char *file)
{
	struct suite *suite;

	for (size_t i = state->count; i > 0; i--)
		if (strcmp(state->suites[i - 1].file, file) == 0)
			return &state->suites[i - 1];
	suite = mem_append(&state->suites, &state->count, sizeof(*suite));
	if (!suite)
		return NULL;
	suite->file = mem_strdup(file);
	suite->cases = xmlBufferCreate();
	if (suite->file && suite->cases)
		return suite;
	free(suite->file);
	xmlBufferFree(suite->cases);
	state->count--;
	return NULL;
}

static int junit_case_done(struct reporter_context *ctx, const struct case_result *result)
{
	struct suite *suite = suite_of(ctx->state, result->file ? result->file : "");
	xmlTextWriterPtr writer = suite ? xmlNewTextWriterMemory(suite->cases, 0) : NULL;

	if (!writer)
		return -ENOMEM;
	xmlTextWriterSetIndent(writer, 1);
	write_case(writer, result);
	xmlFreeTextWriter(writer);
	suite->summary.count[result->verdict]++;
	suite->duration_ns += result->duration_ns;
	return 0;
}

static void write_counts(xmlTextWriterPtr writer, const struct summary *summary, uint64_t ns)
{
	const unsigned *count = summary->count;
	unsigned tests = 0;

	for (int v = 0; v < VERDICT_MAX_; v++)
		tests += count[v];
	write_number(writer, "tests", tests);
	write_number(writer, "failures", count[VERDICT_FAIL]);
	write_number(writer, "errors", count[VERDICT_ERROR] + count[VERDICT_INCONCLUSIVE]);
	write_number(writer, "skipped", count[VERDICT_SKIP]);
	write_time(writer, ns);
}

static void write_suites(xmlTextWriterPtr writer, const struct junit_state *state,
			 const struct report_totals *totals)
{
	xmlTextWriterSetIndent(writer, 1);
	xmlTextWriterStartDocument(writer, "1.0", "UTF-8", NULL);
	xmlTextWriterStartElement(writer, BAD_CAST "testsuites");
	write_attribute(writer, "name", "ipcfault");
	write_counts(writer, &totals->summary, totals->elapsed_ns);
	for (size_t i = 0; i < state->count; i++) {
		const struct suite *suite = &state->suites[i];

		xmlTextWriterStartElement(writer, BAD_CAST "testsuite");
		write_attribute(writer, "name", suite->file);
		write_counts(writer, &suite->summary, suite->duration_ns);
		xmlTextWriterWriteRaw(writer, BAD_CAST "\n");
		xmlTextWriterWriteRaw(writer, xmlBufferContent(suite->cases));
		xmlTextWriterEndElement(writer);
	}
	xmlTextWriterEndDocument(writer);
}

static int junit_end(struct reporter_context *ctx, const struct report_totals *totals)
{
	xmlBufferPtr buffer = xmlBufferCreate();
	xmlTextWriterPtr writer = buffer ? xmlNewTextWriterMemory(buffer, 0) : NULL;

	if (writer)
		write_suites(writer, ctx->state, totals);
	xmlFreeTextWriter(writer);
	if (writer)
		fputs((const char *)xmlBufferContent(buffer), ctx->out);
	xmlBufferFree(buffer);
	return writer ? 0 : -ENOMEM;
}

static void junit_release(struct reporter_context *ctx)
{
	struct junit_state *state = ctx->state;

	for (size_t i = 0; i < state->count; i++) {
		free(state->suites[i].file);
		xmlBufferFree(state->suites[i].cases);
	}
	free(state->suites);
}

const struct reporter junit_reporter = {
	.state_size = sizeof(struct junit_state),
	.case_done = junit_case_done,
	.end = junit_end,
	.release = junit_release,
};
