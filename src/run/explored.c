#include "run/explored.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "explore/shrink.h"
#include "explore/tell.h"
#include "run/explored_hold.h"
#include "run/explored_private.h"
#include "run/explored_whatif.h"
#include "sandbox/tmp.h"

#define SHRINK_TESTS 400
#define AFTER_RACE   500 /* schedules */
#define CONFIRMED    20	 /* replays that must all show it */

/* --- opening ------------------------------------------------------------- */

static int check_scenario(const struct scenario *s, struct err *err)
{
	if (s->channel_count)
		return err_set(err, -ENOTSUP,
			       "explore starts programs again and again: they must make their "
			       "channels themselves, `channels` is not possible here");
	if (s->fault_count)
		return err_set(err, -ENOTSUP, "explore tries schedules: `faults` have no place");
	return 0;
}

static int prepare_launches(struct explored *e, struct err *err)
{
	int rc = 0;

	e->preparations = mem_zalloc((e->x.subject_count + 1) * sizeof(struct preparation *));
	e->launches = mem_zalloc((e->x.subject_count + 1) * sizeof(*e->launches));
	if (!e->preparations || !e->launches)
		return err_errno(err, -ENOMEM, "explore");
	for (size_t i = 0; !rc && i < e->x.subject_count; i++)
		rc = subject_prepare(&e->x, &e->x.subjects[i], &e->preparations[i], &e->launches[i],
				     err);
	return rc;
}

/* Asked for: it costs time, and is no error. */
static bool wants_lines(const struct explored *e)
{
	const struct scenario *s = e->job->c->scenario;

	for (size_t i = 0; i < s->control.caught_count; i++)
		if (s->control.caught[i].kinds[FINDING_FALSE_SHARING])
			return true;
	return e->options->lines || s->schedule.shows[FINDING_FALSE_SHARING];
}

static int explored_open(struct explored *e, struct err *err)
{
	struct job *job = e->job;
	int rc = check_scenario(job->c->scenario, err);

	if (rc)
		return rc;
	job->tmp = mem_strdup(job->worker->tmp);
	if (!job->tmp)
		return err_errno(err, -ENOMEM, "explore");
	rc = tmp_empty(job->tmp, err);
	e->x = (struct execution){.worker = job->worker,
				  .scenario = job->c->scenario,
				  .specs = job->specs,
				  .tmp = job->tmp,
				  .dir = job->dir,
				  .build = job->build.folder,
				  .cc = job->build.compiler,
				  .cflags = job->build.flags,
				  .seen = &job->seen};
	rc = rc ? rc : subjects_prepare(&e->x, err);
	rc = rc ? rc : prepare_launches(e, err);
	if (!rc && e->options->is_unmodified)
		rc = emulator_find(job->worker->options->ipcfault, &e->emulator, err);
	rc = rc ? rc
		: session_open(e->launches, e->x.subject_count,
			       e->options->is_unmodified ? &e->emulator : NULL, &e->session, err);
	if (!rc && wants_lines(e))
		session_count_lines(e->session);
	return rc;
}

static void explored_close(struct explored *e)
{
	if (e->session)
		session_close(e->session);
	emulator_release(&e->emulator);
	free(e->what_if);
	for (size_t i = 0; e->preparations && i < e->x.subject_count; i++)
		preparation_free(e->preparations[i]);
	free(e->preparations);
	free(e->launches);
	subjects_release(&e->x);
}
/* --- a schedule that shows a bug ------------------------------------------ */

struct replaying {
	struct explored *e;
	enum finding_kind kind;
	const struct trail *trail; /* with its strike */
	struct findings last;
	struct err *err;
};

struct session_request explored_request(const struct trail *trail,
					const struct control_switch *switches, size_t count)
{
	return (struct session_request){.strategy = CONTROL_REPLAY,
					.switches = switches,
					.switch_count = count,
					.memory = trail->memory,
					.memory_seed = trail->memory_seed,
					.strike_flow = trail->strike_flow,
					.strike_step = trail->strike_step,
					.strike_signal = trail->strike_signal};
}

