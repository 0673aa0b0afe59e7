/*
 * `lock: held`: which locks it sees, and what it says where it can see none.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "bench.h"

static const struct row {
	const char *name, *at;
	unsigned moments;   /* as many, and no more */
	const char *reason; /* of a fault that does not fire; occurs in it */
} rows[] = {
	{"mutex", "lock: held", 1, NULL},
	{"try", "lock: held", 1, NULL},
	{"timed", "lock: held", 1, NULL},
	{"private", "lock: held", 0, "its moment never came"},
	{"busy", "lock: held", 1, NULL},
	{"rdlock", "lock: held", 1, NULL},
	{"wrlock", "lock: held", 1, NULL},
	{"spin", "lock: held", 1, NULL},
	{"sem", "lock: held", 1, NULL},
	{"sem-empty", "lock: held", 1, NULL},
	{"cond", "lock: held", 2, NULL},
	{"sysv", "lock: held", 1, NULL},
	{"flock", "lock: held", 1, NULL},
	{"funlock", "lock: held", 0, "its moment never came"},
	{"child", "lock: held", 1, NULL},
	{"late", "function: cbrt", 1, NULL},
	{"mutex", "lock: held, steps: 30", 1, NULL},
	{"mutex", "lock: held, steps: 100000", 0, "the process ended"},
};

static void check(const char *program, const struct row *row, unsigned nth, bool fires)
{
	struct scenario_file file;
	struct case_result result;
	struct err err = ERR_INIT;
	char text[600];

	snprintf(text, sizeof(text),
		 "scenario: x\nmechanism: process\nprocesses: {a: {run: [\"%s/%s\", %s]}}\n"
		 "faults: [{at: {%s, nth: %u}, do: {limit: {nofile: 100}}}]\n",
		 SUBJECTS, program, row->name, row->at, nth);
	file = bench_read(text);
	cr_expect(eq(int, bench_run(file.scenarios[0], ROLE_SUBJECT, &result, &err), 0), "%s: %s",
		  row->name, err.text);
	cr_expect(eq(int, result.verdict, fires ? VERDICT_PASS : VERDICT_INCONCLUSIVE),
		  "%s, %s, nth %u: %s", row->name, row->at, nth,
		  result.reason ? result.reason : "passes");
	if (!fires && row->reason)
		cr_expect(result.reason && strstr(result.reason, row->reason), "%s: '%s'",
			  row->name, result.reason ? result.reason : "");
	case_result_release(&result);
	scenario_file_release(&file);
}

Test(run_locks, each_kind_is_seen)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].moments)
			check("lock-cases", &rows[i], rows[i].moments, true);
		check("lock-cases", &rows[i], rows[i].moments + 1, false);
	}
}

Test(run_locks, a_program_without_symbols)
{
	static const struct row blind = {"mutex", "lock: held", 0, "a stripped static program?"};
	static const struct row kernel = {"flock", "lock: held", 1, NULL};

	check("lock-stripped", &blind, 1, false);
	check("lock-stripped", &kernel, 1, true);
}
