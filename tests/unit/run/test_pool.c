#include "run/pool.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "bench.h"
#include "lib/fault.h"
#include "lib/tmpdir.h"

#define CASES_MAX 1024
#define AHEAD	  16 /* cases of which some are sent ahead; scenarios name it */

/* A pool under test: what was told of each case. */
static struct stage {
	struct scenario_file file;
	struct run_case cases[CASES_MAX];
	size_t count;
	struct pool_options options;
	unsigned started[CASES_MAX], done[CASES_MAX], done_total;
	enum verdict verdicts[CASES_MAX];
	char reasons[CASES_MAX][200];
	unsigned order[CASES_MAX];
	bool told_more[CASES_MAX]; /* than the verdict */
	bool is_unwanted;	   /* no more cases */
	/* What a test does at these moments; NULL = nothing. */
	void (*at_start)(size_t index);
	void (*at_done)(size_t index);
} stage;

static size_t index_of(const struct run_case *c)
{
	return (size_t)(c - stage.cases);
}

static void on_started(void *ctx, const struct run_case *c)
{
	(void)ctx;
	stage.started[index_of(c)]++;
	if (stage.at_start)
		stage.at_start(index_of(c));
}

static void on_done(void *ctx, const struct run_case *c, struct case_result *r)
{
	size_t i = index_of(c);

	(void)ctx;
	stage.done[i]++;
	stage.order[stage.done_total++] = (unsigned)i;
	stage.verdicts[i] = r->verdict;
	stage.told_more[i] = r->file;
	snprintf(stage.reasons[i], sizeof(stage.reasons[i]), "%s", r->reason ? r->reason : "");
	if (stage.at_done)
		stage.at_done(i);
}

static bool is_wanted(void *ctx, const struct run_case *c)
{
	(void)ctx;
	(void)c;
	return !stage.is_unwanted;
}

/* As many cases as @text has scenarios, times @repeat. */
static void set_stage(const char *text, unsigned repeat, unsigned jobs)
{
	memset(&stage, 0, sizeof(stage));
	stage.file = bench_read(text);
	for (size_t i = 0; i < stage.file.count; i++)
		for (unsigned k = 0; k < repeat; k++)
			stage.cases[stage.count++] =
				(struct run_case){.scenario = stage.file.scenarios[i], .seed = k};
	stage.options = (struct pool_options){.jobs = jobs, .harness_dir = "/nonexistent"};
}

static int run(struct err *err)
{
	const struct pool_events events = {
		.started = on_started, .done = on_done, .wanted = is_wanted};

	return pool_run(stage.cases, stage.count, &stage.options, &events, err);
}

static void play(void)
{
	struct err err = ERR_INIT;

	cr_expect(eq(int, run(&err), 0), "%s", err.text);
	scenario_file_release(&stage.file);
}

#define SCENARIO(line) "scenario: x\nmechanism: process\nprocesses: {a: {run: '" line "'}}\n---\n"

Test(run_pool, tells_every_case_once)
{
	for (unsigned jobs = 1; jobs <= 4; jobs++) {
		set_stage(SCENARIO("exit 0") SCENARIO("exit 1") SCENARIO("exit 0"), 4, jobs);
		play();
		for (size_t i = 0; i < stage.count; i++) {
			cr_expect(eq(uint, stage.started[i], 1), "%u jobs, case %zu", jobs, i);
			cr_expect(eq(uint, stage.done[i], 1), "%u jobs, case %zu", jobs, i);
			cr_expect(eq(int, stage.verdicts[i],
				     i / 4 == 1 ? VERDICT_FAIL : VERDICT_PASS),
				  "%u jobs, case %zu: %s", jobs, i, stage.reasons[i]);
		}
	}
}

Test(run_pool, more_workers_than_cases)
{
	set_stage(SCENARIO("exit 0"), 1, 50);
	play();
	cr_expect(eq(uint, stage.done_total, 1));
}

Test(run_pool, nothing_to_do)
{
	set_stage(SCENARIO("exit 0"), 0, 2);
	play();
	cr_expect(eq(uint, stage.done_total, 0));
}