static int replay(void *ctx, const struct control_switch *switches, size_t count)
{
	struct replaying *r = ctx;
	const struct session_request request = explored_request(r->trail, switches, count);
	struct session_outcome outcome;
	struct findings findings;
	int rc = explored_run_schedule(r->e, &request, &outcome, &findings, r->err), shows = 0;

	for (size_t i = 0; i < findings.count; i++)
		shows |= findings.items[i].kind == r->kind;
	explored_findings_release(&r->last);
	r->last = findings;
	return rc ? rc : shows;
}

static int add_picture(struct explored *e, struct finding *finding,
		       const struct session_outcome *outcome, size_t switches, unsigned confirmed)
{
	const struct teller teller = {outcome, e->job->worker->images, explored_role_name, e};
	cleanup_free char *picture = tell_schedule(&teller), *before = finding->text;

	if (!picture)
		return -ENOMEM;
	finding->text =
		e->options->trail
			? mem_printf("%s\n%zu context switch%s:%s", before, switches,
				     switches == 1 ? "" : "es", picture)
			: mem_printf("%s\nafter %llu schedule%s; %zu context switch%s; "
				     "replayed %u of %u times:%s",
				     before, (unsigned long long)e->campaign.schedules,
				     e->campaign.schedules == 1 ? "" : "s", switches,
				     switches == 1 ? "" : "es", confirmed, CONFIRMED, picture);
	return finding->text ? 0 : -ENOMEM;
}

int explored_report(struct explored *e, struct trail *trail, unsigned confirmed, struct err *err)
{
	const struct session_request request = explored_request(trail, trail->switches, trail->count);
	struct case_result *result = e->job->result;
	struct session_outcome outcome;
	struct findings findings;
	int rc = explored_run_schedule(e, &request, &outcome, &findings, err);

	result->findings = findings.items;
	result->finding_count = findings.count;
	if (rc || !findings.count)
		return rc;
	trail->steps = outcome.control->step;
	result->explore.schedule = trail_text(trail);
	if (!result->explore.schedule || explored_note_code(e))
		return err_errno(err, -ENOMEM, "explore");
	/* One is enough: it is the same for all. */
	rc = add_picture(e, &findings.items[findings.count - 1], &outcome, trail->count, confirmed);
	if (rc)
		return err_errno(err, rc, "explore");
	return e->job->worker->options->gdb ? explored_hold(e, trail, &outcome, err) : 0;
}

static bool has_kind(const struct findings *list, enum finding_kind kind)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].kind == kind)
			return true;
	return false;
}

/* A stale read has an answer already; with a strike it is not the schedule alone that decides. */
static int ask_what_mends(struct explored *e, const struct findings *findings, struct err *err)
{
	if (!has_kind(findings, FINDING_RACE) || has_kind(findings, FINDING_STALE_READ) ||
	    e->options->strike || e->what_if)
		return 0;
	return explored_what_if(e, &e->what_if, err);
}

/* The same with as few switches as possible, as often as it takes to be sure. */
static int settle(struct explored *e, enum finding_kind kind, const struct trail *shown,
		  struct err *err)
{
	struct trail trail = *shown;
	struct replaying r = {.e = e, .kind = kind, .trail = &trail, .err = err};
	unsigned confirmed = 0;
	int rc = shrink(trail.switches, &trail.count, SHRINK_TESTS, replay, &r);

	for (unsigned i = 0; rc >= 0 && i < CONFIRMED; i++) {
		rc = replay(&r, trail.switches, trail.count);
		confirmed += rc > 0;
	}
	rc = rc < 0 ? rc : ask_what_mends(e, &r.last, err);
	explored_findings_release(&r.last);
	rc = rc < 0 ? rc : explored_report(e, &trail, confirmed, err);
	if (!rc && !e->job->result->finding_count)
		rc = err_set(err, -EIO,
			     "a schedule that had shown a bug does not show it again: the program "
			     "is not a function of its schedule");
	return rc;
}

