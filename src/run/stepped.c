#include "run/stepped.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "run/behaviour.h"
#include "run/frozen.h"
#include "run/walk.h"
#include "sys/names.h"

#define HELD	   "held"
#define LINE_MAX_  80 /* of what was printed */
#define TRIED_MORE 3  /* times that a point is tried until it is the one that was seen */

/* The points with the same state; one of them is tried. */
struct group {
	uint64_t state;
	size_t first; /* index */
	uint64_t points;
};

struct stepped {
	struct job *job;
	const struct explore_options *options;
	struct run_case own_case; /* with own_scenario, when there are own faults */
	struct scenario own_scenario;
	struct walk look;
	struct group *groups;
	size_t group_count;
	uint64_t started_ns;
	uint64_t tried, points; /* points: those that stand for the tried ones, too */
	uint64_t moved;		/* where the program was elsewhere than in the first run */
	bool has_kind[FINDING_MAX_];
	char refused[ERR_TEXT_MAX]; /* why a fault did not happen; "" */
};

/* How one run ended. */
struct ending {
	struct findings findings;
	char *text;
	bool hung, fired;
};

bool stepped_is_wanted(const struct run_case *c)
{
	if (c->explore && c->explore->within.count)
		return true;
	for (size_t i = 0; i < c->scenario->fault_count; i++)
		if (walk_is_wanted(&c->scenario->faults[i]))
			return true;
	return false;
}

/* --- what to do, from what explore was asked for ------------------------------- */

/* "writer", "writer/main", "writer/child[2]" */
static bool find_victim(const struct scenario *s, const char *name, struct selector *ret)
{
	size_t len = strcspn(name, "/");
	unsigned child = 0;
	char end;

	*ret = (struct selector){.process = INDEX_NONE, .part = SELECT_TREE};
	for (size_t i = 0; i < s->process_count; i++)
		if (strlen(s->processes[i].name) == len &&
		    strncmp(s->processes[i].name, name, len) == 0)
			ret->process = (int)i;
	if (!name[len] || strcmp(name + len, "/main") == 0) {
		ret->part = SELECT_MAIN;
	} else if (sscanf(name + len, "/child[%u%c", &child, &end) == 2 && end == ']' && child) {
		ret->part = SELECT_CHILD;
		ret->child = child;
	} else {
		return false;
	}
	return ret->process != INDEX_NONE;
}

static int make_fault(const struct explore_options *options, const struct selector *victim,
		      const char *function, struct fault_spec *ret)
{
	const bool held = strcmp(function, HELD) == 0;

	*ret = (struct fault_spec){
		.name = mem_printf("%s %s %s", signal_name(options->signal),
				   held ? "while a lock is" : "in", function),
		.at = {.kind = held ? TRIGGER_LOCK : TRIGGER_FUNCTION,
		       .process = *victim,
		       .function = held ? NULL : mem_strdup(function),
		       .channel = INDEX_NONE,
		       .after = INDEX_NONE,
		       .on = {.channel = INDEX_NONE},
		       .count = {.kind = COUNT_RANGE, .first = 1, .last = UINT64_MAX}},
		.action = {.kind = options->signal == SIGKILL ? ACTION_KILL : ACTION_SIGNAL,
			   .signal = options->signal,
			   .when = WHEN_EVERY_INSTRUCTION,
			   .of_process = {.process = INDEX_NONE},
			   .of_channel = INDEX_NONE},
	};
	return ret->name && (held || ret->at.function) ? 0 : -ENOMEM;
}

static int make_faults(struct stepped *s, struct err *err)
{
	const struct explore_options *options = s->options;
	struct selector victim;
	int rc = 0;

	if (!options->strike || !find_victim(s->job->c->scenario, options->strike, &victim))
		return err_set(err, -ENOENT, "no process is called '%s'",
			       options->strike ? options->strike : "");
	s->own_scenario = *s->job->c->scenario;
	s->own_scenario.faults = NULL;
	s->own_scenario.fault_count = 0;
	for (size_t i = 0; !rc && i < options->within.count && i < FAULTS_MAX; i++) {
		struct fault_spec *fault = mem_append(&s->own_scenario.faults,
						      &s->own_scenario.fault_count, sizeof(*fault));

		rc = fault ? make_fault(options, &victim, options->within.items[i], fault)
			   : -ENOMEM;
	}
	s->own_case = *s->job->c;
	s->own_case.scenario = &s->own_scenario;
	s->job->c = &s->own_case;
	return rc ? err_errno(err, rc, "explore") : 0;
}

