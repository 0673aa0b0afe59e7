#include "sweep/sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "sweep/base.h"
#include "sweep/confirm.h"
#include "sweep/digest.h"
#include "sweep/journal.h"
#include "sweep/memcheck.h"
#include "sweep/written.h"

#define RECORDINGS	2
#define DEADLINE_MIN_NS (1 * NS_PER_S)
#define DEADLINE_TIMES	20
#define HANGS_MAX	2 /* of one site and family: the rest is left out */

static uint64_t time_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

size_t sweep_planned(const struct sweep *sweep)
{
	return sweep->plan.count - sweep->states[ATTEMPT_ELSEWHERE];
}

size_t sweep_places(const struct sweep *sweep)
{
	return sweep->states[ATTEMPT_SURVIVED] + sweep->states[ATTEMPT_FOUND];
}

bool sweep_interrupted(const struct sweep *sweep)
{
	return sweep->options->interrupted && sweep->options->interrupted(sweep->options->ctx);
}

/* Recording */

struct recording {
	struct sweep *sweep;
	const struct run_case *cases;
	struct case_result results[RECORDINGS];
};

static void on_recorded(void *ctx, const struct run_case *c, struct case_result *result)
{
	struct recording *recording = ctx;

	recording->results[c - recording->cases] = *result;
	*result = (struct case_result){.file = NULL};
	recording->sweep->runs += 1 + RECORDINGS; /* and those that it is measured by */
}

static bool has_same_calls(const struct record *a, const struct record *b)
{
	bool same = a->site_count == b->site_count;

	for (size_t i = 0; same && i < a->site_count; i++)
		same = text_is_same(a->sites[i].label, b->sites[i].label) &&
		       text_is_same(a->sites[i].call, b->sites[i].call) &&
		       a->sites[i].place_count == b->sites[i].place_count;
	return same;
}

/* Only a program that is well without faults can be swept; its output may be chance. */
static int check_recorded(struct sweep *sweep, const struct case_result *result, struct err *err)
{
	const struct finding *finding = worst_finding(result);

	if (result->verdict == VERDICT_PASS)
		return 0;
	if (result->verdict == VERDICT_FAIL && finding && finding->kind == FINDING_WRONG_OUTPUT &&
	    result->finding_count == 1) {
		sweep->unsteady = true;
		return 0;
	}
	if (result->verdict == VERDICT_FAIL && finding)
		return err_set(err, -EINVAL,
			       "without faults there is already a finding: %s%s%s: %s",
			       vocab_name(&finding_vocab, (int)finding->kind),
			       finding->process ? " in " : "",
			       finding->process ? finding->process : "", finding->text);
	return err_set(err, result->verdict == VERDICT_ERROR ? -EINVAL : -ENOTSUP, "%s",
		       result->reason ? result->reason : "it cannot be run here");
}

static uint64_t deadline_of(const struct sweep *sweep)
{
	uint64_t deadline = sweep->fault_free_ns * DEADLINE_TIMES;

	if (sweep->options->deadline_ns)
		return sweep->options->deadline_ns;
	deadline = deadline > DEADLINE_MIN_NS ? deadline : DEADLINE_MIN_NS;
	/* A round number reads better in the scenarios that are written. */
	return (deadline + NS_PER_S - 1) / NS_PER_S * NS_PER_S;
}

static int take_recording(struct sweep *sweep, struct recording *recording, struct err *err)
{
	struct case_result *first = &recording->results[0], *again = &recording->results[1];
	int rc = first->scenario ? check_recorded(sweep, first, err)
				 : err_set(err, -EINTR, "interrupted");

	if (!rc)
		rc = again->scenario ? check_recorded(sweep, again, err)
				     : err_set(err, -EINTR, "interrupted");
	if (rc)
		return rc;
	sweep->differs = !has_same_calls(&first->record, &again->record);
	sweep->record = first->record;
	first->record = (struct record){.sites = NULL};
	sweep->fault_free_ns =
		first->duration_ns > again->duration_ns ? first->duration_ns : again->duration_ns;
	sweep->deadline_ns = deadline_of(sweep);
	return 0;
}

