/*
 * Repeated runs that start from a copy see what one that is executed sees.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "bench.h"
#include "engine/snapshot.h"
#include "lib/needs.h"

#define RUNS 6

/* Run by the case of frozen-cases.c; what each of the runs must print. */
static const struct row {
	const char *name, *printed;
	const char *more; /* of the scenario */
	int status;	  /* that it exits with */
} rows[] = {
	{"ids", "leader first\\n", ""},
	{"kept-id", "handled\\nEDEADLK\\nowner\\n", ""},
	{"robust", "EOWNERDEAD\\n", ""},
	{"descriptors", "read 5\\nflags as ever\\nlock free\\n", ", stdin: {text: hello}"},
	{"memory", "count 1\\n", ""},
};

static struct scenario_file read_case(const struct row *row, const char *faults)
{
	char text[800];

	snprintf(text, sizeof(text),
		 "scenario: x\nmechanism: process\n"
		 "processes: {a: {run: [\"%s/frozen-cases\", %s]%s}}\n%s"
		 "expect: {a: {exit: %d, stdout: {equals: \"%s\"}}, allow: [leak]}\n",
		 SUBJECTS, row->name, row->more, faults, row->status, row->printed);
	return bench_read(text);
}

static void run_once(struct bench *b, const struct scenario *scenario, const char *name, int nth)
{
	struct case_result result;
	struct err err = ERR_INIT;
	char *findings;

	cr_expect(eq(int, bench_again(b, scenario, ROLE_SUBJECT, &result, &err), 0), "%s: %s", name,
		  err.text);
	findings = bench_findings(&result);
	cr_expect(eq(int, result.verdict, VERDICT_PASS), "%s, run %d: %s%s", name, nth,
		  result.reason ? result.reason : "", findings);
	free(findings);
	case_result_release(&result);
}

static bool has_copies(const struct bench *b)
{
	return b->worker.frozen.snapshot;
}

Test(run_frozen, a_copy_sees_what_an_executed_program_sees)
{
	needs_no_valgrind("it follows no program that ptrace makes fork");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct scenario_file file = read_case(&rows[i], "");
		struct bench b;

		cr_assert(eq(int, bench_open(&b), 0));
		for (int run = 1; run <= RUNS; run++) {
			run_once(&b, file.scenarios[0], rows[i].name, run);
			cr_expect(eq(int, has_copies(&b), run > 2), "%s, run %d", rows[i].name,
				  run);
		}
		bench_close(&b);
		scenario_file_release(&file);
	}
}

/* The third write fails, in each of them, and in no other. */
Test(run_frozen, faults_strike_each_copy)
{
	const struct row row = {"descriptors", "read 5\\nflags as ever\\n",
				", stdin: {text: hello}", .status = 99};
	struct scenario_file file;
	struct bench b;

	needs_no_valgrind("it follows no program that ptrace makes fork");
	file = read_case(&row, "faults: [{at: {call: write, nth: 3}, do: {errno: EIO}}]\n");
	cr_assert(eq(int, bench_open(&b), 0));
	for (int run = 1; run <= RUNS; run++)
		run_once(&b, file.scenarios[0], row.name, run);
	cr_expect(has_copies(&b));
	bench_close(&b);
	scenario_file_release(&file);
}

/* A program may kill whatever it can. */
Test(run_frozen, who_kills_the_frozen_one_does_no_harm)
{
	struct scenario_file file;
	struct bench b;

	needs_no_valgrind("it follows no program that ptrace makes fork");
	file = read_case(&rows[0], "");
	cr_assert(eq(int, bench_open(&b), 0));
	for (int run = 1; run <= RUNS; run++) {
		run_once(&b, file.scenarios[0], rows[0].name, run);
		if (has_copies(&b))
			kill(snapshot_pid(b.worker.frozen.snapshot), SIGKILL);
	}
	bench_close(&b);
	scenario_file_release(&file);
}

/* What others could tell: no copies. */
static const struct unfit {
	const char *name, *text;
} unfit[] = {
	{"two processes", "processes: {a: {run: [\"true\"]}, b: {run: [\"true\"]}}\n"},
	{"a channel", "channels: {c: pipe}\nprocesses: {a: {run: echo, stdout: c}}\n"},
	{"a folder", "processes: {a: {run: [\"true\"], cwd: /}}\n"},
	{"a static program", "processes: {a: {run: [\"" SUBJECTS "/e2e-follow-static\", exit]}}\n"
			     "expect: {a: {exit: any}}\n"},
	{"a function", "processes: {a: {run: [\"true\"]}}\n"
		       "faults: [{at: {function: exit, nth: 9}, do: {signal: SIGUSR1}}]\n"},
	{"the start", "processes: {a: {run: [\"true\"]}}\n"
		      "faults: [{at: {started: true}, do: {limit: {nofile: 50}}}]\n"},
};

Test(run_frozen, where_somebody_could_tell_each_run_is_executed)
{
	for (size_t i = 0; i < ARRAY_SIZE(unfit); i++) {
		struct case_result result;
		struct err err = ERR_INIT;
		struct scenario_file file;
		struct bench b;
		char text[500];

		snprintf(text, sizeof(text), "scenario: x\nmechanism: process\n%s", unfit[i].text);
		file = bench_read(text);
		cr_assert(eq(int, bench_open(&b), 0));
		for (int run = 1; run <= 4; run++) {
			cr_expect(
				eq(int,
				   bench_again(&b, file.scenarios[0], ROLE_SUBJECT, &result, &err),
				   0));
			case_result_release(&result);
			cr_expect(not(has_copies(&b)), "%s", unfit[i].name);
		}
		bench_close(&b);
		scenario_file_release(&file);
	}
}
