/* The json report is read to what it was made from. */
#include "report/read.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "lib/tmpdir.h"
#include "model/result_json.h"
#include "recorded.h"

static struct read_report report;
static char *folder, *path;

static void put(const char *text)
{
	if (!folder)
		folder = tmpdir_new();
	free(path);
	path = tmpdir_write(folder, "report.json", text);
}

static void end(void)
{
	read_report_release(&report);
	free(path);
	tmpdir_free(folder);
}

TestSuite(report_read, .fini = end);

static void compare(const struct recorded *recorded, const char *name)
{
	cr_assert(eq(sz, report.count, recorded->count), "%s", name);
	for (size_t i = 0; i < report.count; i++) {
		char *wanted = case_result_to_text(&recorded->cases[i]);
		char *got = case_result_to_text(&report.cases[i]);

		cr_expect(eq(str, got, wanted), "%s", name);
		free(wanted);
		free(got);
	}
	cr_expect(eq(int, report.interrupted, recorded->totals.interrupted), "%s", name);
	cr_expect(eq(int, report.has_sweep, recorded->totals.sweep != NULL), "%s", name);
	cr_expect(eq(sz, report.sweep.places, recorded->sweep.places), "%s", name);
	cr_expect(eq(sz, report.sweep.files.count, recorded->sweep.files.count), "%s", name);
}

Test(report_read, gives_what_was_reported)
{
	const struct report_style style = {.color = false};

	for (size_t i = 0; i < recorded_count; i++) {
		struct recorded recorded;
		struct err err = ERR_INIT;
		char *text;

		recorded_load(recorded_names[i], &recorded);
		text = recorded_report(&recorded, REPORT_JSON, &style);
		put(text);
		cr_assert(eq(int, report_read(path, &report, &err), 0), "%s", err.text);
		compare(&recorded, recorded_names[i]);
		read_report_release(&report);
		recorded_release(&recorded);
		free(text);
	}
}

static const struct bad {
	const char *text, *says;
} bad[] = {
	{"{\n\"version\": 1,\n x", ":3:"},
	{"{}", "no report of ipcfault"},
	{"[]", "no report of ipcfault"},
	{"{\"version\": 2, \"cases\": []}", "a later version"},
	{"{\"version\": 1}", "no `cases`"},
	{"{\"version\": 1, \"cases\": [{\"role\": \"x\"}]}", "cases[0]"},
	{"{\"version\": 1, \"cases\": [], \"shard\": \"3/2\"}", "`shard`"},
	{"{\"version\": 1, \"cases\": [], \"sweep\": {\"places\": -1}}", "places"},
};

Test(report_read, refuses_what_is_none)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err err = ERR_INIT;

		put(bad[i].text);
		cr_expect(lt(int, report_read(path, &report, &err), 0), "%s", bad[i].text);
		cr_expect(ne(ptr, strstr(err.text, bad[i].says), NULL), "%s: %s", bad[i].text,
			  err.text);
	}
}