static void release_faults(struct stepped *s, const struct run_case *given)
{
	if (s->job->c == given)
		return;
	s->job->c = given;
	for (size_t i = 0; i < s->own_scenario.fault_count; i++) {
		free(s->own_scenario.faults[i].name);
		free(s->own_scenario.faults[i].at.function);
	}
	free(s->own_scenario.faults);
}

/* --- one run ------------------------------------------------------------------- */

static void ending_release(struct ending *ending)
{
	explored_findings_release(&ending->findings);
	free(ending->text);
	*ending = (struct ending){.text = NULL};
}

/* The last line of what they have printed, the first that has printed anything. */
static char *last_line(const struct observed *seen)
{
	for (size_t i = 0; i < seen->process_count; i++) {
		const struct output *out = &seen->processes[i].out;
		size_t end = out->size, start;

		while (end && out->data[end - 1] == '\n')
			end--;
		for (start = end; start && out->data[start - 1] != '\n';)
			start--;
		if (end > start)
			return mem_strndup(out->data + start,
					   end - start < LINE_MAX_ ? end - start : LINE_MAX_);
	}
	return mem_strdup("");
}

static int say_ending(const struct observed *seen, struct ending *ret)
{
	struct behaviour behaviour = {.outcome = NULL};
	cleanup_free char *line = last_line(seen);

	if (!line || behaviour_note(&behaviour, seen))
		return -ENOMEM;
	ret->hung = behaviour.stuck;
	ret->text = mem_printf("%s%s%s", behaviour.outcome, *line ? ": " : "", line);
	behaviour_release(&behaviour);
	return ret->text ? 0 : -ENOMEM;
}

static bool note_fired(struct stepped *s, const struct execution *x)
{
	bool fired = false;

	for (size_t i = 0; x->faults && i < x->scenario->fault_count; i++) {
		const struct fault *fault = &x->faults[i];

		fired |= walk_is_wanted(fault->spec) && fault->fired;
		if (*fault->refused)
			snprintf(s->refused, sizeof(s->refused), "%s", fault->refused);
	}
	return fired;
}

/* The findings of @ret and its text are the caller's, also of a failure. */
static int run_once(struct stepped *s, struct walk *walk, struct ending *ret, struct err *err)
{
	struct job *job = s->job;
	int rc;

	*ret = (struct ending){.text = NULL};
	observed_release(&job->seen);
	job->seen = (struct observed){.processes = NULL};
	job->walk = walk;
	rc = job_execute(job, &job->with, &job->seen, true, err);
	job->walk = NULL;
	if (!rc && say_ending(&job->seen, ret))
		rc = err_errno(err, -ENOMEM, "explore");
	if (!rc)
		ret->fired = note_fired(s, &job->with);
	rc = rc ? rc : job_judge(job, &ret->findings, err);
	if (!rc && s->options->within.count)
		explored_forget_handled(job, &ret->findings);
	execution_release(&job->with);
	return rc ? rc : frozen_clean(job->worker, job->with.all_ended, err);
}

/* --- the first run, which looks -------------------------------------------------- */

static bool kills_only(const struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->fault_count; i++)
		if (walk_is_wanted(&scenario->faults[i]) &&
		    scenario->faults[i].action.signal != SIGKILL)
			return false;
	return true;
}

static struct group *find_group(struct stepped *s, uint64_t state)
{
	for (size_t i = s->group_count; i-- > 0;)
		if (s->groups[i].state == state)
			return &s->groups[i];
	return NULL;
}

static int group_points(struct stepped *s)
{
	for (size_t i = 0; i < s->look.count; i++) {
		uint64_t state = s->options->all_points ? i : s->look.points[i].state;
		struct group *group = s->options->all_points ? NULL : find_group(s, state);

		if (!group) {
			group = mem_append(&s->groups, &s->group_count, sizeof(*group));
			if (!group)
				return -ENOMEM;
			*group = (struct group){.state = state, .first = i};
		}
		group->points++;
	}
	return 0;
}

static int take_findings(struct stepped *s, struct ending *ending, const char *where);

static int look(struct stepped *s, struct err *err)
{
	struct ending ending;
	int rc = run_once(s, &s->look, &ending, err);

	if (!rc && ending.findings.count)
		rc = take_findings(s, &ending, "nothing was done to it");
	else if (!rc && !s->look.count)
		rc = err_set(err, -ENOENT, "%s",
			     *s->refused ? s->refused
					 : "none of the functions was "
					   "called, nothing could be tried");
	else if (!rc && group_points(s))
		rc = err_errno(err, -ENOMEM, "explore");
	ending_release(&ending);
	return rc;
}