static int record(struct sweep *sweep, struct err *err)
{
	const struct sweep_options *options = sweep->options;
	struct pool_options pool = options->pool;
	struct run_case cases[RECORDINGS];
	struct recording recording = {.sweep = sweep, .cases = cases};
	const struct pool_events events = {.done = on_recorded, .ctx = &recording};
	int rc;

	for (size_t i = 0; i < RECORDINGS; i++)
		cases[i] = (struct run_case){.scenario = sweep->base,
					     .role = ROLE_SUBJECT,
					     .seed = options->seed,
					     .record = true,
					     .like = sweep->base};
	pool.jobs = 1; /* undisturbed, for the time that it takes */
	rc = options->pool_run(cases, RECORDINGS, &pool, &events, err);
	if (!rc)
		rc = take_recording(sweep, &recording, err);
	for (size_t i = 0; i < RECORDINGS; i++)
		case_result_release(&recording.results[i]);
	return rc;
}

/* Attempts */

struct trying {
	struct sweep *sweep;
	const struct run_case *cases;
};

void sweep_set_state(struct sweep *sweep, struct attempt *attempt, enum attempt_state state)
{
	sweep->states[attempt->state]--;
	sweep->states[state]++;
	attempt->state = state;
}

static void fail(struct sweep *sweep, int rc)
{
	sweep->rc = sweep->rc ? sweep->rc : rc;
	sweep->options->pool_stop();
}

static void note_error(struct sweep *sweep, const struct case_result *result)
{
	if (!sweep->error_text && result->reason)
		sweep->error_text = mem_printf("%s: %s", result->scenario, result->reason);
}

bool attempt_struck(const struct attempt *attempt, const struct case_result *result)
{
	return attempt->written || attempt->main_fault >= result->fault_count ||
	       result->faults[attempt->main_fault].fired > 0;
}

/*
 * One of its faults has struck and something broke: that another of them did
 * not come does not mend it.
 */
static bool broke_anyway(const struct attempt *attempt, const struct case_result *result)
{
	bool struck = false;

	for (size_t i = 0; i < result->fault_count; i++)
		struck |= result->faults[i].fired > 0;
	return attempt->written && struck && result->verdict == VERDICT_INCONCLUSIVE &&
	       result->finding_count > 0;
}

void attempt_judge(const struct attempt *attempt, struct case_result *result)
{
	if (broke_anyway(attempt, result))
		result->verdict = VERDICT_FAIL;
}

/*
 * A reset takes the descriptor from the process at the other end, which would
 * have died in reality: what becomes of it is none of the kernel's doing.
 */
static bool is_of_the_robbed(const struct sweep *sweep, const struct attempt *attempt,
			     const struct case_result *result)
{
	const struct finding *worst = worst_finding(result);

	return attempt->family == FAULT_RESET && worst && worst->process &&
	       strcmp(worst->process, sweep->record.sites[attempt->site].label) != 0;
}

static enum attempt_state state_of(const struct sweep *sweep, const struct attempt *attempt,
				   const struct case_result *result)
{
	/* What only serves it has broken something: that is not what was tried. */
	if (result->verdict == VERDICT_FAIL && !attempt_struck(attempt, result))
		return ATTEMPT_NOT_POSSIBLE;
	if (result->verdict == VERDICT_FAIL && is_of_the_robbed(sweep, attempt, result))
		return ATTEMPT_SURVIVED;
	switch (result->verdict) {
	case VERDICT_PASS:
		return ATTEMPT_SURVIVED;
	case VERDICT_FAIL:
		return ATTEMPT_FOUND;
	case VERDICT_INCONCLUSIVE:
	case VERDICT_SKIP:
		return ATTEMPT_NOT_POSSIBLE;
	default:
		return ATTEMPT_ERROR;
	}
}

