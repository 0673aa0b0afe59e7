/* Opening, failing, and what is in the file when. */
#include "report/report.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "lib/tmpdir.h"
#include "recorded.h"

static const struct report_style plain;

static char *content(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t room = 0;

	if (!file)
		return NULL;
	if (getdelim(&text, &room, '\0', file) < 0 && text)
		*text = '\0';
	fclose(file);
	return text;
}

static size_t files_in(const char *folder)
{
	size_t count = 0;
	DIR *dir = opendir(folder);

	while (readdir(dir))
		count++;
	closedir(dir);
	return count - 2;
}

/* Begins a report of @kind into @path and gives it the cases of "passed". */
static struct report *begun(enum report_kind kind, const char *path, struct recorded *ret_recorded)
{
	struct err err = ERR_INIT;
	struct report *report;

	recorded_load("passed", ret_recorded);
	cr_assert(eq(int, report_open(kind, path, NULL, &plain, &report, &err), 0), "%s", err.text);
	cr_assert(eq(int, report_begin(report, &ret_recorded->totals, &err), 0), "%s", err.text);
	for (size_t i = 0; i < ret_recorded->count; i++)
		cr_assert(eq(int, report_case_done(report, &ret_recorded->cases[i], &err), 0));
	return report;
}

Test(report_report, every_word_has_a_summary_and_works_or_is_refused)
{
	for (int k = 0; k < REPORT_MAX_; k++) {
		const struct vocab_row *row = &report_vocab.rows[k];
		struct report *report = NULL;
		struct err err = ERR_INIT;
		int r = report_open((enum report_kind)k, "/dev/null", NULL, &plain, &report, &err);

		cr_expect(eq(int, vocab_find(&report_vocab, row->name), k), "%s", row->name);
		cr_expect(ne(ptr, (void *)row->summary, NULL), "%s", row->name);
		cr_expect(eq(int, r, row->later ? -ENOTSUP : 0), "%s: %s", row->name, err.text);
		report_free(report);
	}
}

Test(report_report, the_old_file_stays_until_the_end)
{
	char *folder = tmpdir_new(), *path = tmpdir_write(folder, "r.xml", "old"), *text;
	struct recorded recorded;
	struct report *report = begun(REPORT_JUNIT, path, &recorded);
	struct err err = ERR_INIT;

	text = content(path);
	cr_expect(eq(str, text, "old"));
	free(text);
	cr_expect(eq(int, report_end(report, &recorded.totals, &err), 0), "%s", err.text);
	report_free(report);
	text = content(path);
	cr_expect(eq(int, strncmp(text, "<?xml", 5), 0));
	cr_expect(eq(sz, files_in(folder), 1));
	free(text);
	free(path);
	tmpdir_free(folder);
	recorded_release(&recorded);
}

/* As on a file system that has no O_TMPFILE. */
static bool refuse_nameless(const char *operation)
{
	return strcmp(operation, "O_TMPFILE") == 0;
}

Test(report_report, the_old_file_is_replaced_also_where_files_need_names)
{
	char *folder = tmpdir_new(), *path = tmpdir_write(folder, "r.xml", "old"), *text;
	struct recorded recorded;
	struct report *report;
	struct err err = ERR_INIT;

	fault_point_hook = refuse_nameless;
	report = begun(REPORT_JUNIT, path, &recorded);
	cr_expect(eq(sz, files_in(folder), 2));
	cr_expect(eq(int, report_end(report, &recorded.totals, &err), 0), "%s", err.text);
	report_free(report);
	text = content(path);
	cr_expect(eq(int, strncmp(text, "<?xml", 5), 0));
	cr_expect(eq(sz, files_in(folder), 1));
	free(text);
	free(path);
	tmpdir_free(folder);
	recorded_release(&recorded);
}

/* A report that is killed can remove nothing. */
Test(report_report, an_unfinished_file_has_no_name)
{
	char *folder = tmpdir_new(), path[4096];
	struct recorded recorded;
	struct report *report;

	snprintf(path, sizeof(path), "%s/r", folder);
	report = begun(REPORT_TAP, path, &recorded);
	cr_expect(eq(sz, files_in(folder), 0));
	report_free(report);
	tmpdir_free(folder);
	recorded_release(&recorded);
}

