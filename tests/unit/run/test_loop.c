/*
 * What is stuck by its code is told at once; what may go on is given its time.
 */
#include "run/loop.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#ifdef __x86_64__
#define NO_WAY_OUT 1
#else
#define NO_WAY_OUT 0
#endif

static char *findings_of(const char *name, const char *faults)
{
	struct scenario_file file;
	struct case_result result;
	struct err err = ERR_INIT;
	char text[1024], *findings;

	snprintf(text, sizeof(text),
		 "scenario: x\nmechanism: process\n"
		 "processes: {p: {run: [" SUBJECTS "/loop-cases, %s]}}\n%sdeadline: 300ms\n",
		 name, faults);
	file = bench_read(text);
	cr_assert(eq(int, bench_run(file.scenarios[0], ROLE_SUBJECT, &result, &err), 0), "%s",
		  err.text);
	findings = bench_findings(&result);
	case_result_release(&result);
	scenario_file_release(&file);
	return findings;
}

static void expect(bool stuck, const char *name, const char *faults)
{
	char *findings = findings_of(name, faults);

	cr_expect(ne(ptr, strstr(findings, stuck ? "no way out" : "still busy"), NULL), "%s: %s",
		  name, findings);
	free(findings);
}

Test(run_loop, what_has_no_way_out_is_told)
{
	expect(NO_WAY_OUT, "endless", "");
	expect(NO_WAY_OUT, "calls", "");
}

Test(run_loop, what_waits_for_something_has_its_time)
{
	expect(false, "reads", "");
	expect(false, "timer", "");
	expect(false, "child", "");
	expect(false, "thread", "");
}

/* Whether its moment can come is seen in the code that it goes round in. */
Test(run_loop, a_fault_that_may_come_is_waited_for)
{
	static const char far[] = "faults: [{at: {process: p, function: step, nth: 100000000}, do: "
				  "{signal: SIGUSR1}}]\n";
	static const char late[] = "faults: [{at: {elapsed: 10s}, do: {signal: SIGUSR1, of: p}}]\n";
	static const char call[] = "faults: [{at: {process: p, call: write}, do: {errno: EIO}}]\n";

	expect(false, "calls", far);
	expect(NO_WAY_OUT, "endless", far);
	expect(false, "endless", late);
	expect(NO_WAY_OUT, "endless", call);
}