/* Our children by name: the workers. */
static pid_t first_worker(void)
{
	char path[64], text[4096];
	size_t n;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	file = fopen(path, "r");
	cr_assert(ne(ptr, file, NULL));
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	return atoi(text);
}

static void kill_worker(size_t index)
{
	if (index == 1)
		kill(first_worker(), SIGKILL);
}

Test(run_pool, a_worker_that_dies_costs_one_case)
{
	set_stage(SCENARIO("exec sleep 5") SCENARIO("exit 0") SCENARIO("exit 0"), 1, 1);
	stage.file.scenarios[0]->deadline_ns = 50 * NS_PER_MS;
	stage.at_start = kill_worker;
	play();
	cr_expect(eq(int, stage.verdicts[0], VERDICT_FAIL));
	cr_expect(eq(int, stage.verdicts[1], VERDICT_ERROR));
	cr_expect(eq(str, stage.reasons[1], "the worker died of SIGKILL"));
	cr_expect(eq(int, stage.verdicts[2], VERDICT_PASS), "%s", stage.reasons[2]);
}

static char *folder;

static void kill_worker_and_say_so(size_t index)
{
	char path[128];

	kill_worker(index);
	snprintf(path, sizeof(path), "%s/killed", folder);
	if (index == 1)
		cr_assert(eq(int, mkdir(path, 0700), 0));
}

/*
 * The next repetitions are with the worker already when it dies; none is lost.
 * The second one, which finds that the first has been here, waits to be killed.
 */
Test(run_pool, cases_sent_ahead_are_not_lost_with_the_worker)
{
	char text[256];

	folder = tmpdir_new();
	snprintf(text, sizeof(text),
		 SCENARIO("cd %s; test -e killed || mkdir first || exec sleep 60"), folder);
	set_stage(text, AHEAD, 1);
	stage.at_start = kill_worker_and_say_so;
	play();
	for (size_t i = 0; i < stage.count; i++) {
		cr_expect(eq(uint, stage.done[i], 1), "case %zu", i);
		cr_expect(eq(uint, stage.order[i], (unsigned)i), "case %zu", i);
		cr_expect(eq(int, stage.verdicts[i], i == 1 ? VERDICT_ERROR : VERDICT_PASS),
			  "case %zu: %s", i, stage.reasons[i]);
	}
	tmpdir_free(folder);
}

/* Each makes a folder with its number; the fourth does then what @slow says. */
static void set_stage_with_a_slow_one(const char *slow, unsigned jobs)
{
	char text[512];

	folder = tmpdir_new();
	snprintf(text, sizeof(text),
		 SCENARIO("cd %s; i=1; until mkdir $i; do i=$((i+1)); done; test $i = 4 || exit 0; "
			  "%s"),
		 folder, slow);
	set_stage(text, AHEAD, jobs);
}

static size_t slow_one(void)
{
	for (size_t i = 0; i < stage.count; i++)
		if (stage.verdicts[i] == VERDICT_FAIL)
			return i;
	return SIZE_MAX;
}

/* It waits for the last of them; at its deadline it would have failed. */
Test(run_pool, what_was_sent_ahead_does_not_wait_for_a_slow_one)
{
	set_stage_with_a_slow_one("until test -e 16; do sleep 0.01; done", 2);
	stage.file.scenarios[0]->deadline_ns = 30 * NS_PER_S;
	play();
	cr_expect(eq(uint, stage.done_total, AHEAD));
	cr_expect(eq(sz, slow_one(), SIZE_MAX));
	tmpdir_free(folder);
}

static void want_nothing_after_a_failure(size_t index)
{
	stage.is_unwanted |= stage.verdicts[index] == VERDICT_FAIL;
}

Test(run_pool, what_is_wanted_no_more_is_not_run_though_it_was_sent_ahead)
{
	set_stage_with_a_slow_one("exec sleep 60", 1);
	stage.file.scenarios[0]->deadline_ns = 2 * NS_PER_S;
	stage.at_done = want_nothing_after_a_failure;
	play();
	cr_expect(eq(sz, slow_one(), 3));
	cr_expect(eq(uint, stage.done_total, 4));
	tmpdir_free(folder);
}