Test(report_report, an_unfinished_file_is_removed)
{
	char *folder = tmpdir_new(), *path = tmpdir_write(folder, "r", "old"), *text;
	struct recorded recorded;
	struct report *report;

	fault_point_hook = refuse_nameless;
	report = begun(REPORT_TAP, path, &recorded);
	cr_expect(eq(sz, files_in(folder), 2));
	report_free(report);
	cr_expect(eq(sz, files_in(folder), 1));
	text = content(path);
	cr_expect(eq(str, text, "old"));
	free(text);
	free(path);
	tmpdir_free(folder);
	recorded_release(&recorded);
}

Test(report_report, abandon_removes_it_at_once)
{
	char *folder = tmpdir_new(), path[4096];
	struct recorded recorded;
	struct report *report;

	snprintf(path, sizeof(path), "%s/r", folder);
	fault_point_hook = refuse_nameless;
	report = begun(REPORT_TAP, path, &recorded);
	cr_expect(eq(sz, files_in(folder), 1));
	report_abandon(report);
	cr_expect(eq(sz, files_in(folder), 0));
	report_free(report);
	tmpdir_free(folder);
	recorded_release(&recorded);
}

Test(report_report, a_link_stays_a_link_and_the_mode_stays)
{
	char *folder = tmpdir_new(), *path = tmpdir_write(folder, "target", "old"), link[4096];
	struct recorded recorded;
	struct report *report;
	struct stat st;

	chmod(path, 0640);
	snprintf(link, sizeof(link), "%s/link", folder);
	cr_assert(eq(int, symlink("target", link), 0));
	report = begun(REPORT_JSON, link, &recorded);
	cr_expect(eq(int, report_end(report, &recorded.totals, NULL), 0));
	report_free(report);
	cr_expect(lstat(link, &st) == 0 && S_ISLNK(st.st_mode));
	cr_expect(eq(int, stat(path, &st), 0));
	cr_expect(eq(int, st.st_mode & 0777, 0640));
	cr_expect(gt(i64, st.st_size, 3));
	free(path);
	tmpdir_free(folder);
	recorded_release(&recorded);
}

Test(report_report, a_device_is_never_replaced)
{
	struct recorded recorded;
	struct report *report = begun(REPORT_JUNIT, "/dev/null", &recorded);
	struct stat st;

	cr_expect(eq(int, report_end(report, &recorded.totals, NULL), 0));
	report_free(report);
	cr_expect(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
	recorded_release(&recorded);
}

Test(report_report, a_full_disk_is_an_error_with_the_name)
{
	static const enum report_kind kinds[] = {REPORT_TERM, REPORT_TAP, REPORT_JUNIT,
						 REPORT_JSON};

	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		struct recorded recorded;
		struct err err = ERR_INIT;
		struct report *report;
		int r = 0;

		recorded_load("verdicts", &recorded);
		cr_assert(eq(int, report_open(kinds[k], "/dev/full", NULL, &plain, &report, &err),
			     0));
		r = report_begin(report, &recorded.totals, &err);
		for (size_t i = 0; i < recorded.count && r == 0; i++)
			r = report_case_done(report, &recorded.cases[i], &err);
		if (r == 0)
			r = report_end(report, &recorded.totals, &err);
		cr_expect(eq(int, r, -ENOSPC), "%s: %s", report_vocab.rows[kinds[k]].name,
			  err.text);
		cr_expect(ne(ptr, strstr(err.text, "/dev/full"), NULL), "%s", err.text);
		cr_expect(eq(int, report_end(report, &recorded.totals, &err), 0), "said once only");
		report_free(report);
		recorded_release(&recorded);
	}
}

Test(report_report, a_folder_that_is_not_there_is_known_at_once)
{
	struct report *report = NULL;
	struct err err = ERR_INIT;

	cr_expect(eq(int, report_open(REPORT_JSON, "/nowhere/at/all", NULL, &plain, &report, &err),
		     -ENOENT));
	cr_expect(ne(ptr, strstr(err.text, "/nowhere/at/all"), NULL), "%s", err.text);
	cr_expect(eq(ptr, report, NULL));
}

/* The signal came when the last case was done: it is told all the same. */
Test(report_report, an_interrupt_is_told_also_when_all_are_done)
{
	struct recorded recorded;
	cleanup_free char *text = NULL;

	recorded_load("passed", &recorded);
	recorded.totals.interrupted = true;
	text = recorded_report(&recorded, REPORT_TERM, &plain);
	cr_expect(ne(ptr, strstr(text, "interrupted after"), NULL), "%s", text);
	recorded_release(&recorded);
}
