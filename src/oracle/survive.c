/*
 * survive.c - `survives`: a process ends as it does without faults, or it
 * fails and says so.
 *
 * What differs between two runs without faults is not compared.  An error
 * that was reported (another exit status and a new message) is handled; one
 * that nobody is told, or that nobody notices, is a finding.  Where partners
 * have gone (`end`), another exit status is word enough; where nothing is
 * wrong (`same`: a call was interrupted, data came in pieces) there is nothing
 * to report, and a failure is a finding; but of a partner that died of the
 * signal that interrupted it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "oracle/internal.h"
#include "sys/names.h"

#define STATUS_OF_SIGNAL 128 /* sh: the status of a command that died of signal N is 128 + N */

static bool is_same_text(const struct output *a, const struct output *b)
{
	return a->captured == b->captured && a->size == b->size &&
	       (!a->size || memcmp(a->data, b->data, a->size) == 0);
}

bool survive_is_steady(const struct observed *first, const struct observed *again, size_t process)
{
	return is_same_text(&first->processes[process].out, &again->processes[process].out);
}

static bool is_same_end(const struct observed_process *a, const struct observed_process *b)
{
	return a->exited == b->exited && a->signaled == b->signaled && a->status == b->status;
}

/* Where the two runs without faults differ, either is right. */
static bool ends_as_usual(const struct observed_process *p, const struct observed_process *usual,
			  const struct observed_process *again)
{
	return is_same_end(p, usual) || is_same_end(p, again);
}

static bool writes_to_pipe(const struct judgement *j, const struct observed_process *p)
{
	const struct process_spec *spec = &j->scenario->processes[p->spec];

	if (spec->out.kind == STDIO_CHANNEL)
		return true;
	for (size_t i = 0; i < spec->fd_count; i++)
		if (spec->fds[i].end != END_READ &&
		    j->scenario->channels[spec->fds[i].channel].kind == CHANNEL_PIPE)
			return true;
	return false;
}

/* SIGPIPE is how a filter is told that nobody reads on. */
static bool may_die_of(const struct judgement *j, const struct observed_process *p)
{
	return p->killed_on_purpose || (p->status == SIGPIPE && writes_to_pipe(j, p));
}

static int judge_death(struct judgement *j, const struct observed_process *p)
{
	if (may_die_of(j, p))
		return 0;
	return findings_add(&j->findings, kind_of_death(p->status), p->name, "died of %s",
			    signal_name(p->status))
		       ? 0
		       : -ENOMEM;
}

/* What it prints is more than a piece of what it prints without faults: some answer. */
static bool prints_news(const struct observed_process *p, const struct observed_process *usual)
{
	return p->out.captured && p->out.size &&
	       (p->out.size > usual->out.size ||
		memcmp(p->out.data, usual->out.data, p->out.size) != 0);
}

static size_t lines_of(const struct output *out)
{
	size_t lines = 0;

	for (size_t i = 0; i < out->size; i++)
		lines += out->data[i] == '\n';
	return lines;
}

/* Not only other values in the same places: those are a wrong answer. */
static bool says_more(const struct observed_process *p, const struct observed_process *usual)
{
	return p->out.captured && lines_of(&p->out) > lines_of(&usual->out);
}

/* Who writes its messages somewhere else may have written one. */
static bool has_message(const struct observed_process *p, const struct observed_process *usual)
{
	return !p->err.captured || p->err.size > usual->err.size ||
	       !is_same_text(&p->err, &usual->err);
}

/* Of the death of another one nobody needs to make many words. */
static bool somebody_was_killed(const struct judgement *j)
{
	for (size_t i = 0; i < j->scenario->fault_count; i++)
		if (j->scenario->faults[i].action.kind == ACTION_KILL)
			return true;
	return false;
}

static int judge_output_of(struct judgement *j, const struct observed_process *p,
			   const struct observed_process *usual)
{
	struct finding *finding;
	size_t same = 0;

	if (!p->out.captured || is_same_text(&p->out, &usual->out) ||
	    (somebody_was_killed(j) && says_more(p, usual)))
		return 0;
	while (same < p->out.size && same < usual->out.size &&
	       p->out.data[same] == usual->out.data[same])
		same++;
	finding = findings_add(&j->findings, FINDING_WRONG_OUTPUT, p->name,
			       "stdout has %zu bytes, without the fault %zu; the first %zu are the "
			       "same; exit status %d%s",
			       p->out.size, usual->out.size, same, p->status,
			       has_message(p, usual) ? "" : ", and no message");
	if (!finding)
		return -ENOMEM;
	finding->silent = p->status == 0 && !has_message(p, usual);
	return 0;
}

/* Its exit status tells that something is wrong: what others make of it is no news. */
bool somebody_tells(const struct judgement *j)
{
	for (size_t i = 0; i < j->seen->process_count; i++) {
		const struct observed_process *p = &j->seen->processes[i];

		if (p->exited && (p->signaled || p->status) &&
		    !ends_as_usual(p, &j->fault_free->processes[i],
				   &j->fault_free_again->processes[i]))
			return true;
	}
	return false;
}

