/*
 * A process that is killed, or signalled, in front of each instruction.
 */
#include "run/stepped.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "bench.h"

#define CHILD "process: \"p/child[1]\", "
#define KILL  "do: {kill: SIGKILL, when: every-instruction}"
#define NEVER "nothing was said"

static const struct row {
	const char *name, *fault;
	enum verdict verdict;
	const char *survives, *breaks; /* outcomes that there are, and no others; NULL = none */
	const char *finding;	       /* NULL = none */
} rows[] = {
	{"pair", "at: {" CHILD "function: pair}, " KILL, VERDICT_FAIL, "exit 0", "exit 1",
	 "wrong-exit p: exited with 1"},
	{"locked", "at: {" CHILD "function: pair}, " KILL, VERDICT_PASS, "exit 0", NULL, NULL},
	{"locked", "at: {" CHILD "lock: held}, " KILL, VERDICT_PASS, "exit 0", NULL, NULL},
	{"locked", "at: {" CHILD "function: pthread_mutex_lock}, " KILL, VERDICT_PASS, "exit 0",
	 NULL, NULL},
#ifdef __x86_64__
	{"spins", "at: {" CHILD "function: spins}, " KILL, VERDICT_FAIL, "exit 0", "hang",
	 "goes round for ever"},
#endif
	{"signal",
	 "at: {process: p, function: pair}, "
	 "do: {signal: SIGUSR1, when: every-instruction}",
	 VERDICT_FAIL, "exit 0", "exit 1", "wrong-exit p: exited with 1"},
};

static void run(const char *name, const char *fault, const struct explore_options *options,
		struct case_result *result)
{
	struct scenario_file file;
	struct err err = ERR_INIT;
	struct run_case c = {.explore = options};
	struct bench bench;
	char text[600];

	snprintf(
		text, sizeof(text),
		"scenario: x\nmechanism: process\n"
		"processes: {p: {run: [\"%s/stepped-cases\", %s], env: {LD_BIND_NOW: \"1\"}}}\nexpect: {p: {exit: 0}}\n%s%s%s",
		SUBJECTS, name, *fault ? "faults: [{" : "", fault, *fault ? "}]\n" : "");
	file = bench_read(text);
	c.scenario = file.scenarios[0];
	cr_assert(eq(int, bench_open(&bench), 0));
	cr_assert(eq(int, bench_case(&bench, &c, result, &err), 0), "%s: %s", name, err.text);
	bench_close(&bench);
	scenario_file_release(&file);
}

static const struct point_outcome *find(const struct case_result *result, const char *text)
{
	for (size_t i = 0; text && i < result->explore.outcome_count; i++)
		if (strcmp(result->explore.outcomes[i].text, text) == 0)
			return &result->explore.outcomes[i];
	return NULL;
}

static uint64_t points_of(const struct case_result *result, const char *text)
{
	return find(result, text) ? find(result, text)->points : 0;
}

static void check_row(const struct row *row, const struct case_result *result)
{
	const struct exploration *explore = &result->explore;
	char *findings = bench_findings(result);

	cr_expect(eq(int, result->verdict, row->verdict), "%s, %s: %s", row->name, row->fault,
		  result->reason ? result->reason : findings);
	cr_expect(gt(u64, explore->kill_points + explore->signal_points, 3), "%s", row->name);
	cr_expect(eq(u64, points_of(result, row->survives) + points_of(result, row->breaks),
		     explore->points),
		  "%s, %s", row->name, row->fault);
	cr_expect(gt(u64, points_of(result, row->survives), 0), "%s", row->name);
	cr_expect(eq(int, row->breaks != NULL, points_of(result, row->breaks) > 0), "%s",
		  row->name);
	cr_expect(row->finding ? strstr(findings, row->finding) != NULL : !*findings, "%s: %s",
		  row->name, findings);
	cr_expect(eq(int, explore->schedule != NULL, row->finding != NULL), "%s", row->name);
	free(findings);
}