/* --- the whole ----------------------------------------------------------- */

static bool is_over(const struct explored *e)
{
	const struct explore_options *options = e->options;

	return e->campaign.schedules >= options->schedules ||
	       (e->race_at && e->campaign.schedules >= e->race_at + AFTER_RACE) ||
	       (options->budget_ns && now_ns() - e->started_ns >= options->budget_ns);
}

/* The second plain schedule must be the same run as the first. */
static void compare_plain(struct explored *e, const struct session_outcome *outcome)
{
	if (e->campaign.schedules == 1)
		e->digest = outcome->control->digest;
	else if (e->campaign.schedules == CAMPAIGN_PLAIN)
		e->differs = e->digest != outcome->control->digest;
}

/* What is there in most schedules, and may come with something worse. */
static bool is_soft(enum finding_kind kind)
{
	return kind == FINDING_RACE || kind == FINDING_FALSE_SHARING;
}

static bool has_only_soft(const struct findings *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (!is_soft(list->items[i].kind))
			return false;
	return true;
}

static enum finding_kind hardest(const struct findings *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (!is_soft(list->items[i].kind))
			return list->items[i].kind;
	return list->items[0].kind;
}

static struct trail trail_of(const struct session_request *request,
			     const struct session_outcome *outcome)
{
	const struct control *c = outcome->control;
	struct trail trail = {.count = c->taken_count < CONTROL_SWITCHES ? (size_t)c->taken_count
									 : CONTROL_SWITCHES,
			      .steps = c->step,
			      .memory = request->memory,
			      .memory_seed = request->memory_seed,
			      .strike_flow = request->strike_flow,
			      .strike_step = request->strike_step,
			      .strike_signal = request->strike_signal,
			      .is_unmodified = !c->has_servers};

	memcpy(trail.switches, c->taken, trail.count * sizeof(*c->taken));
	return trail;
}

/* One schedule; 1 when it is settled what broke, and there is nothing more to do. */
static int try_one(struct explored *e, const struct session_request *request,
		   struct session_outcome *outcome, struct err *err)
{
	struct findings findings;
	int rc = explored_run_schedule(e, request, outcome, &findings, err);
	struct trail trail;

	if (rc)
		return rc;
	campaign_note(&e->campaign, request, outcome);
	compare_plain(e, outcome);
	if (e->options->tells_accesses && e->campaign.schedules == 1)
		rc = explored_note_accesses(e, outcome);
	if (rc)
		err_errno(err, rc, "explore");
	if (!rc && findings.count) {
		trail = trail_of(request, outcome);
		if (!has_only_soft(&findings)) {
			rc = settle(e, hardest(&findings), &trail, err);
			rc = rc ? rc : 1;
		} else if (!e->race_at) {
			/* What it can lead to is looked for a while longer: that convinces more. */
			e->race_at = e->campaign.schedules;
			e->race = trail;
			e->race_kind = hardest(&findings);
		}
	}
	explored_findings_release(&findings);
	return rc;
}

/* The flow that is called so in that run; 0 = none. */
static uint32_t find_flow(struct explored *e, const struct session_outcome *outcome,
			  const char *wanted)
{
	const struct teller teller = {outcome, e->job->worker->images, explored_role_name, e};

	for (uint32_t i = 1; i <= outcome->control->flows_used; i++) {
		cleanup_free char *name = tell_flow(&teller, i);

		if (name && strcmp(name, wanted) == 0)
			return i;
	}
	return 0;
}

/* The signal at each point that the victim comes to in the run of @base. */
static int strike_everywhere(struct explored *e, const struct session_request *base,
			     const struct session_outcome *of, struct err *err)
{
	struct trail trail = trail_of(base, of);
	uint64_t points;
	int rc = 0;

	trail.strike_flow = find_flow(e, of, e->options->strike);
	trail.strike_signal = e->options->signal;
	if (!trail.strike_flow)
		return err_set(err, -ENOENT, "no process or thread is called '%s'",
			       e->options->strike);
	points = of->control->flows[trail.strike_flow].steps;
	for (uint64_t step = 1; !rc && step <= points && !is_over(e); step++) {
		struct session_request request;
		struct session_outcome outcome;

		trail.strike_step = step;
		request = explored_request(&trail, trail.switches, trail.count);
		e->struck++;
		rc = try_one(e, &request, &outcome, err);
	}
	return rc;
}

