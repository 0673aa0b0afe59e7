#include "cli/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "cli/command.h"
#include "cli/reproduce.h"
#include "cli/style.h"
#include "model/scenario.h"
#include "report/report.h"

struct session {
	const struct cli_env *env;
	const struct run_options *options;
	const struct selection *selection;
	struct report **reports; /* the first of them for people when has_people */
	size_t report_count;
	bool *is_ordered; /* of each report */
	struct report_totals totals;
	uint64_t started_ns;
	uint64_t took_ns;	     /* instead of the time since then; 0 = that */
	const char *current;	     /* title of the case that was started last */
	struct case_result *results; /* of each case, until the ordered reports have it */
	bool *is_done;
	size_t next;   /* the first case that they do not have */
	size_t failed; /* reports that could not be written */
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static struct report_style style_for(const struct session *session, const char *file)
{
	const struct run_options *options = session->options;
	bool is_terminal = !file && session->env->out_is_terminal;

	return (struct report_style){
		.color = style_has_color(session->env, is_terminal, options->color),
		.live = style_is_capable(session->env, is_terminal),
		.verbosity = options->verbosity,
		.width = session->env->width,
	};
}

static int open_one(struct session *session, enum report_kind kind, const char *file,
		    struct err *err)
{
	struct report_style style = style_for(session, file);
	size_t index = session->report_count;
	int r = report_open(kind, file, session->env->out, &style, &session->reports[index], err);

