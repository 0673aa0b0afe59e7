/* The whole way of `ipcfault run`, with a pool that gives recorded verdicts. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "lib/fault.h"
#include "stage.h"

TestSuite(cli_run, .init = stage_open, .fini = stage_close);

static const char two[] = "scenario: one\n"
			  "mechanism: process\n"
			  "processes:\n"
			  "  a: {run: [\"true\"]}\n"
			  "expect:\n"
			  "  a: {exit: 0}\n"
			  "control:\n"
			  "  a: {run: [\"false\"]}\n"
			  "  caught: {a: wrong-exit}\n"
			  "---\n"
			  "scenario: two\n"
			  "mechanism: process\n"
			  "matrix: {mode: [x, y]}\n"
			  "processes:\n"
			  "  a: {run: [\"true\", \"${mode}\"]}\n"
			  "expect:\n"
			  "  a: {exit: 0}\n";

static void expect_in(const char *text, const char *wanted)
{
	cr_expect(ne(ptr, strstr(text, wanted), NULL), "'%s' is not in:\n%s", wanted, text);
}

static void expect_not_in(const char *text, const char *unwanted)
{
	cr_expect(eq(ptr, strstr(text, unwanted), NULL), "'%s' is in:\n%s", unwanted, text);
}

Test(cli_run, says_how_many_passed)
{
	stage_write("a.scn", two);
	stage_run("run %s/a.scn");
	cr_expect(eq(int, stage.code, 0));
	expect_in(stage.out, "2 scenarios, 4 cases: 4 passed (1 control caught) in ");
	cr_expect(eq(str, stage.err, ""));
}

Test(cli_run, run_may_be_left_out_and_a_folder_means_its_files)
{
	stage_write("b.scn", two);
	stage_write("a.scn", two);
	stage_write("c.txt", "not a scenario");
	stage_write(".hidden.scn", "not a scenario");
	stage_run("-v %s");
	cr_expect(eq(int, stage.code, 0), "%s", stage.err);
	expect_in(stage.out, "4 scenarios, 8 cases: 8 passed");
	stage_run("%s/a.scn");
	expect_in(stage.out, "2 scenarios, 4 cases");
}

struct exit_row {
	enum verdict verdicts[4];
	int code;
};

static const struct exit_row exit_rows[] = {
	{{VERDICT_PASS, VERDICT_PASS, VERDICT_PASS, VERDICT_PASS}, 0},
	{{VERDICT_PASS, VERDICT_SKIP, VERDICT_PASS, VERDICT_PASS}, 0},
	{{VERDICT_SKIP, VERDICT_SKIP, VERDICT_SKIP, VERDICT_SKIP}, 77},
	{{VERDICT_PASS, VERDICT_FAIL, VERDICT_ERROR, VERDICT_INCONCLUSIVE}, 1},
	{{VERDICT_PASS, VERDICT_ERROR, VERDICT_PASS, VERDICT_PASS}, 3},
	{{VERDICT_PASS, VERDICT_INCONCLUSIVE, VERDICT_SKIP, VERDICT_PASS}, 3},
};

static void check_exit_row(const struct exit_row *row)
{
	stage_write("a.scn", two);
	memcpy(stage.verdicts, row->verdicts, sizeof(row->verdicts));
	stage_run("run %s/a.scn");
	cr_expect(eq(int, stage.code, row->code), "row with code %d: %s", row->code, stage.out);
}

Test(cli_run, exit_code_tells_the_worst)
{
	for (size_t i = 0; i < ARRAY_SIZE(exit_rows); i++)
		check_exit_row(&exit_rows[i]);
}

Test(cli_run, a_failure_is_told_with_its_line)
{
	stage_write("a.scn", two);
	stage.verdicts[3] = VERDICT_FAIL;
	stage_run("run %s/a.scn");
	cr_expect(eq(int, stage.code, 1));
	expect_in(stage.out, "FAIL  two");
	expect_in(stage.out, "--filter two --case mode=y --seed 0");
}

/* What a failure prints to see it again chooses that case and no other. */
Test(cli_run, the_reproduce_line_chooses_one_case)
{
	char *line, *end, *arguments;

	stage_write("a.scn", two);
	for (int i = 0; i < 4; i++) {
		memset(stage.verdicts, 0, sizeof(stage.verdicts));
		stage.verdicts[i] = VERDICT_FAIL;
		stage_run("run %s/a.scn");
		line = strstr(stage.out, "ipcfault run ");
		cr_assert(ne(ptr, line, NULL));
		end = strchr(line, '\n');
		arguments = strndup(line + strlen("ipcfault "), end - line - strlen("ipcfault "));
		stage_run(arguments);
		expect_in(stage.out, "1 scenario, 1 case:");
		free(arguments);
	}
}

