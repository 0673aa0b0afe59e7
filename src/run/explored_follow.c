/*
 * explored_follow.c - one given schedule, and whether what comes of it means
 * anything: the programs can be others than those that it was found in.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "elf/code_digest.h"
#include "run/explored_private.h"

#define CODE_TEXT 17 /* 16 digits */

static bool code_of(const struct explored *e, size_t subject, char ret_text[CODE_TEXT])
{
	uint64_t digest;

	if (code_digest(e->launches[subject].path, &digest))
		return false;
	snprintf(ret_text, CODE_TEXT, "%016" PRIx64, digest);
	return true;
}

/* The first of that name; as many as there are: none. */
static size_t find_subject(const struct explored *e, const char *name)
{
	size_t i = 0;

	while (i < e->x.subject_count && strcmp(e->x.subjects[i].spec->name, name) != 0)
		i++;
	return i;
}

int explored_note_code(struct explored *e)
{
	struct exploration *to = &e->job->result->explore;
	char text[CODE_TEXT];

	for (size_t i = 0; i < e->x.subject_count; i++) {
		const char *name = e->x.subjects[i].spec->name;
		struct case_value *value;

		if (find_subject(e, name) < i || !code_of(e, i, text))
			continue;
		value = mem_append(&to->code, &to->code_count, sizeof(*value));
		if (!value)
			return -ENOMEM;
		value->name = mem_strdup(name);
		value->value = mem_strdup(text);
		if (!value->name || !value->value)
			return -ENOMEM;
	}
	return 0;
}

/* The first process whose program is not the one that the schedule was found in; NULL = none. */
static const char *changed(const struct explored *e)
{
	const struct schedule_spec *then = &e->job->c->scenario->schedule;
	char now[CODE_TEXT];

	if (!e->options->is_recorded)
		return NULL;
	for (size_t i = 0; i < then->code_count; i++) {
		size_t index = find_subject(e, then->code[i].name);

		if (index < e->x.subject_count &&
		    (!code_of(e, index, now) || strcmp(now, then->code[i].value) != 0))
			return then->code[i].name;
	}
	return NULL;
}

static int doubt(struct explored *e, char *text, struct err *err)
{
	if (!text)
		return err_errno(err, -ENOMEM, "explore");
	free(e->job->doubt);
	e->job->doubt = text;
	return 0;
}

static int say_unfit(struct explored *e, uint64_t steps, struct err *err)
{
	const char *name = changed(e);

	return doubt(e,
		     name ? mem_printf("the program of %s has changed since the schedule was "
				       "found, which does not fit any more (%" PRIu64
				       " steps, not %" PRIu64 "): `ipcfault explore` looks anew",
				       name, steps, e->options->trail->steps)
			  : mem_printf("the schedule does not fit: the program has changed since, "
				       "or is not a function of its schedule (%" PRIu64
				       " steps, not %" PRIu64 "): `ipcfault explore` looks anew",
				       steps, e->options->trail->steps),
		     err);
}

/* "race or wrong-exit" */
static char *list_shown(const struct schedule_spec *schedule)
{
	char *text = mem_strdup("");

	for (int kind = 0; text && kind < FINDING_MAX_; kind++)
		if (schedule->shows[kind]) {
			cleanup_free char *before = text;

			text = mem_printf("%s%s%s", before, *before ? " or " : "",
					  vocab_name(&finding_vocab, kind));
		}
	return text;
}

static bool shows_the_same(const struct schedule_spec *then, const struct case_result *result)
{
	for (size_t i = 0; i < result->finding_count; i++)
		if (then->shows[result->findings[i].kind])
			return true;
	return false;
}

/* Nothing of what it showed: of a program that is another one now, that is no news. */
static int say_nothing_shown(struct explored *e, const char *name, const char *wanted,
			     struct err *err)
{
	return doubt(e,
		     name ? mem_printf("the program of %s has changed since the schedule was "
				       "found, and shows no %s by it: that does not mean that "
				       "there is none, `ipcfault explore` looks anew",
				       name, wanted)
			  : mem_printf("the schedule showed %s, and does not now: the programs are "
				       "the same, so something else decides, too",
				       wanted),
		     err);
}

/* Against what the file says that it showed. */
static int compare(struct explored *e, struct err *err)
{
	const struct schedule_spec *then = &e->job->c->scenario->schedule;
	struct case_result *result = e->job->result;
	const char *name = changed(e);
	cleanup_free char *wanted = list_shown(then);
	int rc = 0;

	if (!wanted)
		return err_errno(err, -ENOMEM, "explore");
	if (!result->finding_count && (name || *wanted))
		return say_nothing_shown(e, name, *wanted ? wanted : "finding", err);
	if (name)
		rc = case_result_note(result,
			      mem_printf("the program of %s has changed since the schedule was "
					 "found; this is what it shows now",
					 name));
	if (!rc && *wanted && !shows_the_same(then, result))
		rc = case_result_note(result,
			      mem_printf("the schedule showed %s when it was found", wanted));
	return rc ? err_errno(err, rc, "explore") : 0;
}

int explored_follow(struct explored *e, struct err *err)
{
	struct trail trail = *e->options->trail;
	const struct session_request request =
		explored_request(&trail, trail.switches, trail.count);
	struct session_outcome outcome;
	struct findings findings;
	int rc = explored_run_schedule(e, &request, &outcome, &findings, err);

	explored_findings_release(&findings);
	if (rc)
		return rc;
	campaign_note(&e->campaign, &request, &outcome);
	if (outcome.control->step != trail.steps || outcome.control->is_diverged)
		return say_unfit(e, outcome.control->step, err);
	rc = explored_report(e, &trail, 0, err);
	return rc || !e->options->is_recorded ? rc : compare(e, err);
}
