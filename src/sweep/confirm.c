#include "sweep/confirm.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"

#define CONFIRMATIONS 40	      /* times that a bug must be seen again: for 20 of 20 later */
#define PATIENCE_NS   (40 * NS_PER_S) /* bash tries fork(2) again for 31 s */

struct confirming {
	struct sweep *sweep;
	const struct run_case *cases;
	const size_t *bugs;	/* of each case */
	const size_t *attempts; /* …and what it tries */
};

/* It breaks again; one message less can be a wrong result, and a wait that does not end. */
static bool breaks(const struct attempt *attempt, const struct case_result *result)
{
	return result->verdict == VERDICT_FAIL && result->finding_count > 0 &&
	       attempt_struck(attempt, result);
}

static void on_confirmed(void *ctx, const struct run_case *c, struct case_result *result)
{
	struct confirming *confirming = ctx;
	size_t index = (size_t)(c - confirming->cases);
	struct bug *bug = &confirming->sweep->bugs.items[confirming->bugs[index]];
	size_t attempt = confirming->attempts[index];

	confirming->sweep->runs++;
	attempt_judge(confirming->sweep->plan.attempts[attempt], result);
	bug->asked++;
	if (!breaks(confirming->sweep->plan.attempts[attempt], result))
		return;
	bug->agreed++;
	if (bug->attempt != attempt)
		bug_take_result(bug, attempt, result);
}

static bool is_in_doubt(void *ctx, const struct run_case *c)
{
	struct confirming *confirming = ctx;
	size_t index = (size_t)(c - confirming->cases);
	const struct bug *bug = &confirming->sweep->bugs.items[confirming->bugs[index]];

	return bug->agreed == bug->asked;
}

/* Nor is it known then that it is mended. */
static void doubt(struct sweep *sweep, const struct bug *bug)
{
	if (bug_pauses(bug)) {
		sweep_set_state(sweep, sweep->plan.attempts[bug->attempt], ATTEMPT_SURVIVED);
		return;
	}
	for (size_t i = 0; i < sweep->plan.count; i++) {
		struct attempt *attempt = sweep->plan.attempts[i];

		attempt->doubted |= attempt->site == bug->site && attempt->family == bug->family;
	}
	sweep_set_state(sweep, sweep->plan.attempts[bug->attempt], ATTEMPT_NOT_POSSIBLE);
	sweep->doubtful++;
}

static void drop_doubtful(struct sweep *sweep)
{
	struct bugs *bugs = &sweep->bugs;
	size_t kept = 0;

	for (size_t i = 0; i < bugs->count; i++) {
		struct bug *bug = &bugs->items[i];

		if (bug->confirmed) {
			bugs->items[kept++] = *bug;
			continue;
		}
		doubt(sweep, bug);
		case_result_release(&bug->result);
		free(bug->process);
	}
	bugs->count = kept;
}

/* Also in the scenario that is written of it. */
static void give_time(struct attempt *attempt)
{
	if (attempt->scenario.deadline_ns < PATIENCE_NS)
		attempt->scenario.deadline_ns = PATIENCE_NS;
}

/* Those that hang take their time. */
static size_t confirmations_of(const struct bug *bug, size_t round)
{
	if (bug->confirmed || round >= bug->shown_count)
		return 0;
	if (bug_pauses(bug))
		return round ? 0 : 1;
	if (bug->kind == FINDING_HANG || bug->kind == FINDING_SPIN)
		return 2;
	return CONFIRMATIONS;
}

/* The cases of all bugs that are to be confirmed by their attempt number @round. */
static size_t confirming_cases(struct sweep *sweep, size_t round, struct run_case *cases,
			       size_t *bugs, size_t *attempts)
{
	size_t count = 0;

	for (size_t i = 0; i < sweep->bugs.count; i++) {
		struct bug *bug = &sweep->bugs.items[i];
		size_t times = confirmations_of(bug, round);
		struct attempt *attempt = times ? sweep->plan.attempts[bug->shown_by[round]] : NULL;

		if (times)
			bug->asked = bug->agreed = 0;
		if (times && bug_pauses(bug) && !sweep->options->deadline_ns)
			give_time(attempt);
		for (; times; times--, count++) {
			cases[count] = sweep_case_of(sweep, attempt);
			/* What a copy alone shows is no bug of the program. */
			cases[count].executed = true;
			bugs[count] = i;
			attempts[count] = bug->shown_by[round];
		}
	}
	return count;
}

static int confirm_round(struct sweep *sweep, size_t round, struct err *err)
{
	const size_t max = sweep->bugs.count * CONFIRMATIONS;
	cleanup_free struct run_case *cases = mem_zalloc(max * sizeof(*cases));
	cleanup_free size_t *bugs = mem_zalloc(max * sizeof(*bugs));
	cleanup_free size_t *attempts = mem_zalloc(max * sizeof(*attempts));
	struct confirming confirming = {sweep, cases, bugs, attempts};
	const struct pool_events events = {
		.done = on_confirmed, .wanted = is_in_doubt, .ctx = &confirming};
	size_t count;
	int rc = 0;

	if (!cases || !bugs || !attempts)
		return err_errno(err, -ENOMEM, "sweep");
	count = confirming_cases(sweep, round, cases, bugs, attempts);
	if (count)
		rc = sweep->options->pool_run(cases, count, &sweep->options->pool, &events, err);
	for (size_t i = 0; i < sweep->bugs.count; i++) {
		struct bug *bug = &sweep->bugs.items[i];

		bug->confirmed = bug->asked && bug->agreed == bug->asked;
	}
	return rc;
}

int sweep_confirm(struct sweep *sweep, struct err *err)
{
	int rc = 0;

	bugs_sort(&sweep->bugs);
	for (size_t round = 0; !rc && sweep->bugs.count && round < BUG_ATTEMPTS_MAX; round++)
		if (!sweep_interrupted(sweep))
			rc = confirm_round(sweep, round, err);
	if (!rc && !sweep_interrupted(sweep))
		drop_doubtful(sweep);
	return rc;
}