/* Of the points with the same state one speaks for all: as if each were tried. */
Test(run_stepped, is_tried_at_each_instruction)
{
	struct explore_options options = {.schedules = 10000};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct case_result some, all;

		options.all_points = false;
		run(rows[i].name, rows[i].fault, &options, &some);
		check_row(&rows[i], &some);
		options.all_points = true;
		run(rows[i].name, rows[i].fault, &options, &all);
		check_row(&rows[i], &all);
		cr_expect(eq(u64, all.explore.schedules, all.explore.points + 1), "%s",
			  rows[i].name);
		cr_expect(le(u64, some.explore.schedules, all.explore.schedules), "%s",
			  rows[i].name);
		cr_expect(eq(u64, points_of(&some, rows[i].survives),
			     points_of(&all, rows[i].survives)),
			  "%s, %s", rows[i].name, rows[i].fault);
		case_result_release(&some);
		case_result_release(&all);
	}
}

/* Fewer runs, where the states of many points are the same. */
Test(run_stepped, tries_equal_states_once)
{
	const struct explore_options options = {.schedules = 10000};
	struct case_result result;

	run("pair", rows[0].fault, &options, &result);
	cr_expect(eq(u64, result.explore.states, 3));
	cr_expect(eq(u64, result.explore.schedules, 4));
	case_result_release(&result);
}

Test(run_stepped, shows_a_point_again)
{
	struct explore_options options = {.schedules = 10000};
	struct case_result result;
	struct trail trail;

	run("pair", rows[0].fault, &options, &result);
	cr_assert(trail_parse(result.explore.schedule, &trail));
	case_result_release(&result);
	options.trail = &trail;
	run("pair", rows[0].fault, &options, &result);
	cr_expect(eq(int, result.verdict, VERDICT_FAIL));
	cr_expect(eq(u64, result.explore.schedules, 2));
	case_result_release(&result);
	trail.steps++;
	run("pair", rows[0].fault, &options, &result);
	cr_expect(eq(int, result.verdict, VERDICT_INCONCLUSIVE));
	cr_expect(result.reason && strstr(result.reason, "does not fit"));
	case_result_release(&result);
}

Test(run_stepped, takes_functions_from_the_command_line)
{
	char *functions[] = {(char *)"pair"};
	struct explore_options options = {.schedules = 10000,
					  .strike = "p/child[1]",
					  .signal = SIGKILL,
					  .within = {functions, 1}};
	struct case_result result;

	run("pair", "", &options, &result);
	cr_expect(eq(int, result.verdict, VERDICT_FAIL));
	cr_expect(gt(u64, points_of(&result, "exit 1"), 0));
	case_result_release(&result);
	options.strike = "q";
	run("pair", "", &options, &result);
	cr_expect(result.reason && strstr(result.reason, "no process is called 'q'"));
	case_result_release(&result);
}

/* Nothing was tried: that is no pass. */
Test(run_stepped, says_what_it_could_not_try)
{
	struct explore_options options = {.schedules = 10000};
	struct case_result result;

	run("none", "at: {" CHILD "function: pair}, " KILL, &options, &result);
	cr_expect(eq(int, result.verdict, VERDICT_ERROR));
	cr_expect(result.reason && strstr(result.reason, "none of the functions was called"), "%s",
		  result.reason ? result.reason : NEVER);
	case_result_release(&result);
	run("pair", "at: {" CHILD "function: no_such_thing}, " KILL, &options, &result);
	cr_expect(result.reason && strstr(result.reason, "no function or line 'no_such_thing'"),
		  "%s", result.reason ? result.reason : NEVER);
	case_result_release(&result);
	run("pair", rows[0].fault, NULL, &result);
	cr_expect(eq(int, result.verdict, VERDICT_ERROR));
	cr_expect(result.reason && strstr(result.reason, "use `ipcfault explore`"), "%s",
		  result.reason ? result.reason : NEVER);
	case_result_release(&result);
	options.schedules = 2;
	options.all_points = true;
	run("pair", rows[0].fault, &options, &result);
	cr_expect(result.note_count > 1 && strstr(result.notes[1], "were not tried"));
	case_result_release(&result);
}
