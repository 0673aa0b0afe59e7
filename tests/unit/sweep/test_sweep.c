#include "sweep/sweep.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "recorded.h"

static struct scenario_file file;
static struct sweep_base base;
static struct record recorded;
static struct sweep sweep;

/* What comes of an attempt. */
static struct played {
	const char *title; /* it contains this */
	const char *text;  /* of the finding */
	enum finding_kind kind;
	bool by_chance; /* only every other time */
	bool unstruck;	/* what it is about has not happened */
} plays[4];
static bool fails_without_faults;
static bool one_does_not_come;	     /* of the faults of the file */
static struct record recorded_again; /* the second run without faults */
static unsigned runs;

static void open_base(void)
{
	cr_assert(
		eq(int, base_of_scenario(read_one(recorded_text, &file), ROLE_SUBJECT, &base), 0));
	recorded.processes = 1;
}

static void close_base(void)
{
	sweep_release(&sweep);
	base_release(&base);
	scenario_file_release(&file);
}

TestSuite(sweep_run, .init = open_base, .fini = close_base);

static void add_unstruck(struct case_result *result)
{
	result->faults = mem_zalloc(sizeof(*result->faults));
	result->fault_count = 1;
}

static void add_finding(struct case_result *result, const struct played *play)
{
	struct finding *f = mem_append(&result->findings, &result->finding_count, sizeof(*f));

	result->verdict = VERDICT_FAIL;
	*f = (struct finding){.kind = play->kind,
			      .process = mem_strdup("writer"),
			      .text = mem_strdup(play->text)};
	if (play->unstruck)
		add_unstruck(result);
}

/* Two faults, of which one has struck. */
static void add_half(struct case_result *result)
{
	struct fault_result *faults = mem_zalloc(2 * sizeof(*faults));

	faults[0].fired = 1;
	result->faults = faults;
	result->fault_count = 2;
	result->verdict = VERDICT_INCONCLUSIVE;
}

static struct case_result play(const struct run_case *c)
{
	struct case_result result = {.scenario = mem_strdup(c->scenario->title),
				     .verdict = VERDICT_PASS};

	runs++;
	if (c->record && fails_without_faults)
		add_finding(&result, &(const struct played){.text = "it waits for a signal",
							    .kind = FINDING_HANG});
	for (size_t i = 0; !c->record && i < sizeof(plays) / sizeof(*plays); i++)
		if (plays[i].title && strstr(c->scenario->title, plays[i].title) &&
		    !(plays[i].by_chance && runs % 2))
			add_finding(&result, &plays[i]);
	if (!c->record && one_does_not_come && strstr(c->scenario->title, "the file's own"))
		add_half(&result);
	return result;
}

static int play_all(const struct run_case *cases, size_t count, const struct pool_options *opts,
		    const struct pool_events *events, struct err *err)
{
	(void)opts;
	(void)err;
	for (size_t i = 0; i < count; i++) {
		struct case_result result;

		if (events->wanted && !events->wanted(events->ctx, &cases[i]))
			continue;
		result = play(&cases[i]);
		if (cases[i].record) {
			struct record *one = i == 0 ? &recorded : &recorded_again;

			result.record = *one;
			*one = (struct record){.sites = NULL};
		}
		events->done(events->ctx, &cases[i], &result);
		case_result_release(&result);
	}
	return 0;
}

static void run_with(const struct sweep_options *options)
{
	struct err err = ERR_INIT;

	runs = 0;
	cr_assert(eq(int, sweep_run(&base.scenario, options, &sweep, &err), 0), "%s", err.text);
}

static void run_sweep(void)
{
	static const struct sweep_options options = {.pool_run = play_all};

	run_with(&options);
}

/* What the file says itself is tried, too. */
static void run_written(struct sweep_part part)
{
	const struct sweep_options options = {
		.pool_run = play_all, .written = &base.written, .part = part};

	run_with(&options);
}

static const char *title_of(size_t bug)
{
	return sweep.plan.attempts[sweep.bugs.items[bug].attempt]->scenario.title;
}

Test(sweep_run, what_is_seen_each_time_is_a_bug)
{
	record_add(&recorded, 0, "writer", "write", FD_KIND_FILE, 1, 1, ENOSPC);
	plays[0] = (struct played){"write(1)", "died of SIGSEGV", FINDING_CRASH, false};
	run_sweep();
	cr_assert(eq(sz, sweep.bugs.count, 1));
	cr_expect(sweep.bugs.items[0].confirmed);
	cr_expect(eq(str, (char *)title_of(0), (char *)"writer: write(1): ENOSPC"));
	cr_expect(eq(sz, sweep.doubtful, 0));
}

