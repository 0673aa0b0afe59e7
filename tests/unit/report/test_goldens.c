/* What each report says of recorded results: tests/golden/<report>/. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/err.h"
#include "base/utf8.h"
#include "base/util.h"
#include "lib/golden.h"
#include "model/result_json.h"
#include "recorded.h"

struct golden_row {
	enum report_kind kind;
	char folder[16], suffix[8];
	struct report_style style;
};

static const struct golden_row golden_rows[] = {
	{REPORT_TERM, "term", "txt", {0}},
	{REPORT_TERM, "term-quiet", "txt", {.verbosity = -1}},
	{REPORT_TERM, "term-verbose", "txt", {.verbosity = 1}},
	{REPORT_TERM, "term-color", "txt", {.color = true, .verbosity = 1}},
	{REPORT_TERM, "term-live", "txt", {.live = true, .width = 60}},
	{REPORT_TAP, "tap", "tap", {0}},
	{REPORT_JUNIT, "junit", "xml", {0}},
	{REPORT_JSON, "json", "json", {0}},
};

static void check_golden_row(const struct golden_row *row)
{
	for (size_t i = 0; i < recorded_count; i++) {
		struct recorded recorded;
		char name[80], *text;

		recorded_load(recorded_names[i], &recorded);
		text = recorded_report(&recorded, row->kind, &row->style);
		snprintf(name, sizeof(name), "%s/%s.%s", row->folder, recorded_names[i],
			 row->suffix);
		golden_expect(name, text);
		free(text);
		recorded_release(&recorded);
	}
}

Test(report_goldens, say_what_was_approved)
{
	for (size_t i = 0; i < ARRAY_SIZE(golden_rows); i++)
		check_golden_row(&golden_rows[i]);
}

Test(report_goldens, the_records_hold_every_verdict_and_finding)
{
	bool verdicts[VERDICT_MAX_] = {false}, findings[FINDING_MAX_] = {false};

	for (size_t i = 0; i < recorded_count; i++) {
		struct recorded recorded;

		recorded_load(recorded_names[i], &recorded);
		for (size_t k = 0; k < recorded.count; k++) {
			verdicts[recorded.cases[k].verdict] = true;
			for (size_t f = 0; f < recorded.cases[k].finding_count; f++)
				findings[recorded.cases[k].findings[f].kind] = true;
		}
		recorded_release(&recorded);
	}
	for (int v = 0; v < VERDICT_MAX_; v++)
		cr_expect(verdicts[v], "no case with the verdict %s",
			  vocab_name(&verdict_vocab, v));
	for (int f = 0; f < FINDING_MAX_; f++)
		cr_expect(findings[f], "no case with the finding %s",
			  vocab_name(&finding_vocab, f));
}

/* Without colour and progress line no byte that a terminal obeys, whatever the subjects print. */
Test(report_goldens, nothing_from_a_subject_reaches_the_terminal_raw)
{
	struct report_style styles[] = {{.verbosity = -1}, {.verbosity = 0}, {.verbosity = 1}};
	struct recorded recorded;

	recorded_load("hostile", &recorded);
	for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
		char *text = recorded_report(&recorded, REPORT_TERM, &styles[i]);

		cr_expect(utf8_is_valid(text));
		for (const char *c = text; *c;) {
			uint32_t character;

			c += utf8_decode(c, &character);
			cr_assert(character == '\n' || character == '\t' ||
					  (character >= 0x20 && character != 0x7f &&
					   !(character >= 0x80 && character < 0xa0) &&
					   character != 0x202e),
				  "U+%04x in front of %.40s", character, c);
		}
		free(text);
	}
	recorded_release(&recorded);
}

Test(report_goldens, json_gives_the_same_results_back)
{
	for (size_t i = 0; i < recorded_count; i++) {
		struct recorded recorded;
		struct report_style style = {0};
		char *text;
		json_t *json, *cases;

		recorded_load(recorded_names[i], &recorded);
		text = recorded_report(&recorded, REPORT_JSON, &style);
		json = json_loads(text, 0, NULL);
		cr_assert(ne(ptr, json, NULL), "%s", recorded_names[i]);
		cr_expect(eq(i64, json_integer_value(json_object_get(json, "version")), 1));
		cases = json_object_get(json, "cases");
		cr_assert(eq(sz, json_array_size(cases), recorded.count));
		for (size_t k = 0; k < recorded.count; k++) {
			json_t *wanted = case_result_to_json(&recorded.cases[k]);

			cr_expect(json_equal(json_array_get(cases, k), wanted), "%s, case %zu",
				  recorded_names[i], k);
			json_decref(wanted);
		}
		json_decref(json);
		free(text);
		recorded_release(&recorded);
	}
}

/* Feeds @text to @argv and returns its exit status. */
static int feed(const char *command, const char *text)
{
	FILE *pipe = popen(command, "w");
	int status;

	cr_assert(ne(ptr, pipe, NULL));
	fputs(text, pipe);
	status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Test(report_goldens, junit_is_well_formed)
{
	for (size_t i = 0; i < recorded_count; i++) {
		struct report_style style = {0};
		struct recorded recorded;
		char *text;

		recorded_load(recorded_names[i], &recorded);
		text = recorded_report(&recorded, REPORT_JUNIT, &style);
		cr_expect(eq(int, feed("xmllint --noout -", text), 0), "%s", recorded_names[i]);
		free(text);
		recorded_release(&recorded);
	}
}