/* After each that is bad all are taken back: while the worker takes one of them, mostly. */
Test(run_pool, what_is_taken_back_is_run_once_and_as_itself)
{
	set_stage("scenario: x\nmechanism: process\nprocesses: {a: {run: [/bin/true]}}\n"
		  "control: {a: {run: [/bin/true, x]}, caught: {a: crash}}\n",
		  CASES_MAX, 1);
	for (size_t i = 1; i < stage.count; i += 2)
		stage.cases[i].role = ROLE_CONTROL; /* it is not caught */
	play();
	for (size_t i = 0; i < stage.count; i++) {
		cr_expect(eq(uint, stage.done[i], 1), "case %zu", i);
		cr_expect(eq(int, stage.verdicts[i], i % 2 ? VERDICT_INCONCLUSIVE : VERDICT_PASS),
			  "case %zu: %s", i, stage.reasons[i]);
	}
}

Test(run_pool, of_a_brief_case_only_the_verdict_is_told_when_it_passes)
{
	set_stage(SCENARIO("exit 0") SCENARIO("exit 1") SCENARIO("exit 0"), 1, 1);
	stage.cases[0].brief = stage.cases[1].brief = true;
	play();
	for (size_t i = 0; i < stage.count; i++) {
		cr_expect(eq(int, stage.verdicts[i], i == 1 ? VERDICT_FAIL : VERDICT_PASS));
		cr_expect(eq(int, stage.told_more[i], i > 0), "case %zu", i);
	}
}

/* Its own memory is short: it says so, ends, and another one does the rest. */
static void starve_worker(size_t index)
{
	/* Counted in the worker, which is forked after this. */
	if (index == 0)
		fault_disarm();
}

Test(run_pool, a_worker_that_ends_itself_costs_one_case)
{
	set_stage(SCENARIO("exit 0"), 4, 1);
	stage.at_start = starve_worker;
	fault_arm(25);
	play();
	fault_disarm();
	for (size_t i = 0; i < stage.count; i++)
		cr_expect(eq(uint, stage.done[i], 1), "case %zu", i);
	for (size_t i = 1; i < stage.count; i++)
		cr_expect(eq(int, stage.verdicts[i], VERDICT_PASS), "case %zu: %s", i,
			  stage.reasons[i]);
}

Test(run_pool, fail_fast_starts_nothing_after_a_failure)
{
	set_stage(SCENARIO("exit 0") SCENARIO("exit 1") SCENARIO("exit 0"), 2, 1);
	stage.options.fail_fast = true;
	play();
	cr_expect(eq(uint, stage.done_total, 3));
	cr_expect(eq(uint, stage.started[3], 0));
}

static void stop_at_third(size_t index)
{
	if (index == 2)
		pool_stop();
}

Test(run_pool, stop_ends_it_after_what_is_done)
{
	set_stage(SCENARIO("exit 0"), 10, 1);
	stage.at_done = stop_at_third;
	play();
	cr_expect(ge(uint, stage.done_total, 3));
	cr_expect(le(uint, stage.done_total, 4));
}

static void stop_at_once(size_t index)
{
	(void)index;
	pool_stop();
}

Test(run_pool, stop_ends_what_runs)
{
	set_stage(SCENARIO("exec sleep 1000"), 2, 2);
	stage.at_start = stop_at_once;
	play();
	cr_expect(eq(uint, stage.done_total, 0));
}

Test(run_pool, stop_without_a_run_is_nothing)
{
	pool_stop();
	set_stage(SCENARIO("exit 0"), 1, 1);
	play();
	cr_expect(eq(int, stage.verdicts[0], VERDICT_PASS));
}

static int run_short(void *arg)
{
	(void)arg;
	stage.done_total = 0;
	return run(NULL);
}

/* Those of the main process: the workers count on in copies of the counter. */
Test(run_pool, want_of_memory_leaves_no_worker)
{
	set_stage(SCENARIO("exit 0"), 1, 1);
	fault_sweep_tolerant(run_short, NULL);
	scenario_file_release(&stage.file);
}