Test(sweep_run, what_is_not_seen_each_time_is_chance)
{
	record_add(&recorded, 0, "writer", "write", FD_KIND_FILE, 1, 1, ENOSPC);
	plays[0] = (struct played){"write(1)", "died of SIGSEGV", FINDING_CRASH, true};
	run_sweep();
	cr_expect(eq(sz, sweep.bugs.count, 0));
	cr_expect(eq(sz, sweep.doubtful, 1));
}

Test(sweep_run, a_larger_fault_may_show_it_each_time)
{
	record_add(&recorded, 0, "writer", "write", FD_KIND_FILE, 1, 1, ENOSPC);
	plays[0] = (struct played){"from the first on", "died of SIGSEGV", FINDING_CRASH, false};
	plays[1] = (struct played){"write(1): ENOSPC", "died of SIGSEGV", FINDING_CRASH, true};
	run_sweep();
	cr_assert(eq(sz, sweep.bugs.count, 1));
	cr_expect(
		eq(str, (char *)title_of(0), (char *)"writer: write(1) from the first on: ENOSPC"));
	cr_expect(eq(str, sweep.bugs.items[0].result.scenario,
		     (char *)"writer: write(1) from the first on: ENOSPC"));
	cr_expect(eq(sz, sweep.doubtful, 0));
}

/* Two places, at one of which it is seen what the signal means. */
static void two_places(const char *text)
{
	for (int fd = 3; fd <= 4; fd++) {
		struct call_site *site =
			record_add(&recorded, 0, "writer", "read", FD_KIND_PIPE, fd, 1, 0);

		site->places[0].waits = true;
		site->places[0].signals = UINT64_C(1) << (SIGTERM - 1);
	}
	plays[0] = (struct played){"read(3): SIGTERM, before", "exited with 0", FINDING_WRONG_EXIT,
				   false};
	plays[1] = (struct played){"read(4), asleep: SIGTERM", text, FINDING_WRONG_EXIT, false};
	run_sweep();
}

Test(sweep_run, what_a_signal_means_may_be_seen_elsewhere)
{
	two_places("exited with 0");
	cr_expect(eq(sz, sweep.bugs.count, 0));
	cr_expect(eq(sz, sweep.doubtful, 0));
}

Test(sweep_run, what_a_signal_means_nowhere_is_a_bug)
{
	two_places("exited with 1");
	cr_assert(eq(sz, sweep.bugs.count, 1));
	cr_expect(
		eq(str, (char *)title_of(0), (char *)"writer: read(4), asleep: SIGTERM, blocked"));
}

Test(sweep_run, what_the_file_says_itself_is_the_first_attempt)
{
	record_add(&recorded, 0, "writer", "write", FD_KIND_FILE, 1, 1, ENOSPC);
	plays[0] = (struct played){"the file's own", "died of SIGSEGV", FINDING_CRASH, false};
	run_written((struct sweep_part){0, 0});
	cr_expect(sweep.plan.attempts[0]->written);
	cr_expect(ge(sz, sweep.plan.count, 2));
	cr_expect(eq(sz, sweep.sites, 1)); /* it is at none */
	cr_assert(eq(sz, sweep.bugs.count, 1));
	cr_expect(eq(int, (int)sweep.bugs.items[0].family, (int)FAULT_WRITTEN));
	cr_expect(sweep.bugs.items[0].confirmed);
}

Test(sweep_run, what_the_file_says_itself_can_be_survived)
{
	record_add(&recorded, 0, "writer", "write", FD_KIND_FILE, 1, 1, ENOSPC);
	run_written((struct sweep_part){0, 0});
	cr_expect(eq(int, (int)sweep.plan.attempts[0]->state, (int)ATTEMPT_SURVIVED));
	cr_expect(eq(sz, sweep.bugs.count, 0));
}

Test(sweep_run, what_the_file_says_itself_is_of_the_first_part)
{
	record_add(&recorded, 0, "writer", "write", FD_KIND_FILE, 1, 1, ENOSPC);
	run_written((struct sweep_part){2, 3});
	cr_expect(eq(int, (int)sweep.plan.attempts[0]->state, (int)ATTEMPT_ELSEWHERE));
}