static int explore(struct explored *e, struct err *err)
{
	int rc = 0;

	while (!rc && !is_over(e)) {
		struct session_request request;
		struct session_outcome outcome;

		campaign_next(&e->campaign, &request);
		request.memory = e->options->memory;
		request.memory_seed = request.seed >> 32;
		if (e->campaign.schedules < CAMPAIGN_PLAIN)
			request.memory = CONTROL_SC;
		rc = try_one(e, &request, &outcome, err);
		if (!rc && e->options->strike && e->campaign.schedules != 1)
			rc = strike_everywhere(e, &request, &outcome, err);
	}
	if (rc)
		return rc < 0 ? rc : 0;
	return e->race_at ? settle(e, e->race_kind, &e->race, err) : 0;
}

static int note(struct explored *e, char *text)
{
	return case_result_note(e->job->result, text);
}

/* Schedules that were run and not judged; when there was no other, nothing was explored. */
static int say_unjudged(struct explored *e)
{
	int rc = 0;

	if (e->stuck)
		rc = note(e,
			  mem_printf("%llu of the schedules were given up: a process waits in a "
				     "call that is not known here, or there are too many threads",
				     (unsigned long long)e->stuck));
	if (!rc && e->too_long)
		rc = note(e, mem_printf("%llu of the schedules were cut off: they did not come to "
					"an end",
					(unsigned long long)e->too_long));
	return rc;
}

static int check_judged(const struct explored *e, struct err *err)
{
	if (e->job->result->finding_count || e->stuck + e->too_long < e->campaign.schedules)
		return 0;
	return err_set(err, -EIO,
		       e->stuck ? "no schedule came to an end: a process waits in a call that is "
				  "not known here, or there are too many threads"
				: "no schedule came to an end");
}

static int say(struct explored *e)
{
	struct case_result *result = e->job->result;
	struct exploration *explore = &result->explore;

	explore->schedules = e->campaign.schedules;
	explore->points = e->campaign.points;
	explore->switches = e->campaign.switches;
	explore->flows = e->campaign.flows;
	*(e->options->signal == SIGKILL ? &explore->kill_points : &explore->signal_points) =
		e->struck;
	if (e->options->trail)
		return 0;
	explore->strategy = mem_strdup(e->options->strategy < 0
					       ? "all"
					       : vocab_name(&strategy_vocab, e->options->strategy));
	explore->bound = mem_printf("a bug that needs 2 ordered moments was missed with a chance "
				    "below %.2g",
				    campaign_miss_chance(&e->campaign, 2));
	if (!explore->strategy || !explore->bound)
		return -ENOMEM;
	if (e->differs && note(e, mem_strdup("two runs by the same schedule were not the same: "
					     "something outside of it decides, too")))
		return -ENOMEM;
	if (e->options->is_unmodified &&
	    note(e, mem_strdup("unmodified: looked for what goes wrong, not for races that did no harm "
			       "here")))
		return -ENOMEM;
	return say_unjudged(e);
}

int explored_run(struct job *job, struct err *err)
{
	struct explored e = {.job = job, .options = job->c->explore};
	int rc = explored_open(&e, err);

	if (!rc) {
		campaign_begin(&e.campaign, job->c->seed, e.options->strategy);
		e.started_ns = now_ns();
		rc = e.options->trail ? explored_follow(&e, err) : explore(&e, err);
		job->seen.duration_ns = now_ns() - e.started_ns;
	}
	if (!rc && say(&e))
		rc = err_errno(err, -ENOMEM, "explore");
	rc = rc ? rc : check_judged(&e, err);
	explored_close(&e);
	return rc;
}