Test(cli_run, all_problems_of_all_files_and_nothing_runs)
{
	stage_write("a.scn", "scenario: x\nmechanims: pipe\n");
	stage_write("b.scn", two);
	stage_write("c.scn", "scenario: [\n");
	stage_run("run %s/a.scn %s/b.scn %s/c.scn %s/none.scn");
	cr_expect(eq(int, stage.code, 2));
	cr_expect(eq(uint, stage.pool_runs, 0));
	expect_in(stage.err, "a.scn:2:");
	expect_in(stage.err, "did you mean `mechanism`?");
	expect_in(stage.err, "c.scn:");
	expect_in(stage.err, "none.scn");
	expect_in(stage.err, "nothing was run");
	cr_expect(eq(str, stage.out, ""));
}

Test(cli_run, an_empty_folder_is_a_mistake)
{
	stage_run("run %s");
	cr_expect(eq(int, stage.code, 2));
	expect_in(stage.err, "no *.scn in this folder");
}

Test(cli_run, no_match_is_a_mistake)
{
	stage_write("a.scn", two);
	stage_run("run %s/a.scn --filter nothing");
	cr_expect(eq(int, stage.code, 2));
	expect_in(stage.err, "no case matches");
}

Test(cli_run, options_reach_the_pool)
{
	stage_write("a.scn", two);
	stage.harness = "/some/where";
	stage_run("run %s/a.scn -j 3 --fail-fast --keep --gdb --timeout 2s -v");
	cr_expect(eq(uint, stage.options.jobs, 3));
	cr_expect(stage.options.fail_fast && stage.options.keep && stage.options.gdb);
	cr_expect(eq(u64, stage.options.timeout_ns, 2 * NS_PER_S));
	cr_expect(eq(int, stage.options.verbosity, 1));
	stage_run("run %s/a.scn");
	cr_expect(gt(uint, stage.options.jobs, 0));
}

Test(cli_run, quiet_prints_the_summary_only)
{
	stage_write("a.scn", two);
	stage.verdicts[0] = VERDICT_FAIL;
	stage_run("run -q %s/a.scn");
	expect_not_in(stage.out, "what broke");
	expect_in(stage.out, "1 failed");
}

Test(cli_run, files_get_the_cases_in_order_whatever_is_done_first)
{
	char *forwards, *backwards;

	stage_write("a.scn", two);
	stage_run(
		"run %s/a.scn --report tap:%s/tap1 --report junit:%s/junit --report json:%s/json");
	stage.backwards = true;
	stage_run("run %s/a.scn --report tap:%s/tap2");
	forwards = stage_read("tap1");
	backwards = stage_read("tap2");
	cr_assert(ne(ptr, forwards, NULL));
	cr_expect(eq(str, backwards, forwards));
	free(forwards);
	free(backwards);
	forwards = stage_read("junit");
	expect_in(forwards, "tests=\"4\" failures=\"0\"");
	free(forwards);
}

Test(cli_run, json_alone_on_standard_output)
{
	json_t *json;

	stage_write("a.scn", two);
	stage_run("run %s/a.scn --report json");
	json = json_loads(stage.out, 0, NULL);
	cr_assert(ne(ptr, json, NULL), "%s", stage.out);
	cr_expect(eq(sz, json_array_size(json_object_get(json, "cases")), 4));
	json_decref(json);
}

Test(cli_run, two_reports_to_one_place_are_refused)
{
	stage_write("a.scn", two);
	stage_run("run %s/a.scn --report json --report tap");
	cr_expect(eq(int, stage.code, 2));
	expect_in(stage.err, "standard output");
	stage_run("run %s/a.scn --report json:%s/x --report tap:%s/x");
	cr_expect(eq(int, stage.code, 2));
	cr_expect(eq(uint, stage.pool_runs, 0));
}

Test(cli_run, a_report_that_cannot_be_written_is_known_before_the_run)
{
	stage_write("a.scn", two);
	stage_run("run %s/a.scn --report tap:%s/no/such/folder");
	cr_expect(eq(int, stage.code, 3));
	cr_expect(eq(uint, stage.pool_runs, 0));
	expect_in(stage.err, "no/such/folder");
}

Test(cli_run, a_full_disk_makes_the_exit_code)
{
	stage_write("a.scn", two);
	stage_run("run %s/a.scn --report junit:/dev/full");
	cr_expect(eq(int, stage.code, 3));
	expect_in(stage.err, "/dev/full: No space left on device");
	expect_in(stage.out, "4 passed");
	stage.verdicts[0] = VERDICT_FAIL;
	stage_run("run %s/a.scn --report junit:/dev/full");
	cr_expect(eq(int, stage.code, 1), "a finding is worth more");
}

