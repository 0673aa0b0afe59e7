#include "sweep/journal.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "lib/fault.h"
#include "lib/tmpdir.h"
#include "recorded.h"
#include "sweep/sweep.h"

static struct scenario base = {.file = "x.scn"};
static struct sweep sweep;
static struct attempt attempts[3], *pointers[3];
static struct journal *journal;
static char *folder, *path;
static struct err err;

static void begin(void)
{
	static char *const titles[] = {"one", "two", "three"};

	folder = tmpdir_new();
	path = mem_printf("%s/state", folder);
	record_add(&sweep.record, 0, "a", "read", FD_KIND_PIPE, 0, 1, 0);
	for (size_t i = 0; i < 3; i++) {
		attempts[i] = (struct attempt){.scenario = {.title = titles[i]}};
		pointers[i] = &attempts[i];
	}
	sweep.plan = (struct plan){.attempts = pointers, .count = 3};
	sweep.base = &base;
}

static void end(void)
{
	journal_close(journal);
	programs_release(&sweep.programs);
	record_release(&sweep.record);
	tmpdir_free(folder);
	free(path);
}

TestSuite(sweep_journal, .init = begin, .fini = end);

static int open_it(bool resume)
{
	journal_close(journal);
	journal = NULL;
	return journal_open(path, resume, &journal, &err);
}

static void begin_it(bool resume)
{
	cr_assert(eq(int, open_it(resume), 0), "%s", err.text);
	cr_assert(eq(int, journal_begin(journal, "it", &sweep, &err), 0), "%s", err.text);
}

static void add(size_t attempt, enum verdict verdict)
{
	struct case_result result = {.verdict = verdict, .scenario = "title", .seed = 7};

	journal_add(journal, &sweep, &attempts[attempt], &result);
	cr_assert(eq(int, journal_error(journal), 0));
}

/* The verdict of what is known of an attempt, -1 = nothing. */
static int taken(size_t attempt)
{
	struct case_result result = {.seed = 0};
	int rc = journal_take(journal, &sweep, &attempts[attempt], &result, &err);
	int verdict = rc == 1 ? (int)result.verdict : -1;

	cr_assert(ge(int, rc, 0), "%s", err.text);
	if (verdict == VERDICT_FAIL)
		cr_expect(eq(u64, result.seed, 7), "with all of the result");
	if (rc == 1)
		case_result_release(&result);
	return verdict;
}

static void append(const char *text)
{
	FILE *file = fopen(path, "a");

	fputs(text, file);
	fclose(file);
}

Test(sweep_journal, remembers_what_was_tried)
{
	begin_it(false);
	add(0, VERDICT_PASS);
	add(2, VERDICT_FAIL);
	begin_it(true);
	cr_expect(eq(int, taken(0), VERDICT_PASS));
	cr_expect(eq(int, taken(1), -1));
	cr_expect(eq(int, taken(2), VERDICT_FAIL));
	cr_expect(eq(int, taken(0), -1), "given once");
}

Test(sweep_journal, goes_on_more_than_once)
{
	begin_it(false);
	add(0, VERDICT_PASS);
	begin_it(true);
	add(1, VERDICT_INCONCLUSIVE);
	begin_it(true);
	cr_expect(eq(int, taken(0), VERDICT_PASS));
	cr_expect(eq(int, taken(1), VERDICT_INCONCLUSIVE));
}

Test(sweep_journal, errors_of_ours_are_tried_again)
{
	begin_it(false);
	add(0, VERDICT_ERROR);
	begin_it(true);
	cr_expect(eq(int, taken(0), -1));
}

Test(sweep_journal, begins_anew_unless_it_goes_on)
{
	begin_it(false);
	add(0, VERDICT_PASS);
	begin_it(false);
	begin_it(true);
	cr_expect(eq(int, taken(0), -1));
}