Test(sweep_run, without_its_faults_it_does_not_work)
{
	fails_without_faults = true;
	plays[0] = (struct played){"the file's own", "died of SIGSEGV", FINDING_CRASH, false};
	run_written((struct sweep_part){0, 0});
	cr_expect(eq(sz, sweep.plan.count, 1));
	cr_expect(eq(sz, sweep.bugs.count, 1));
	cr_expect(ne(ptr, strstr(sweep.unswept, "it waits for a signal"), NULL));
}

Test(sweep_run, a_command_that_fails_without_faults_is_not_swept)
{
	const struct sweep_options options = {.pool_run = play_all};
	struct err err = ERR_INIT;

	fails_without_faults = true;
	cr_expect(eq(int, sweep_run(&base.scenario, &options, &sweep, &err), -EINVAL));
}

Test(sweep_run, what_a_signal_means_is_found_behind_the_file)
{
	plays[2] = (struct played){"the file's own", "died of SIGSEGV", FINDING_CRASH, false};
	for (int fd = 3; fd <= 4; fd++) {
		struct call_site *site =
			record_add(&recorded, 0, "writer", "read", FD_KIND_PIPE, fd, 1, 0);

		site->places[0].waits = true;
		site->places[0].signals = UINT64_C(1) << (SIGTERM - 1);
	}
	plays[0] = (struct played){"read(4): SIGTERM, before", "exited with 0", FINDING_WRONG_EXIT,
				   false};
	plays[1] = (struct played){"read(4), asleep: SIGTERM", "exited with 1", FINDING_WRONG_EXIT,
				   false};
	run_written((struct sweep_part){0, 0});
	cr_assert(eq(sz, sweep.bugs.count, 1));
	cr_expect(eq(int, (int)sweep.bugs.items[0].family, (int)FAULT_WRITTEN));
}

Test(sweep_run, what_the_file_breaks_with_one_of_its_faults_is_a_bug)
{
	record_add(&recorded, 0, "writer", "write", FD_KIND_FILE, 1, 1, ENOSPC);
	one_does_not_come = true;
	plays[0] = (struct played){"the file's own", "died of SIGSEGV", FINDING_CRASH, false};
	run_written((struct sweep_part){0, 0});
	cr_assert(eq(sz, sweep.bugs.count, 1));
	cr_expect(eq(int, (int)sweep.bugs.items[0].result.verdict, (int)VERDICT_FAIL));
}

Test(sweep_run, what_does_not_come_and_breaks_nothing_is_not_survived)
{
	record_add(&recorded, 0, "writer", "write", FD_KIND_FILE, 1, 1, ENOSPC);
	one_does_not_come = true;
	run_written((struct sweep_part){0, 0});
	cr_expect(eq(int, (int)sweep.plan.attempts[0]->state, (int)ATTEMPT_NOT_POSSIBLE));
	cr_expect(eq(sz, sweep.bugs.count, 0));
}

Test(sweep_run, two_runs_that_make_the_same_calls_do_not_differ)
{
	record_add(&recorded, 0, "writer", "write", FD_KIND_FILE, 1, 1, ENOSPC);
	record_add(&recorded_again, 0, "writer", "write", FD_KIND_FILE, 1, 1, ENOSPC);
	run_sweep();
	cr_expect(not(sweep.differs));
}

Test(sweep_run, two_runs_that_make_other_calls_differ)
{
	record_add(&recorded, 0, "writer", "write", FD_KIND_FILE, 1, 1, ENOSPC);
	record_add(&recorded_again, 0, "writer", "write", FD_KIND_FILE, 1, 2, ENOSPC);
	run_sweep();
	cr_expect(sweep.differs);
}

Test(sweep_run, what_breaks_before_the_fault_is_not_of_it)
{
	record_add(&recorded, 0, "writer", "write", FD_KIND_FILE, 1, 1, ENOSPC);
	plays[0] = (struct played){"write(1): ENOSPC", "died of SIGSEGV", FINDING_CRASH,
				   .unstruck = true};
	run_sweep();
	cr_expect(eq(sz, sweep.bugs.count, 0));
	cr_expect(eq(int, (int)sweep.plan.attempts[0]->state, (int)ATTEMPT_NOT_POSSIBLE));
}

/* The other end would have died with its descriptor. */
Test(sweep_run, the_one_that_a_reset_robs_is_not_judged)
{
	record_add(&recorded, 1, "reader", "recvfrom", FD_KIND_TCP, 3, 1, 0);
	plays[0] = (struct played){"is reset", "exited with 1", FINDING_WRONG_EXIT, false};
	run_sweep();
	cr_expect(eq(sz, sweep.bugs.count, 0));
	cr_expect(eq(sz, sweep.states[ATTEMPT_SURVIVED], 1));
}

