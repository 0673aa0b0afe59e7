#include "oracle/oracle.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "case.h"
#include "lib/fault.h"

/* clang-format off */
static const struct judged_case rows[] = {
	{"all is well", .seen = {{.name = "a", .started = true, .exited = true}}},
	{"what was found while it ran comes first",
	 .found = {{.kind = FINDING_CRASH, .process = (char *)"a/child[1]", .text = (char *)"died of SIGSEGV"}},
	 .seen = {{.name = "a", .started = true, .exited = true, .status = 1}},
	 .want = "crash a/child[1]: died of SIGSEGV\nwrong-exit a: exited with 1, expected 0\n"},
	{"silence is kept", .found = {{.kind = FINDING_WRONG_OUTPUT, .text = (char *)"no", .silent = true}},
	 .want = "wrong-output: no (silent)\n"},
	{"what is allowed is no finding", .allow = FINDING_WRONG_EXIT, .allows = true,
	 .found = {{.kind = FINDING_CRASH, .text = (char *)"died"}},
	 .seen = {{.name = "a", .started = true, .exited = true, .status = 1}},
	 .want = "crash: died\n"},
	{"a hang alone", .found = {{.kind = FINDING_HANG, .text = (char *)"still waiting"}},
	 .seen = {{.name = "a", .started = true, .alive = true, .out = CAPTURED("")}},
	 .expect = {{.out = {.kind = MATCH_CONTAINS, .text = (char *)"x"}}}, .files = {"left"},
	 .within_ns = 1, .duration_ns = 2, .want = "hang: still waiting\n"},
	{"several oracles", .within_ns = 1 * NS_PER_MS, .duration_ns = 2 * NS_PER_MS, .files = {"left"},
	 .seen = {{.name = "a", .started = true, .exited = true, .status = 1, .out = CAPTURED("y")}},
	 .expect = {{.out = {.kind = MATCH_CONTAINS, .text = (char *)"x"}}},
	 .want = "wrong-exit a: exited with 1, expected 0\n"
		 "wrong-output a: stdout does not contain 'x'\n"
		 "late: took 2 ms, at most 1 ms are allowed\n"
		 "leak: file ${tmp}/left left behind\n"},
};
/* clang-format on */

Test(oracle_oracle, takes_all_together)
{
	cases_check(rows, ARRAY_SIZE(rows), oracle_judge);
}

static char *copy(void *ctx, const char *text)
{
	(void)ctx;
	return strdup(text);
}

/* Everything that can be found, so that every allocation has its turn. */
static int judge_much(void *arg)
{
	struct frame frame = {(char *)"main", (char *)"a.c", 1, (char *)"a", 2};
	struct finding found = {.kind = FINDING_CRASH,
				.process = (char *)"b",
				.text = (char *)"died",
				.stack = {&frame, 1}};
	char *left = (char *)"left";
	struct observed_process processes[] = {{.name = (char *)"a",
						.started = true,
						.exited = true,
						.status = 1,
						.out = CAPTURED("y")},
					       {.name = (char *)"b",
						.spec = 1,
						.started = true,
						.exited = true,
						.signaled = true,
						.status = SIGSEGV}};
	struct observed seen = {.processes = processes,
				.process_count = 2,
				.duration_ns = 2,
				.files_left = {&left, 1},
				.findings = &found,
				.finding_count = 1};
	int statuses[] = {0, 3};
	struct process_expect expect[] = {{.exit = EXIT_STATUS,
					   .statuses = statuses,
					   .status_count = 2,
					   .out = {.kind = MATCH_EQUALS, .text = (char *)"x"}},
					  {.exit = EXIT_DEFAULT}};
	struct scenario scenario = {.fault_count = 1,
				    .expect = {.processes = expect, .within_ns = 1}};
	struct judgement j = {.scenario = &scenario, .seen = &seen, .tmp = "/", .expand = copy};
	int rc = oracle_judge(&j, NULL);

	(void)arg;
	for (size_t i = 0; i < j.findings.count; i++) {
		cr_expect(ne(ptr, j.findings.items[i].text, NULL));
		finding_release(&j.findings.items[i]);
	}
	free(j.findings.items);
	return rc;
}

Test(oracle_oracle, want_of_memory_is_told)
{
	fault_sweep(judge_much, NULL);
}
