#include "report/read.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "model/result_json.h"
#include "model/sweep_json.h"

#define VERSION 1

static int read_cases(const json_t *json, struct read_report *report, struct err *err)
{
	const json_t *cases = json_object_get(json, "cases");

	if (!json_is_array(cases))
		return err_set(err, -EINVAL, "no report of ipcfault: there are no `cases`");
	for (size_t i = 0; i < json_array_size(cases); i++) {
		struct case_result result, *slot;
		int rc = case_result_from_json(json_array_get(cases, i), &result, err);

		if (rc)
			return err_wrap(err, rc, "cases[%zu]", i);
		slot = mem_append(&report->cases, &report->count, sizeof(*slot));
		if (!slot) {
			case_result_release(&result);
			return err_errno(err, -ENOMEM, "reports");
		}
		*slot = result;
	}
	return 0;
}

static int read_shard(const json_t *json, struct read_report *report, struct err *err)
{
	const char *text = json_string_value(json_object_get(json, "shard"));
	char end;

	if (!text)
		return 0;
	if (sscanf(text, "%zu/%zu%c", &report->shard, &report->shards, &end) != 2 ||
	    !report->shard || report->shard > report->shards)
		return err_set(err, -EINVAL, "`shard` is not K/N");
	return 0;
}

static int read_json(const json_t *json, struct read_report *report, struct err *err)
{
	const json_t *sweep = json_object_get(json, "sweep");
	int rc;

	if (json_integer_value(json_object_get(json, "version")) != VERSION)
		return err_set(err, -EINVAL, "no report of ipcfault, or of a later version");
	report->interrupted = json_is_true(json_object_get(json, "interrupted"));
	rc = read_cases(json, report, err);
	if (!rc)
		rc = read_shard(json, report, err);
	if (!rc && sweep) {
		rc = sweep_totals_from_json(sweep, &report->sweep, err);
		report->has_sweep = rc == 0;
	}
	return rc;
}

int report_read(const char *path, struct read_report *ret_report, struct err *err)
{
	struct read_report report = {.cases = NULL};
	json_error_t why;
	json_t *json = json_load_file(path, 0, &why);
	int rc;

	if (!json && why.line < 0)
		return err_set(err, -EINVAL, "%s: %s", path, why.text);
	if (!json)
		return err_set(err, -EINVAL, "%s:%d:%d: %s", path, why.line, why.column, why.text);
	rc = read_json(json, &report, err);
	json_decref(json);
	if (rc) {
		read_report_release(&report);
		return err_wrap(err, rc, "%s", path);
	}
	*ret_report = report;
	return 0;
}

void read_report_release(struct read_report *report)
{
	for (size_t i = 0; i < report->count; i++)
		case_result_release(&report->cases[i]);
	free(report->cases);
	sweep_totals_release(&report->sweep);
	*report = (struct read_report){.cases = NULL};
}