/* --- a point ------------------------------------------------------------------- */

static int note_outcome(struct stepped *s, const struct ending *ending, uint64_t points)
{
	struct exploration *to = &s->job->result->explore;
	const char *end = ending->hung ? "hung" : ending->findings.count ? "failed" : "survived";
	struct point_outcome *outcome = NULL;

	for (size_t i = 0; i < to->outcome_count && !outcome; i++)
		if (strcmp(to->outcomes[i].text, ending->text) == 0 &&
		    strcmp(to->outcomes[i].end, end) == 0)
			outcome = &to->outcomes[i];
	if (!outcome) {
		outcome = mem_append(&to->outcomes, &to->outcome_count, sizeof(*outcome));
		if (!outcome)
			return -ENOMEM;
		outcome->text = mem_strdup(ending->text);
		outcome->end = mem_strdup(end);
		if (!outcome->text || !outcome->end)
			return -ENOMEM;
	}
	outcome->points += points;
	outcome->tried++;
	return 0;
}

/* One of each kind is told: @where takes its place in the text. */
static int take_findings(struct stepped *s, struct ending *ending, const char *where)
{
	struct case_result *result = s->job->result;

	for (size_t i = 0; i < ending->findings.count; i++) {
		struct finding *from = &ending->findings.items[i], *to;
		char *text;

		if (s->has_kind[from->kind])
			continue;
		s->has_kind[from->kind] = true;
		text = mem_printf("%s\n%s", from->text, where);
		to = text ? mem_append(&result->findings, &result->finding_count, sizeof(*to))
			  : NULL;
		if (!to) {
			free(text);
			return -ENOMEM;
		}
		free(from->text);
		from->text = text;
		*to = *from;
		*from = (struct finding){.text = NULL};
	}
	return 0;
}

static int walk_signal(const struct stepped *s)
{
	const struct scenario *scenario = s->job->c->scenario;

	for (size_t i = 0; i < scenario->fault_count; i++)
		if (walk_is_wanted(&scenario->faults[i]))
			return scenario->faults[i].action.signal;
	return 0;
}

static char *where_text(const struct stepped *s, const struct walk *walk, const char *how)
{
	const struct frame *f = &walk->frame;
	const char *function = f->function ? f->function : "?";

	if (f->file)
		return mem_printf("%s in front of instruction %" PRIu64 " of %zu: %s %s:%d%s",
				  signal_name(walk_signal(s)), walk->strike, s->look.count,
				  function, f->file, f->line, how);
	return mem_printf("%s in front of instruction %" PRIu64 " of %zu: %s, %s +0x%" PRIx64 "%s",
			  signal_name(walk_signal(s)), walk->strike, s->look.count, function,
			  f->module ? f->module : "?", f->offset, how);
}

static int set_schedule(struct stepped *s, uint64_t strike)
{
	const struct trail trail = {.steps = s->look.count,
				    .strike_flow = 1,
				    .strike_step = strike,
				    .strike_signal = walk_signal(s)};

	if (s->job->result->explore.schedule)
		return 0;
	s->job->result->explore.schedule = trail_text(&trail);
	return s->job->result->explore.schedule ? 0 : -ENOMEM;
}

static int note_point(struct stepped *s, const struct walk *walk, struct ending *ending,
		      uint64_t points)
{
	cleanup_free char *how = NULL, *where = NULL;

	if (note_outcome(s, ending, points))
		return -ENOMEM;
	if (!ending->findings.count)
		return 0;
	how = points > 1 ? mem_printf("; the same state at %" PRIu64 " more", points - 1)
			 : mem_strdup("");
	where = how ? where_text(s, walk, how) : NULL;
	if (!where || set_schedule(s, walk->strike))
		return -ENOMEM;
	return take_findings(s, ending, where);
}

/* The @index-th point; where the program is elsewhere then, once more. */
static int try_point(struct stepped *s, size_t index, uint64_t points, struct err *err)
{
	bool is_there = false;
	int rc = 0;

	for (unsigned tries = 0; !rc && !is_there && tries < TRIED_MORE; tries++) {
		struct walk walk = {.strike = index + 1, .is_exact = s->look.is_exact};
		struct ending ending;

		rc = run_once(s, &walk, &ending, err);
		is_there = !rc && ending.fired && walk.place == s->look.points[index].place;
		if (is_there && note_point(s, &walk, &ending, points))
			rc = err_errno(err, -ENOMEM, "explore");
		ending_release(&ending);
		walk_release(&walk);
	}
	s->tried += is_there;
	s->points += is_there ? points : 0;
	s->moved += !is_there;
	return rc;
}