	if (r < 0)
		return r;
	session->is_ordered[index] = kind != REPORT_TERM;
	session->report_count++;
	return 0;
}

static bool is_standard_output(const struct report_request *request)
{
	return !request->file || strcmp(request->file, "-") == 0;
}

static bool is_same_target(const struct report_request *a, const struct report_request *b)
{
	if (is_standard_output(a) || is_standard_output(b))
		return is_standard_output(a) && is_standard_output(b);
	return strcmp(a->file, b->file) == 0;
}

static int check_targets(const struct run_options *options, struct err *err)
{
	for (size_t i = 0; i < options->report_count; i++)
		for (size_t k = 0; k < i; k++)
			if (is_same_target(&options->reports[i], &options->reports[k]))
				return err_set(err, -EINVAL,
					       "two reports go to %s; give one another place: "
					       "--report FORMAT:FILE",
					       is_standard_output(&options->reports[i])
						       ? "standard output"
						       : options->reports[i].file);
	return 0;
}

/* Without a report on standard output, people get theirs there. */
static int open_all(struct session *session, struct err *err)
{
	const struct run_options *options = session->options;
	bool taken = false;
	int r = check_targets(options, err);

	for (size_t i = 0; i < options->report_count; i++)
		taken |= is_standard_output(&options->reports[i]);
	if (r == 0 && !taken)
		r = open_one(session, REPORT_TERM, NULL, err);
	for (size_t i = 0; i < options->report_count && r == 0; i++) {
		const struct report_request *request = &options->reports[i];

		r = open_one(session, request->kind,
			     is_standard_output(request) ? NULL : request->file, err);
	}
	for (size_t i = 0; i < session->report_count && r == 0; i++)
		r = report_begin(session->reports[i], &session->totals, err);
	return r;
}

int session_new(const struct cli_env *env, const struct run_options *options,
		const struct selection *selection, struct session **ret_session, struct err *err)
{
	struct session *session = mem_zalloc(sizeof(*session));
	size_t room = options->report_count + 1;
	int r;

	if (!session)
		return err_errno(err, -ENOMEM, "reports");
	session->env = env;
	session->options = options;
	session->selection = selection;
	session->started_ns = now_ns();
	session->totals.scenarios = selection->scenarios;
	session->totals.cases = selection->count;
	if (options->shard.count > 1) {
		session->totals.shard = options->shard.index;
		session->totals.shards = options->shard.count;
	}
	session->reports = mem_zalloc(room * sizeof(struct report *));
	session->is_ordered = mem_zalloc(room);
	session->results = mem_zalloc(selection->count * sizeof(*session->results));
	session->is_done = mem_zalloc(selection->count);
	if (session->reports && session->is_ordered && session->results && session->is_done)
		r = open_all(session, err);
	else
		r = err_errno(err, -ENOMEM, "reports");
	if (r < 0) {
		session_free(session);
		return r;
	}
	*ret_session = session;
	return 0;
}

/* Said once for each report; without any reader there is no point in going on. */
static void say_failure(struct session *session, const struct err *err)
{
	command_error(session->env, err->text, EXIT_INCONCLUSIVE);
	if (++session->failed == session->report_count)
		session->env->pool_stop();
}

static void give(struct session *session, const struct case_result *result, bool ordered)
{
	for (size_t i = 0; i < session->report_count; i++) {
		struct err err = ERR_INIT;

		if (session->is_ordered[i] == ordered &&
		    report_case_done(session->reports[i], result, &err) < 0)
			say_failure(session, &err);
	}
}

/* To the ordered reports: up to the first that is not done, or all. */
static void give_in_order(struct session *session, bool all)
{
	for (; session->next < session->selection->count; session->next++) {
		if (!session->is_done[session->next] && !all)
			return;
		if (!session->is_done[session->next])
			continue;
		give(session, &session->results[session->next], true);
		case_result_release(&session->results[session->next]);
	}
}

static void show_progress(struct session *session)
{
	session->totals.elapsed_ns = now_ns() - session->started_ns;
	for (size_t i = 0; i < session->report_count; i++)
		report_progress(session->reports[i], &session->totals, session->current);
}

bool session_tells_passes(const struct session *session)
{
	for (size_t i = 0; i < session->report_count; i++)
		if (session->is_ordered[i])
			return true;
	return session->options->verbosity > 0;
}

void session_started(struct session *session, const struct run_case *c)
{
	session->current = c->scenario->title;
	show_progress(session);
}

void session_done(struct session *session, const struct run_case *c, struct case_result *result)
{
	size_t index = (size_t)(c - session->selection->cases);
	struct case_result *kept = &session->results[index];

	if (session->is_done[index])
		return;
	*kept = *result;
	memset(result, 0, sizeof(*result));
	if (!kept->reproduce && !(c->brief && kept->verdict == VERDICT_PASS))
		kept->reproduce = reproduce_line(c, session->options, kept->explore.schedule);
	session->is_done[index] = true;
	report_totals_add(&session->totals, kept);
	give(session, kept, false);
	give_in_order(session, false);
	show_progress(session);
}

void session_add(struct session *session, struct case_result *result)
{
	report_totals_add(&session->totals, result);
	give(session, result, false);
	give(session, result, true);
}

void session_sweep(struct session *session, const struct sweep_totals *totals)
{
	session->totals.sweep = totals;
	show_progress(session);
}

void session_took(struct session *session, uint64_t ns)
{
	session->took_ns = ns;
}

int session_end(struct session *session, bool interrupted)
{
	int code = summary_exit_code(&session->totals.summary);

	give_in_order(session, true);
	session->totals.interrupted = interrupted;
	session->totals.elapsed_ns =
		session->took_ns ? session->took_ns : now_ns() - session->started_ns;
	for (size_t i = 0; i < session->report_count; i++) {
		struct err err = ERR_INIT;

		if (report_end(session->reports[i], &session->totals, &err) < 0)
			say_failure(session, &err);
	}
	return session->failed && code != EXIT_FINDING ? EXIT_INCONCLUSIVE : code;
}

void session_abandon(struct session *session)
{
	for (size_t i = 0; i < session->report_count; i++)
		report_abandon(session->reports[i]);
}

void session_free(struct session *session)
{
	if (!session)
		return;
	for (size_t i = 0; session->reports && i < session->report_count; i++)
		report_free(session->reports[i]);
	for (size_t i = 0; session->results && i < session->selection->count; i++)
		case_result_release(&session->results[i]);
	free(session->reports);
	free(session->is_ordered);
	free(session->results);
	free(session->is_done);
	free(session);
}