Test(sweep_run, the_one_that_is_reset_is_judged)
{
	record_add(&recorded, 0, "writer", "recvfrom", FD_KIND_TCP, 3, 1, 0);
	plays[0] = (struct played){"is reset", "exited with 1", FINDING_WRONG_EXIT, false};
	run_sweep();
	cr_expect(eq(sz, sweep.bugs.count, 1));
}

Test(sweep_run, a_budget_that_is_spent_leaves_the_rest)
{
	const struct sweep_options options = {.pool_run = play_all, .budget_ns = 1};

	record_add(&recorded, 0, "writer", "write", FD_KIND_FILE, 1, 3, ENOSPC);
	run_with(&options);
	cr_expect(sweep.out_of_budget);
	cr_expect(eq(sz, sweep.states[ATTEMPT_WAITS], sweep.plan.count));
}

/* That SIGTERM ends it says nothing of SIGHUP. */
Test(sweep_run, what_a_signal_means_is_not_what_another_one_does)
{
	for (int fd = 3; fd <= 4; fd++) {
		struct call_site *site =
			record_add(&recorded, 0, "writer", "read", FD_KIND_PIPE, fd, 1, 0);
		int signal = fd == 3 ? SIGTERM : SIGHUP;

		site->places[0].waits = true;
		site->places[0].signals = UINT64_C(1) << (signal - 1);
	}
	plays[0] = (struct played){"read(3): SIGTERM, before", "exited with 0", FINDING_WRONG_EXIT,
				   false};
	plays[1] = (struct played){"read(4), asleep: SIGHUP", "exited with 0", FINDING_WRONG_EXIT,
				   false};
	run_sweep();
	cr_expect(eq(sz, sweep.bugs.count, 1));
}

/* A signal may mean an end, but no crash. */
Test(sweep_run, a_crash_is_what_no_signal_means)
{
	struct call_site *site = record_add(&recorded, 0, "writer", "read", FD_KIND_PIPE, 3, 1, 0);

	site->places[0].waits = true;
	site->places[0].signals = UINT64_C(1) << (SIGTERM - 1);
	plays[0] = (struct played){"SIGTERM", "died of SIGSEGV", FINDING_CRASH, false};
	run_sweep();
	cr_expect(ge(sz, sweep.bugs.count, 1));
}

/* What comes once in a while would be no test. */
Test(sweep_run, a_bug_is_seen_forty_times_before_it_is_told)
{
	record_add(&recorded, 0, "writer", "write", FD_KIND_FILE, 1, 1, ENOSPC);
	plays[0] = (struct played){"write(1): ENOSPC", "died of SIGSEGV", FINDING_CRASH, false};
	run_sweep();
	cr_assert(eq(sz, sweep.bugs.count, 1));
	cr_expect(eq(sz, sweep.bugs.items[0].asked, 40));
}

/* It may only be patient: it is given its time, once. */
Test(sweep_run, who_waits_for_a_time_of_its_own_is_waited_for)
{
	record_add(&recorded, 0, "writer", "write", FD_KIND_FILE, 1, 1, ENOSPC);
	plays[0] = (struct played){"write(1): ENOSPC", "read(0) " WAIT_IS_LIMITED, FINDING_HANG,
				   false};
	run_sweep();
	cr_assert(eq(sz, sweep.bugs.count, 1));
	cr_expect(eq(sz, sweep.bugs.items[0].asked, 1));
	cr_expect(eq(u64, sweep.plan.attempts[0]->scenario.deadline_ns, UINT64_C(40000000000)));
}

static bool is_interrupted(void *ctx)
{
	(void)ctx;
	return true;
}

/* What was found so far is told, unconfirmed. */
Test(sweep_run, an_interrupt_leaves_what_was_found)
{
	const struct sweep_options options = {.pool_run = play_all, .interrupted = is_interrupted};

	record_add(&recorded, 0, "writer", "write", FD_KIND_FILE, 1, 1, ENOSPC);
	plays[0] = (struct played){"write(1): ENOSPC", "died of SIGSEGV", FINDING_CRASH, false};
	run_with(&options);
	cr_assert(eq(sz, sweep.bugs.count, 1));
	cr_expect(not(sweep.bugs.items[0].confirmed));
	cr_expect(eq(sz, sweep.bugs.items[0].asked, 0));
}
