/* explored_run.c - one schedule: run, observed, judged, and tidied up after. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "explore/tell.h"
#include "run/check.h"
#include "run/explored_private.h"
#include "run/outputs.h"
#include "schedule/lines.h"

const char *explored_role_name(void *ctx, uint32_t role)
{
	struct explored *e = ctx;

	return role && role <= e->x.subject_count ? e->x.subjects[role - 1].spec->name : "?";
}
/* Those that wait when the run is over are made to leave. */
static bool was_stopped(const struct session_outcome *outcome, int status)
{
	if (outcome->stale.read.flow && WIFSIGNALED(status))
		return WTERMSIG(status) == SIGKILL; /* it comes to no point where it could leave */
	return outcome->end != CONTROL_DONE && WIFEXITED(status) &&
	       WEXITSTATUS(status) == CONTROL_EXIT;
}

static int observe_process(struct explored *e, size_t index, const struct session_outcome *outcome)
{
	const int status = outcome->status[index];
	const struct subject *s = &e->x.subjects[index];
	struct observed *seen = &e->job->seen;
	struct observed_process *p = mem_append(&seen->processes, &seen->process_count, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->spec = s->index;
	p->copy = s->copy;
	p->name = mem_strdup(s->spec->name);
	p->signaled = WIFSIGNALED(status);
	p->status = p->signaled ? WTERMSIG(status) : WEXITSTATUS(status);
	p->started = true;
	p->exited = !was_stopped(outcome, status);
	p->killed_on_purpose =
		p->signaled && outcome->control->strike_flow &&
		outcome->control->flows[outcome->control->strike_flow].role == index + 1 &&
		p->status == outcome->control->strike_signal;
	p->alive = !p->exited;
	if (!p->name || output_read(s->out_fd, &p->out) || output_read(s->err_fd, &p->err))
		return -ENOMEM;
	return 0;
}

static int observe_end(struct explored *e, const struct session_outcome *outcome)
{
	const struct teller teller = {outcome, e->job->worker->images, explored_role_name, e};
	cleanup_free char *waits = NULL;

	if (outcome->stale.read.flow) {
		waits = tell_stale(&teller);
		return waits ? observed_add(&e->job->seen, FINDING_STALE_READ, NULL, "%s", waits)
			     : -ENOMEM;
	}
	if (outcome->end != CONTROL_DEADLOCK && outcome->end != CONTROL_SPINS)
		return 0;
	waits = tell_waits(&teller);
	if (!waits)
		return -ENOMEM;
	if (outcome->end == CONTROL_DEADLOCK)
		return observed_add(&e->job->seen, FINDING_DEADLOCK, NULL,
				    "every process that is left waits for another%s", waits);
	return observed_add(&e->job->seen, FINDING_SPIN, NULL,
			    "who is left waits in a loop for what nobody will write%s", waits);
}

/* A finding of its own for each field. */
static int observe_races(struct explored *e, const struct session_outcome *outcome)
{
	const struct teller teller = {outcome, e->job->worker->images, explored_role_name, e};
	uint32_t count = outcome->control->race_count;
	int rc = 0;

	for (uint32_t i = 0; !rc && i < count && i < CONTROL_RACES; i++) {
		cleanup_free char *text = tell_race(&teller, i);

		if (text && !*text)
			continue;
		rc = text ? observed_add(&e->job->seen, FINDING_RACE, NULL, "%s%s", text,
					 e->what_if ? e->what_if : "")
			  : -ENOMEM;
	}
	return rc;
}

static int observe_lost(struct explored *e, const struct session_outcome *outcome)
{
	const struct teller teller = {outcome, e->job->worker->images, explored_role_name, e};
	cleanup_free char *text = outcome->control->lost.flow ? tell_lost(&teller) : NULL;

	if (!outcome->control->lost.flow)
		return 0;
	return text ? observed_add(&e->job->seen, FINDING_NOT_RECOVERED, NULL, "%s", text) : -ENOMEM;
}

static int observe_lines(struct explored *e, const struct session_outcome *outcome)
{
	const struct teller teller = {outcome, e->job->worker->images, explored_role_name, e};
	const struct control *c = outcome->control;
	int rc = 0;

	for (uint32_t i = 0; !rc && c->wants_lines && i < CONTROL_LINES; i++) {
		cleanup_free char *text = NULL;

		if (c->lines[i].run != c->command || !lines_false_sharing(&c->lines[i]))
			continue;
		text = tell_line(&teller, &c->lines[i]);
		rc = text ? observed_add(&e->job->seen, FINDING_FALSE_SHARING, NULL, "%s", text)
			  : -ENOMEM;
	}
	return rc;
}

static int observe(struct explored *e, const struct session_outcome *outcome)
{
	int rc = 0;

	observed_release(&e->job->seen);
	e->job->seen = (struct observed){.duration_ns = outcome->duration_ns};
	for (size_t i = 0; !rc && i < e->x.subject_count; i++)
		rc = observe_process(e, i, outcome);
	rc = rc ? rc : observe_end(e, outcome);
	rc = rc ? rc : observe_lost(e, outcome);
	rc = rc ? rc : observe_races(e, outcome);
	return rc ? rc : observe_lines(e, outcome);
}

static char *expand(void *ctx, const char *text)
{
	return execution_expand(ctx, text);
}

/* Where another was killed: to fail, and say so, is to survive it, if nothing else is asked. */
static bool is_handled(const struct job *job, const struct finding *finding)
{
	const struct observed *seen = &job->seen;

	if (finding->kind != FINDING_WRONG_EXIT || !finding->process)
		return false;
	for (size_t i = 0; i < seen->process_count; i++) {
		const struct observed_process *p = &seen->processes[i];
		const struct process_expect *want = &job->c->scenario->expect.processes[p->spec];

		if (strcmp(p->name, finding->process) == 0)
			return want->exit == EXIT_DEFAULT && p->exited && p->err.size;
	}
	return false;
}

void explored_forget_handled(const struct job *job, struct findings *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		if (is_handled(job, &list->items[i]))
			finding_release(&list->items[i]);
		else
			list->items[kept++] = list->items[i];
	list->count = kept;
}

/* Where that is asked, to fail and say so is not enough. */
static void note_unrecovered(const struct explored *e, struct findings *list)
{
	for (size_t i = 0; e->job->c->scenario->expect.recovers_ns && i < list->count; i++)
		if (list->items[i].kind == FINDING_WRONG_EXIT ||
		    list->items[i].kind == FINDING_WRONG_OUTPUT)
			list->items[i].kind = FINDING_NOT_RECOVERED;
}

static int judge(struct explored *e, struct findings *ret, struct err *err)
{
	struct judgement j = {.scenario = e->job->c->scenario,
			      .seen = &e->job->seen,
			      .tmp = e->job->tmp,
			      .expand = expand,
			      .ctx = &e->x};
	int rc = check_run(&e->x, err);

	rc = rc ? rc : oracle_judge_files(&j, err);
	rc = rc ? rc : oracle_judge(&j, err);
	*ret = j.findings;
	return rc;
}

/* What the next run must not find. */
static int tidy_up(struct explored *e, struct err *err)
{
	for (size_t i = 0; i < e->x.subject_count; i++) {
		const int fds[] = {e->x.subjects[i].out_fd, e->x.subjects[i].err_fd};

		for (size_t k = 0; k < ARRAY_SIZE(fds); k++)
			if (fds[k] >= 0 && (ftruncate(fds[k], 0) || lseek(fds[k], 0, SEEK_SET)))
				return err_errno(err, -errno, "explore");
	}
	return sandbox_clean_beside(&e->job->worker->sandbox, err);
}

/* The emulator runs one thread of a program by turns, and no other program. */
static int check_possible(const struct session_outcome *outcome, struct err *err)
{
	if (outcome->end == CONTROL_THREADS)
		return err_set(err, -ENOTSUP,
			       "a process makes a thread: threads are explored in programs of "
			       "`ipcfault cc` only, not unmodified");
	if (outcome->end == CONTROL_EXECS)
		return err_set(err, -ENOTSUP,
			       "a process becomes another program, which cannot be explored "
			       "unmodified: name that one");
	return 0;
}

/* Else it was given up. */
static bool is_judged(const struct session_outcome *outcome)
{
	return outcome->end == CONTROL_DONE || outcome->end == CONTROL_DEADLOCK ||
	       outcome->end == CONTROL_SPINS || outcome->stale.read.flow;
}

int explored_run_schedule(struct explored *e, const struct session_request *request,
			  struct session_outcome *outcome, struct findings *ret, struct err *err)
{
	int rc = session_run(e->session, request, outcome, err);

	*ret = (struct findings){.items = NULL};
	if (rc)
		return rc;
	rc = check_possible(outcome, err);
	if (rc)
		return rc;
	e->too_long += outcome->end == CONTROL_TOO_LONG;
	e->stuck += (outcome->end == CONTROL_STUCK || outcome->end == CONTROL_FULL) &&
		    !outcome->stale.read.flow;
	if (is_judged(outcome)) {
		rc = observe(e, outcome);
		rc = rc ? err_errno(err, rc, "explore") : judge(e, ret, err);
		if (outcome->control->strike_flow) {
			note_unrecovered(e, ret);
			explored_forget_handled(e->job, ret);
		}
	}
	return rc ? rc : tidy_up(e, err);
}

void explored_findings_release(struct findings *list)
{
	for (size_t i = 0; i < list->count; i++)
		finding_release(&list->items[i]);
	free(list->items);
	*list = (struct findings){.items = NULL};
}