Test(cli_run, without_any_reader_the_run_ends)
{
	stage_write("a.scn", two);
	stage_run("run %s/a.scn --report term:/dev/full -v --report junit:/dev/full");
	cr_expect(eq(int, stage.code, 2), "two reports to one place");
	stage_run("run %s/a.scn --report tap:%s/tap --report term:/dev/full -v");
	cr_expect(eq(uint, stage.stops, 0), "one is left");
	cr_expect(eq(int, stage.code, 3));
	stage.full = true;
	stage_run("run %s/a.scn -v");
	cr_expect(eq(uint, stage.stops, 1));
	cr_expect(eq(int, stage.code, 3));
	expect_in(stage.err, "cannot write standard output: No space left on device");
}

Test(cli_run, a_broken_pool_is_an_error_after_the_summary)
{
	stage_write("a.scn", two);
	stage.pool_code = -EIO;
	stage_run("run %s/a.scn");
	cr_expect(eq(int, stage.code, 3));
	expect_in(stage.err, "the pool broke");
	expect_in(stage.out, "4 passed");
}

Test(cli_run, ctrl_c_prints_the_summary_of_what_was_done)
{
	char *tap;

	stage_write("a.scn", two);
	stage.raise_after = 1;
	stage_run("run %s/a.scn --report tap:%s/tap");
	cr_expect(eq(int, stage.code, 130));
	cr_expect(eq(uint, stage.stops, 1));
	expect_in(stage.out, "interrupted after 1 of 4 cases");
	expect_in(stage.out, "2 scenarios, 4 cases: 1 passed");
	tap = stage_read("tap");
	expect_in(tap, "1..4\nok 1 - one\nBail out! interrupted after 1 of 4 cases");
	free(tap);
}

Test(cli_run, a_second_ctrl_c_ends_at_once_and_leaves_no_file)
{
	int status;
	pid_t pid;

	stage_write("a.scn", two);
	stage.raise_after = 1;
	stage.raise_times = 2;
	pid = fork();
	if (pid == 0) {
		stage_run("run %s/a.scn --report tap:%s/tap");
		_exit(0);
	}
	cr_assert(eq(int, waitpid(pid, &status, 0), pid));
	cr_expect(eq(int, status, 130 << 8));
	cr_expect(eq(sz, stage_files(), 1), "only the scenario is there");
}

Test(cli_run, cases_that_did_not_run_are_said)
{
	char *tap;

	stage_write("a.scn", two);
	stage.stops = 1; /* as --fail-fast: the pool ends early by itself */
	stage_run("run %s/a.scn --report tap:%s/tap");
	expect_in(stage.out, "stopped after 0 of 4 cases");
	tap = stage_read("tap");
	expect_in(tap, "Bail out! stopped after 0 of 4 cases");
	free(tap);
}

Test(cli_run, colour_and_progress_only_on_a_willing_terminal)
{
	stage_write("a.scn", two);
	stage_run("run -v %s/a.scn");
	expect_not_in(stage.out, "\033");
	stage_run("run -v %s/a.scn --color always");
	expect_in(stage.out, "\033[32mPASS");
	stage.terminal = true;
	stage_run("run -v %s/a.scn");
	expect_in(stage.out, "\033[32mPASS");
	expect_in(stage.out, "\r\033[K");
	stage_run("run -v %s/a.scn --color never");
	expect_not_in(stage.out, "\033[32m");
	stage.no_color = "1";
	stage_run("run -v %s/a.scn");
	expect_not_in(stage.out, "\033");
	stage.no_color = "";
	stage.term = "dumb";
	stage_run("run -v %s/a.scn");
	expect_not_in(stage.out, "\033");
}

/* Any allocation may fail: the command says so or goes on, and leaves nothing. */
static int run_all_reports(void *arg)
{
	int code;

	(void)arg;
	stage_run("run %s/a.scn --report tap:%s/tap --report junit:%s/junit --report json:%s/json");
	code = stage.code;
	if (code != 0)
		cr_expect(gt(sz, strlen(stage.err), 10), "a reason for the code %d", code);
	cr_expect(le(sz, stage_files(), 4), "no unfinished file");
	free(stage.out);
	free(stage.err);
	stage.out = stage.err = NULL;
	return code == 0 ? 0 : -ENOMEM;
}

Test(cli_run, survives_want_of_memory)
{
	stage_write("a.scn", two);
	fault_sweep_tolerant(run_all_reports, NULL);
}