/* What a process does then, in one number; not 0. */
static uint64_t digest_of(const struct finding *finding)
{
	cleanup_free char *text =
		mem_printf("%d %s %s", (int)finding->kind, finding->process ? finding->process : "",
			   finding->text ? finding->text : "");

	return text ? digest_text(text) | 1 : 1;
}

/* The signal means that: no bug, but what it may do when it interrupts, too. */
static bool is_meaning(struct attempt *attempt, const struct case_result *result)
{
	const struct finding *worst = worst_finding(result);

	if (attempt->state == ATTEMPT_FOUND && attempt->is_meaning && worst &&
	    is_choice(worst->kind)) {
		attempt->changes = true;
		attempt->meant = digest_of(worst);
	}
	return attempt->changes;
}

static const struct trigger_spec *trigger_of(const struct attempt *attempt)
{
	return &attempt->faults[attempt->main_fault].at;
}

/* Where the same call on the same descriptor came only so often, the later ones are not tried. */
static void note_missing(struct sweep *sweep, const struct attempt *missing,
			 const struct case_result *result)
{
	const struct trigger_spec *at = trigger_of(missing);

	if (missing->state != ATTEMPT_NOT_POSSIBLE || at->kind != TRIGGER_CALL ||
	    at->phase == PHASE_BLOCKED || result->fault_count <= missing->main_fault ||
	    result->faults[missing->main_fault].matched >= missing->nth.place)
		return;
	for (size_t i = 0; i < sweep->plan.count; i++) {
		struct attempt *attempt = sweep->plan.attempts[i];

		attempt->is_past |= attempt->site == missing->site &&
				    trigger_of(attempt)->kind == at->kind &&
				    trigger_of(attempt)->on.fd == at->on.fd &&
				    trigger_of(attempt)->thread == at->thread &&
				    attempt->nth.place >= missing->nth.place;
	}
}

static void enter(struct sweep *sweep, size_t index, struct case_result *result)
{
	struct attempt *attempt = sweep->plan.attempts[index];

	sweep_set_state(sweep, attempt, state_of(sweep, attempt, result));
	if (attempt->state == ATTEMPT_ERROR)
		note_error(sweep, result);
	note_missing(sweep, attempt, result);
	if (is_meaning(attempt, result))
		sweep_set_state(sweep, attempt, ATTEMPT_SURVIVED);
	if (attempt->state == ATTEMPT_FOUND && bugs_add(&sweep->bugs, attempt, index, result))
		fail(sweep, -ENOMEM);
}

static void on_tried(void *ctx, const struct run_case *c, struct case_result *result)
{
	struct trying *trying = ctx;
	struct sweep *sweep = trying->sweep;
	size_t index = (size_t)(c - trying->cases);

	sweep->runs++;
	attempt_judge(sweep->plan.attempts[index], result);
	if (sweep->options->journal && !sweep->plan.attempts[index]->written)
		journal_add(sweep->options->journal, sweep, sweep->plan.attempts[index], result);
	enter(sweep, index, result);
	if (sweep->options->progress)
		sweep->options->progress(sweep->options->ctx, sweep);
}

static bool budget_is_spent(struct sweep *sweep)
{
	uint64_t budget = sweep->options->budget_ns;

	if (budget && time_now() - sweep->started_ns >= budget)
		sweep->out_of_budget = true;
	return sweep->out_of_budget;
}

static bool is_wanted(void *ctx, const struct run_case *c)
{
	struct trying *trying = ctx;
	struct sweep *sweep = trying->sweep;
	struct attempt *attempt = sweep->plan.attempts[c - trying->cases];

	if (attempt->state != ATTEMPT_WAITS || budget_is_spent(sweep))
		return false;
	if (!attempt->is_past && bugs_hung(&sweep->bugs, attempt) < HANGS_MAX)
		return true;
	sweep_set_state(sweep, attempt, attempt->is_past ? ATTEMPT_NOT_POSSIBLE : ATTEMPT_LEFT_OUT);
	return false;
}