/* At each length that the last line can have been cut to. */
Test(sweep_journal, a_torn_last_line_is_as_if_it_were_not_there)
{
	char line[] = "tried 0123456789abcdef fail {\"seed\": 3}";

	begin_it(false);
	add(0, VERDICT_PASS);
	for (size_t len = strlen(line); len; len--) {
		line[len] = '\0';
		append(line);
		begin_it(true);
		cr_expect(eq(int, taken(0), VERDICT_PASS), "%zu", len);
		add(1, VERDICT_PASS);
		begin_it(true);
		cr_expect(eq(int, taken(1), VERDICT_PASS), "%zu: what comes after it", len);
	}
}

Test(sweep_journal, a_torn_head_is_an_empty_file)
{
	append("ipcfault sw");
	cr_expect(eq(int, open_it(true), -EINVAL), "it could be anything");
	cr_assert(eq(int, truncate(path, 0), 0));
	begin_it(true);
	cr_expect(eq(int, taken(0), -1));
}

Test(sweep_journal, another_file_is_refused_and_left_as_it_is)
{
	char text[8] = "";
	FILE *file;

	append("my data");
	cr_expect(eq(int, open_it(true), -EINVAL));
	cr_expect(ne(ptr, strstr(err.text, "not the state of a sweep"), NULL));
	file = fopen(path, "r");
	cr_expect(eq(sz, fread(text, 1, 8, file), 7));
	fclose(file);
}

Test(sweep_journal, a_bad_line_is_told_by_its_number)
{
	begin_it(false);
	append("tried by nobody\n");
	cr_expect(eq(int, open_it(true), -EINVAL));
	cr_expect(ne(ptr, strstr(err.text, "/state:3: "), NULL), "%s", err.text);
}

Test(sweep_journal, another_program_is_refused)
{
	struct program *program;

	begin_it(false);
	program = mem_append(&sweep.programs.items, &sweep.programs.count, sizeof(*program));
	*program = (struct program){mem_strdup("/bin/a"), 5, PROGRAM_SAME};
	cr_assert(eq(int, open_it(true), 0));
	cr_expect(eq(int, journal_begin(journal, "it", &sweep, &err), -ESTALE));
	cr_expect(ne(ptr, strstr(err.text, "the program has changed"), NULL));
	cr_expect(eq(int, journal_begin(journal, "another", &sweep, &err), 0));
}

Test(sweep_journal, another_plan_is_refused)
{
	begin_it(false);
	sweep.plan.count = 2;
	cr_assert(eq(int, open_it(true), 0));
	cr_expect(eq(int, journal_begin(journal, "it", &sweep, &err), -ESTALE));
	cr_expect(ne(ptr, strstr(err.text, "the plan is another one"), NULL));
}

Test(sweep_journal, the_order_of_a_plan_is_of_no_account)
{
	begin_it(false);
	add(0, VERDICT_PASS);
	pointers[0] = &attempts[2];
	pointers[2] = &attempts[0];
	begin_it(true);
	cr_expect(eq(int, taken(0), VERDICT_PASS));
}

Test(sweep_journal, two_at_a_time_are_refused)
{
	struct journal *other;

	begin_it(false);
	cr_expect(eq(int, journal_open(path, true, &other, &err), -EBUSY));
}

static int go_on(void *arg)
{
	struct journal *own = NULL;
	struct case_result result = {.seed = 0};
	int rc;

	(void)arg;
	rc = journal_open(path, true, &own, NULL);
	if (!rc)
		rc = journal_begin(own, "it", &sweep, NULL);
	if (!rc)
		rc = journal_take(own, &sweep, &attempts[0], &result, NULL);
	case_result_release(&result);
	journal_close(own);
	return rc == 1 ? 0 : rc;
}

Test(sweep_journal, survives_want_of_memory)
{
	begin_it(false);
	add(0, VERDICT_FAIL);
	journal_close(journal);
	journal = NULL;
	fault_sweep_tolerant(go_on, NULL);
}