static bool has_told(const struct judgement *j, size_t process)
{
	const struct observed_process *p = &j->seen->processes[process];
	const struct observed_process *usual = &j->fault_free->processes[process];

	return !p->exited || has_message(p, usual) || !p->err.captured ||
	       !ends_as_usual(p, usual, &j->fault_free_again->processes[process]);
}

/* It only makes somebody slow for another fault. */
static bool is_pause(const struct action_spec *action)
{
	return action->kind == ACTION_STOP ||
	       (action->kind == ACTION_SIGNAL && action->signal == SIGCONT);
}

/* Whom a fault has struck without a word of it: what another one has to say then is of no help. */
static bool is_silent_elsewhere(const struct judgement *j, const struct observed_process *p)
{
	bool silent = false;

	for (size_t i = 0; i < j->scenario->fault_count; i++) {
		const struct fault_spec *fault = &j->scenario->faults[i];

		for (size_t k = 0; k < j->seen->process_count; k++) {
			if (is_pause(&fault->action) ||
			    j->seen->processes[k].spec != fault->at.process.process)
				continue;
			if (&j->seen->processes[k] == p || has_told(j, k))
				return false;
			silent = true;
		}
	}
	return silent;
}

/* A partner that the fault's signal has killed has gone, whatever else was meant to go well. */
static enum survival demanded_of(const struct judgement *j, const struct observed_process *p)
{
	enum survival survives = j->scenario->expect.survives;

	for (size_t i = 0; survives == SURVIVAL_SAME && i < j->seen->process_count; i++) {
		const struct observed_process *other = &j->seen->processes[i];

		if (other != p && other->signaled && other->killed_on_purpose &&
		    !ends_as_usual(other, &j->fault_free->processes[i],
				   &j->fault_free_again->processes[i]))
			survives = SURVIVAL_END;
	}
	return survives;
}

static bool is_handled(const struct judgement *j, const struct observed_process *p,
		       const struct observed_process *usual)
{
	switch (demanded_of(j, p)) {
	case SURVIVAL_SAME:
		return false;
	case SURVIVAL_END:
		return p->status != 0 || somebody_tells(j);
	default:
		if (is_silent_elsewhere(j, p))
			return false;
		return p->status ? has_message(p, usual) || prints_news(p, usual) ||
					   p->status > STATUS_OF_SIGNAL || somebody_was_killed(j)
				 : somebody_tells(j);
	}
}

static int judge_other_exit(struct judgement *j, const struct observed_process *p,
			    const struct observed_process *usual)
{
	char text[64];

	if (usual->signaled)
		snprintf(text, sizeof(text), "died of %s", signal_name(usual->status));
	else
		snprintf(text, sizeof(text), "exited with %d", usual->status);
	if (is_handled(j, p, usual))
		return 0;
	if (p->status == 0 || demanded_of(j, p) == SURVIVAL_SAME || is_silent_elsewhere(j, p))
		return findings_add(&j->findings, FINDING_WRONG_EXIT, p->name,
				    "exited with %d; without the fault it %s", p->status, text)
			       ? 0
			       : -ENOMEM;
	return findings_add(&j->findings, FINDING_UNREPORTED, p->name,
			    "exited with %d and no message; without the fault it %s", p->status,
			    text)
		       ? 0
		       : -ENOMEM;
}

static int judge_process(struct judgement *j, const struct observed_process *p,
			 const struct observed_process *usual, const struct observed_process *again,
			 bool compares)
{
	if (!p->exited)
		return 0; /* a run that was cut off has a finding of its own */
	if (!ends_as_usual(p, usual, again))
		return p->signaled ? judge_death(j, p) : judge_other_exit(j, p, usual);
	return compares && !p->signaled ? judge_output_of(j, p, usual) : 0;
}

static bool compares_output(const struct judgement *j, const struct observed_process *p)
{
	enum survival survives = demanded_of(j, p);

	return survives == SURVIVAL_SAME || (survives == SURVIVAL_TRUE && !somebody_tells(j));
}

int judge_survival(struct judgement *j, struct err *err)
{
	int rc = 0;

	(void)err;
	if (!j->scenario->expect.survives || !j->fault_free || !j->fault_free_again ||
	    was_cut_off(j))
		return 0;
	for (size_t i = 0; !rc && i < j->seen->process_count; i++) {
		const struct observed_process *p = &j->seen->processes[i];

		if (j->scenario->expect.processes[p->spec].exit != EXIT_DEFAULT)
			continue;
		rc = judge_process(
			j, p, &j->fault_free->processes[i], &j->fault_free_again->processes[i],
			compares_output(j, p) &&
				survive_is_steady(j->fault_free, j->fault_free_again, i));
	}
	return rc;
}