struct run_case sweep_case_of(const struct sweep *sweep, const struct attempt *attempt)
{
	return (struct run_case){.scenario = &attempt->scenario,
				 .role = ROLE_SUBJECT,
				 .seed = sweep->options->seed,
				 .like = attempt->written ? NULL : sweep->base,
				 .brief = true};
}

/* What was tried before is not tried again. */
static int remember(struct sweep *sweep, struct err *err)
{
	struct journal *journal = sweep->options->journal;
	int rc = journal ? journal_begin(journal, sweep->options->name, sweep, err) : 0;

	for (size_t i = 0; journal && !rc && i < sweep->plan.count; i++) {
		struct attempt *attempt = sweep->plan.attempts[i];
		struct case_result result;

		if (attempt->state != ATTEMPT_WAITS || attempt->written)
			continue;
		rc = journal_take(journal, sweep, attempt, &result, err);
		if (rc <= 0)
			continue;
		rc = 0;
		enter(sweep, i, &result);
		case_result_release(&result);
		sweep->remembered++;
	}
	return rc;
}

static int try_all(struct sweep *sweep, struct err *err)
{
	cleanup_free struct run_case *cases = mem_zalloc((sweep->plan.count + 1) * sizeof(*cases));
	struct trying trying = {sweep, cases};
	const struct pool_events events = {.done = on_tried, .wanted = is_wanted, .ctx = &trying};
	int rc;

	if (!cases)
		return err_errno(err, -ENOMEM, "sweep");
	for (size_t i = 0; i < sweep->plan.count; i++)
		cases[i] = sweep_case_of(sweep, sweep->plan.attempts[i]);
	for (size_t i = 0; i < sweep->plan.count; i++)
		sweep->states[sweep->plan.attempts[i]->state]++;
	rc = remember(sweep, err);
	if (rc)
		return rc;
	sweep->started_ns = time_now();
	return sweep->plan.count ? sweep->options->pool_run(cases, sweep->plan.count,
							    &sweep->options->pool, &events, err)
				 : 0;
}

static bool is_same_signal(const struct sweep *sweep, const struct attempt *a,
			   const struct attempt *b)
{
	return text_is_same(sweep->record.sites[a->site].label,
			    sweep->record.sites[b->site].label) &&
	       a->faults[a->main_fault].action.signal == b->faults[b->main_fault].action.signal;
}

/*
 * The same signal makes the same of the process elsewhere.  What it does later,
 * when it gets round to it, the end of the run can have come before.
 */
static bool is_meant_elsewhere(const struct sweep *sweep, const struct bug *bug)
{
	const struct attempt *attempt = sweep->plan.attempts[bug->attempt];
	const struct finding *worst = worst_finding(&bug->result);
	uint64_t digest = worst ? digest_of(worst) : 0;

	for (size_t i = 0; i < sweep->plan.count; i++)
		if (sweep->plan.attempts[i]->meant && sweep->plan.attempts[i]->meant == digest &&
		    is_same_signal(sweep, sweep->plan.attempts[i], attempt))
			return true;
	return false;
}

static bool is_meant(const struct sweep *sweep, const struct bug *bug)
{
	size_t meaning = sweep->plan.attempts[bug->attempt]->meaning;
	const struct attempt *told;

	if (meaning == ATTEMPT_NONE || !is_choice(bug->kind))
		return false;
	told = sweep->plan.attempts[meaning];
	return told->changes || told->state != ATTEMPT_SURVIVED || is_meant_elsewhere(sweep, bug);
}

