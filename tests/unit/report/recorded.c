#include "recorded.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/util.h"
#include "model/result_json.h"
#include "model/sweep_json.h"

const char *const recorded_names[] = {"passed",	 "verdicts", "findings",    "hostile",
				      "skipped", "nothing",  "interrupted", "sweep", "explored"};
const size_t recorded_count = ARRAY_SIZE(recorded_names);

void recorded_load(const char *name, struct recorded *ret_recorded)
{
	struct recorded recorded = {0};
	struct err err = ERR_INIT;
	json_error_t error;
	char path[4096];
	json_t *json, *cases, *sweep;

	snprintf(path, sizeof(path), "%s/golden/report/%s.json", TESTS, name);
	json = json_load_file(path, 0, &error);
	cr_assert(ne(ptr, json, NULL), "%s:%d: %s", path, error.line, error.text);
	cases = json_object_get(json, "cases");
	recorded.count = json_array_size(cases);
	recorded.cases = calloc(recorded.count + 1, sizeof(*recorded.cases));
	for (size_t i = 0; i < recorded.count; i++) {
		cr_assert(eq(int,
			     case_result_from_json(json_array_get(cases, i), &recorded.cases[i],
						   &err),
			     0),
			  "%s: %s", path, err.text);
		report_totals_add(&recorded.totals, &recorded.cases[i]);
	}
	recorded.totals.scenarios = json_integer_value(json_object_get(json, "scenarios"));
	recorded.totals.cases = json_integer_value(json_object_get(json, "planned"));
	recorded.totals.elapsed_ns = json_integer_value(json_object_get(json, "elapsed_ns"));
	recorded.totals.interrupted = json_is_true(json_object_get(json, "interrupted"));
	sweep = json_object_get(json, "sweep");
	if (sweep)
		cr_assert(eq(int, sweep_totals_from_json(sweep, &recorded.sweep, &err), 0), "%s",
			  err.text);
	*ret_recorded = recorded;
	ret_recorded->totals.sweep = sweep ? &ret_recorded->sweep : NULL;
	json_decref(json);
}

void recorded_release(struct recorded *recorded)
{
	for (size_t i = 0; i < recorded->count; i++)
		case_result_release(&recorded->cases[i]);
	free(recorded->cases);
	sweep_totals_release(&recorded->sweep);
}

char *recorded_report(const struct recorded *recorded, enum report_kind kind,
		      const struct report_style *style)
{
	struct report_totals totals = {.scenarios = recorded->totals.scenarios,
				       .cases = recorded->totals.cases,
				       .sweep = recorded->totals.sweep};
	struct err err = ERR_INIT;
	struct report *report;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	cr_assert(eq(int, report_open(kind, NULL, out, style, &report, &err), 0), "%s", err.text);
	cr_assert(eq(int, report_begin(report, &totals, &err), 0), "%s", err.text);
	for (size_t i = 0; i < recorded->count; i++) {
		report_progress(report, &totals, recorded->cases[i].scenario);
		cr_assert(eq(int, report_case_done(report, &recorded->cases[i], &err), 0), "%s",
			  err.text);
		report_totals_add(&totals, &recorded->cases[i]);
		totals.elapsed_ns += recorded->cases[i].duration_ns;
	}
	cr_assert(eq(int, report_end(report, &recorded->totals, &err), 0), "%s", err.text);
	report_free(report);
	fclose(out);
	return text;
}