static bool is_over(const struct stepped *s)
{
	return s->tried + s->moved >= s->options->schedules ||
	       (s->options->budget_ns && now_ns() - s->started_ns >= s->options->budget_ns);
}

static int try_all(struct stepped *s, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < s->group_count && !is_over(s); i++)
		rc = try_point(s, s->groups[i].first, s->groups[i].points, err);
	if (!rc && !s->tried)
		rc = err_set(err, -EIO, "%s",
			     *s->refused ? s->refused
					 : "no instruction was the same in the "
					   "second run");
	return rc;
}

static int follow(struct stepped *s, struct err *err)
{
	const struct trail *trail = s->options->trail;

	if (trail->steps == s->look.count && trail->strike_step &&
	    trail->strike_step <= s->look.count)
		return try_point(s, trail->strike_step - 1, 1, err);
	free(s->job->doubt);
	s->job->doubt = mem_printf("the schedule does not fit: the program has changed since (%zu "
				   "instructions, not %" PRIu64 ")",
				   s->look.count, trail->steps);
	return s->job->doubt ? 0 : err_errno(err, -ENOMEM, "explore");
}

/* --- the whole ------------------------------------------------------------------- */

static int note(struct stepped *s, char *text)
{
	return case_result_note(s->job->result, text);
}

static int say_outcomes(struct stepped *s)
{
	const struct exploration *explore = &s->job->result->explore;
	char *text = mem_printf("%s in front of %" PRIu64 " instructions, %" PRIu64 " run%s:",
				signal_name(walk_signal(s)), s->points, s->tried,
				s->tried == 1 ? "" : "s");

	for (size_t i = 0; text && i < explore->outcome_count; i++) {
		cleanup_free char *before = text;

		text = mem_printf("%s%s %s at %" PRIu64 " (%s)", before, i ? ";" : "",
				  explore->outcomes[i].end, explore->outcomes[i].points,
				  explore->outcomes[i].text);
	}
	return note(s, text);
}

static int say(struct stepped *s)
{
	struct exploration *explore = &s->job->result->explore;

	*(walk_signal(s) == SIGKILL ? &explore->kill_points : &explore->signal_points) = s->points;
	explore->schedules = s->tried + 1;
	explore->points = s->look.count;
	explore->states = s->group_count;
	explore->flows = s->job->seen.process_count;
	explore->strategy = mem_strdup("every-instruction");
	explore->bound = mem_strdup("");
	if (!explore->strategy || !explore->bound || (s->tried && say_outcomes(s)))
		return -ENOMEM;
	if (!s->options->trail && s->tried && s->points < s->look.count &&
	    note(s, mem_printf("%" PRIu64 " of %zu instructions were not tried%s",
			       s->look.count - s->points, s->look.count,
			       is_over(s) ? ": the budget is used up" : "")))
		return -ENOMEM;
	if (s->moved &&
	    note(s, mem_printf("at %" PRIu64 " points the program was elsewhere than in "
			       "the first run",
			       s->moved)))
		return -ENOMEM;
	return s->look.is_cut ? note(s, mem_strdup("there are more instructions than can be kept: "
						   "those behind were not tried"))
			      : 0;
}

static int explore(struct stepped *s, struct err *err)
{
	int rc = s->options->within.count ? make_faults(s, err) : 0;

	s->started_ns = now_ns();
	s->look.is_exact = !kills_only(s->job->c->scenario);
	rc = rc ? rc : look(s, err);
	if (!rc && !s->job->result->finding_count)
		rc = s->options->trail ? follow(s, err) : try_all(s, err);
	s->job->seen.duration_ns = now_ns() - s->started_ns;
	if (!rc && say(s))
		rc = err_errno(err, -ENOMEM, "explore");
	return rc;
}

int stepped_run(struct job *job, struct err *err)
{
	const struct run_case *given = job->c;
	struct stepped s = {.job = job, .options = given->explore};
	int rc;

	if (!given->explore)
		return err_set(err, -EINVAL,
			       "`when: every-instruction` is many runs: use `ipcfault explore`");
	rc = explore(&s, err);
	release_faults(&s, given);
	walk_release(&s.look);
	free(s.groups);
	return rc;
}