static void forgive(struct sweep *sweep, const struct bug *bug)
{
	for (size_t i = 0; i < sweep->plan.count; i++) {
		struct attempt *attempt = sweep->plan.attempts[i];

		if (attempt->site == bug->site && attempt->family == bug->family &&
		    attempt->state == ATTEMPT_FOUND && attempt->meaning != ATTEMPT_NONE)
			sweep_set_state(sweep, attempt, ATTEMPT_SURVIVED);
	}
}

/* What the signal does also where it interrupts nothing is what it is for. */
static void drop_meant(struct sweep *sweep)
{
	struct bugs *bugs = &sweep->bugs;
	size_t kept = 0;

	for (size_t i = 0; i < bugs->count; i++) {
		struct bug *bug = &bugs->items[i];

		if (!is_meant(sweep, bug)) {
			bugs->items[kept++] = *bug;
			continue;
		}
		forgive(sweep, bug);
		case_result_release(&bug->result);
		free(bug->process);
	}
	bugs->count = kept;
}

/* Where nothing else can be tried it is, whatever it says. */
static bool is_tried_as_written(const struct sweep *sweep)
{
	return sweep->options->written &&
	       (sweep->unswept || base_says_something(sweep->options->written));
}

static int make_plan(struct sweep *sweep, struct err *err)
{
	const struct plan_options options = {
		.base = sweep->base,
		.record = &sweep->record,
		.compare = sweep->unsteady ? SURVIVAL_END : SURVIVAL_TRUE,
		.exhaustive = sweep->options->exhaustive,
		.seed = sweep->options->seed,
		.deadline_ns = sweep->deadline_ns,
	};
	const struct changes *changes = sweep->options->changes;
	int rc = programs_of_record(&sweep->record, &sweep->programs);

	if (!rc)
		rc = sweep_plan_make(&options, &sweep->plan);
	if (!rc)
		rc = share_plan(&sweep->record, &sweep->options->part, &sweep->plan);
	if (!rc)
		rc = share_sites(&sweep->record, &sweep->options->part, changes, &sweep->sites);
	if (!rc && is_tried_as_written(sweep))
		rc = written_plan(sweep->options->written, &sweep->options->part, &sweep->record,
				  &sweep->plan);
	if (rc)
		return err_errno(err, rc, "sweep");
	return changes ? since_plan(&sweep->record, changes, &sweep->plan, err) : 0;
}

/* Without the file's faults it may not work: then those are all that can be tried. */
static int record_or_not(struct sweep *sweep, struct err *err)
{
	struct err why = ERR_INIT;
	int rc = record(sweep, &why);

	if (rc == -EINVAL && sweep->options->written) {
		sweep->unswept = mem_strdup(why.text);
		return sweep->unswept ? 0 : err_errno(err, -ENOMEM, "sweep");
	}
	return rc ? err_set(err, rc, "%s", why.text) : 0;
}

int sweep_run(const struct scenario *base, const struct sweep_options *options,
	      struct sweep *ret_sweep, struct err *err)
{
	struct sweep sweep = {.base = base, .options = options};
	int rc = record_or_not(&sweep, err);

	if (!rc)
		rc = make_plan(&sweep, err);
	if (!rc)
		rc = try_all(&sweep, err);
	if (!rc && sweep.rc)
		rc = err_errno(err, sweep.rc, "sweep");
	if (!rc)
		drop_meant(&sweep);
	if (!rc)
		rc = sweep_confirm(&sweep, err);
	if (!rc && options->memcheck && !sweep_interrupted(&sweep))
		rc = sweep_memcheck(&sweep, err);
	if (rc) {
		sweep_release(&sweep);
		return rc;
	}
	*ret_sweep = sweep;
	return 0;
}

void sweep_release(struct sweep *sweep)
{
	bugs_release(&sweep->bugs);
	sweep_plan_release(&sweep->plan);
	programs_release(&sweep->programs);
	record_release(&sweep->record);
	free(sweep->error_text);
	free(sweep->unswept);
}
