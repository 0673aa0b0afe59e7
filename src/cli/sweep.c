/*
 * ipcfault sweep: a fault at every place of a command or of the scenarios in
 * files, and a report of what was not survived.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "cli/cache.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/gate.h"
#include "cli/git.h"
#include "cli/harness_dir.h"
#include "cli/interrupt.h"
#include "cli/reproduce.h"
#include "cli/run.h"
#include "cli/select.h"
#include "cli/session.h"
#include "model/result.h"
#include "sweep/base.h"
#include "sweep/journal.h"
#include "sweep/report.h"
#include "sweep/totals.h"

/* One sweep after the other, into one report. */
struct sweeper {
	const struct cli_env *env;
	const struct sweep_request *request;
	struct session *session;
	const struct run_case *swept; /* the scenario and its role; NULL: a command */
	const char *harness;
	struct cache cache; /* of what `build:` makes */
	struct gate gate;
	struct git_changes changed;
	struct changes changes;
	struct journal *journal;	    /* NULL: there is none */
	struct sweep_totals before, totals; /* of the sweeps done; with the one under way */
	size_t written;
	bool doubtful; /* something could not be tried or told */
};

static void on_progress(void *ctx, const struct sweep *sweep)
{
	struct sweeper *sweeper = ctx;

	sweep_totals_count(sweep, &sweeper->before, &sweeper->totals);
	session_sweep(sweeper->session, &sweeper->totals);
}

static bool was_interrupted(void *ctx)
{
	(void)ctx;
	return interrupt_signal() != 0;
}

/* How to see it again: a scenario in --out, or the file that shows it already. */
static int tell_how(struct sweeper *sweeper, const struct sweep *sweep, struct bug *bug,
		    struct err *err)
{
	if (!sweep->plan.attempts[bug->attempt]->written)
		return sweeper->request->out ? bug_write(sweep, bug, sweeper->request->out,
							 ++sweeper->written, err)
					     : 0;
	bug->result.reproduce = reproduce_line(sweeper->swept, &sweeper->request->run, NULL);
	return bug->result.reproduce ? 0 : err_errno(err, -ENOMEM, "sweep");
}

static void report_bug(struct sweeper *sweeper, const char *name, const struct sweep *sweep,
		       struct bug *bug)
{
	struct err err = ERR_INIT;

	bug->result.bug = bug_text(name, sweep, bug);
	if (tell_how(sweeper, sweep, bug, &err)) {
		command_error(sweeper->env, err.text, EXIT_INCONCLUSIVE);
		sweeper->doubtful = true;
	}
	if (!bug->result.bug || bug_complete(sweep, bug)) {
		command_error(sweeper->env, "out of memory", EXIT_INCONCLUSIVE);
		sweeper->doubtful = true;
	}
	session_add(sweeper->session, &bug->result);
}

static void say(struct sweeper *sweeper, const char *title, const char *text)
{
	struct err err = ERR_INIT;

	err_set(&err, -EIO, "%s: %s", title, text);
	command_error(sweeper->env, err.text, EXIT_INCONCLUSIVE);
}

/* What a reader must know to trust the report. */
static void say_doubts(struct sweeper *sweeper, const struct sweep *sweep)
{
	const char *title = sweep->base->title;

	if (sweep->unswept) {
		cleanup_free char *text = mem_printf("only what the file says itself is tried: %s",
						     sweep->unswept);

		say(sweeper, title, text ? text : "out of memory");
		sweeper->doubtful = true;
	}
	if (sweep->differs)
		say(sweeper, title,
		    "two runs without faults did not make the same calls: a sweep can miss places");
	if (sweep->unsteady)
		say(sweeper, title,
		    "what is printed is not the same in each run without faults: it is not "
		    "compared");
	for (size_t i = 0; i < sweep->record.unsteady_count; i++) {
		cleanup_free char *text = mem_printf("the output of %s is another one in each run "
						     "without faults: it is not compared",
						     sweep->record.unsteady[i]);

		say(sweeper, title, text ? text : "out of memory");
	}
	if (sweep->plan.unreachable) {
		cleanup_free char *text =
			mem_printf("%zu sites are in processes further down than children, or in "
				   "copies: they are not tried",
				   sweep->plan.unreachable);

		say(sweeper, title, text ? text : "out of memory");
	}
	if (sweep->doubtful) {
		cleanup_free char *text = mem_printf("%zu findings were not seen again when they "
						     "were tried again: left out",
						     sweep->doubtful);

		say(sweeper, title, text ? text : "out of memory");
	}
	if (sweeper->request->since && !sweep_planned(sweep)) {
		cleanup_free char *text = mem_printf("no place is in a file that has changed since "
						     "%s",
						     sweeper->request->since);

		say(sweeper, title, text ? text : "out of memory");
	}
	if (sweep->remembered) {
		cleanup_free char *text = mem_printf(
			"%zu faults were tried before: not tried again", sweep->remembered);

		say(sweeper, title, text ? text : "out of memory");
	}
	if (sweeper->journal && journal_error(sweeper->journal)) {
		cleanup_free char *text = mem_printf(
			"cannot write %s (%s): --resume will try again what is not in it",
			sweeper->request->state, strerror(-journal_error(sweeper->journal)));

		say(sweeper, title, text ? text : "out of memory");
	}
	if (sweep->error_text)
		say(sweeper, title, sweep->error_text);
}

static const char *what_became_of(const struct attempt *attempt)
{
	static const char *const words[ATTEMPT_STATE_MAX_] = {
		[ATTEMPT_WAITS] = "not tried",
		[ATTEMPT_SURVIVED] = "survived",
		[ATTEMPT_FOUND] = "bug",
		[ATTEMPT_NOT_POSSIBLE] = "did not happen",
		[ATTEMPT_ERROR] = "error",
		[ATTEMPT_LEFT_OUT] = "left out",
		[ATTEMPT_ELSEWHERE] = "another part",
	};

	return attempt->doubted && attempt->state == ATTEMPT_FOUND ? "not seen again"
								   : words[attempt->state];
}

/* -v: a line for all that was planned, to standard error, where reports are not. */
static void tell_attempts(const struct sweeper *sweeper, const struct sweep *sweep)
{
	for (size_t i = 0; i < sweep->plan.count; i++)
		fprintf(sweeper->env->err, "  %-14s  %s\n", what_became_of(sweep->plan.attempts[i]),
			sweep->plan.attempts[i]->scenario.title);
}

/* @name: of what was swept, for the baseline. */
static int report_sweep(struct sweeper *sweeper, const char *name, struct sweep *sweep)
{
	int rc;

	sweep_totals_count(sweep, &sweeper->before, &sweeper->totals);
	rc = sweep_totals_share(sweep, &sweeper->totals);
	if (!rc)
		rc = gate_compare(&sweeper->gate, name, sweep, &sweeper->totals);
	sweeper->before = sweeper->totals;
	session_sweep(sweeper->session, &sweeper->totals);
	for (size_t i = 0; i < sweep->bugs.count; i++)
		report_bug(sweeper, name, sweep, &sweep->bugs.items[i]);
	say_doubts(sweeper, sweep);
	if (sweeper->request->run.verbosity > 0)
		tell_attempts(sweeper, sweep);
	sweeper->doubtful |= sweep->states[ATTEMPT_ERROR] != 0;
	return rc;
}

static int sweep_base(struct sweeper *sweeper, const char *name, const struct sweep_base *of)
{
	const struct scenario *base = &of->scenario;
	const struct run_options *run = &sweeper->request->run;
	const struct sweep_options how = {
		.pool = {.jobs = run->jobs ? run->jobs : run_processors(),
			 .harness_dir = sweeper->harness,
			 .cache_dir = sweeper->cache.folder,
			 .verbosity = run->verbosity},
		.exhaustive = sweeper->request->exhaustive,
		.memcheck = sweeper->request->memcheck,
		.part = {run->shard.count > 1 ? run->shard.index : 0,
			 run->shard.count > 1 ? run->shard.count : 0},
		.seed = run->seed_given ? run->seed : base->seed,
		.deadline_ns = run->timeout_ns,
		.budget_ns = sweeper->request->budget_ns,
		.changes = sweeper->request->since ? &sweeper->changes : NULL,
		.journal = sweeper->journal,
		.name = name,
		.written = of->written.processes ? &of->written : NULL,
		.pool_run = sweeper->env->pool_run,
		.pool_stop = sweeper->env->pool_stop,
		.progress = on_progress,
		.interrupted = was_interrupted,
		.ctx = sweeper,
	};
	struct err err = ERR_INIT;
	struct sweep sweep;
	int rc = sweep_run(base, &how, &sweep, &err);

	if (rc) {
		if (!interrupt_signal())
			say(sweeper, base->title, err.text);
		sweeper->doubtful = true;
		return rc == -ENOMEM ? rc : 0;
	}
	rc = report_sweep(sweeper, name, &sweep);
	sweep_release(&sweep);
	return rc;
}

static int sweep_command_line(struct sweeper *sweeper)
{
	struct sweep_base base;
	int rc = base_of_command(sweeper->request->command, sweeper->request->input, &base);

	if (rc)
		return rc;
	/* By its name alone: another machine has it in another folder. */
	sweeper->swept = NULL;
	rc = sweep_base(sweeper, base.scenario.processes[0].name, &base);
	base_release(&base);
	return rc;
}

/* "a filter (mode=x) (control)" */
static char *name_of(const struct run_case *c)
{
	cleanup_free char *variant = scenario_variant(c->scenario);
	bool has = variant && *variant;

	return variant ? mem_printf("%s%s%s%s%s", c->scenario->title, has ? " (" : "", variant,
				    has ? ")" : "", c->role == ROLE_CONTROL ? " (control)" : "")
		       : NULL;
}

static int sweep_case(struct sweeper *sweeper, const struct run_case *c)
{
	cleanup_free char *name = name_of(c);
	struct sweep_base base;
	int rc = name ? base_of_scenario(c->scenario, c->role, &base) : -ENOMEM;

	if (rc)
		return rc;
	sweeper->swept = c;
	rc = sweep_base(sweeper, name, &base);
	base_release(&base);
	return rc;
}

static int sweep_selection(struct sweeper *sweeper, const struct selection *selection)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < selection->count && !interrupt_signal(); i++)
		rc = sweep_case(sweeper, &selection->cases[i]);
	return rc;
}

/* A part of it, or only what has changed, may well be nothing. */
static bool has_nothing_to_try(const struct sweeper *sweeper)
{
	return !sweeper->totals.planned && !sweeper->request->since &&
	       sweeper->request->run.shard.count <= 1;
}

/* The exit code, which was @code as far as the bugs and the report go. */
static int sweep_code(const struct sweeper *sweeper, int code)
{
	/* All that was found is known. */
	if (code == EXIT_ALL_SKIPPED)
		code = EXIT_PASSED;
	code = gate_check_score(&sweeper->gate, code, &sweeper->totals);
	if (code == EXIT_PASSED && sweeper->doubtful)
		return EXIT_INCONCLUSIVE;
	if (code == EXIT_PASSED && has_nothing_to_try(sweeper))
		return command_error(sweeper->env,
				     "no call was made that a fault could strike: a sweep can say "
				     "nothing of this program",
				     EXIT_INCONCLUSIVE);
	return code;
}

/* @selection NULL: the command. */
static int sweep_all(struct sweeper *sweeper, const struct selection *selection)
{
	const struct selection none = {NULL, 0, 0};
	struct err err = ERR_INIT;
	int rc, code, gated;

	if (session_new(sweeper->env, &sweeper->request->run, &none, &sweeper->session, &err) < 0)
		return command_error(sweeper->env, err.text,
				     err.code == -EINVAL ? EXIT_USAGE : EXIT_INCONCLUSIVE);
	rc = interrupt_catch(sweeper->env->pool_stop, (void (*)(void *))session_abandon,
			     sweeper->session, &err);
	if (!rc)
		rc = cache_init(&sweeper->cache, selection ? selection : &none, &err);
	if (!rc)
		rc = selection ? sweep_selection(sweeper, selection) : sweep_command_line(sweeper);
	gated = gate_close(&sweeper->gate, EXIT_PASSED, &sweeper->totals);
	session_sweep(sweeper->session, &sweeper->totals);
	code = session_end(sweeper->session, interrupt_signal() != 0);
	interrupt_release();
	cache_release(&sweeper->cache);
	session_free(sweeper->session);
	if (interrupt_signal())
		return 128 + interrupt_signal();
	if (rc)
		return command_error(sweeper->env, err.code ? err.text : strerror(-rc),
				     EXIT_INCONCLUSIVE);
	return sweep_code(sweeper, code == EXIT_PASSED ? gated : code);
}

/* Each scenario once, or its control. */
static int sweep_files(struct sweeper *sweeper, const struct file_set *set)
{
	cleanup_free struct scenario **all = NULL;
	struct selection selection = {0};
	struct run_options whole; /* each part sweeps all of them: their places are shared out */
	size_t count = 0, used = 0;
	struct err err = ERR_INIT;
	int rc, code;

	for (size_t i = 0; i < set->count; i++)
		count += set->files[i].count;
	all = mem_zalloc((count + 1) * sizeof(*all));
	for (size_t i = 0; all && i < set->count; i++)
		for (size_t k = 0; k < set->files[i].count; k++)
			all[used++] = set->files[i].scenarios[k];
	whole = sweeper->request->run;
	whole.shard = (struct shard){.count = 0};
	rc = all ? selection_make(all, used, &whole, &selection) : -ENOMEM;
	if (rc)
		return command_error(sweeper->env, strerror(-rc), EXIT_INCONCLUSIVE);
	if (!selection.count) {
		err_set(&err, -ENOENT, "no scenario matches --filter, --tag and --case");
		code = command_error(sweeper->env, err.text, EXIT_USAGE);
	} else {
		code = sweep_all(sweeper, &selection);
	}
	selection_release(&selection);
	return code;
}

static int read_and_sweep(struct sweeper *sweeper)
{
	struct err err = ERR_INIT;
	struct file_set set;
	int code;

	if (file_set_read(sweeper->env, &sweeper->request->run, sweeper->harness, &set, &err) < 0)
		return command_error(sweeper->env, err.text, EXIT_INCONCLUSIVE);
	if (set.problems) {
		fprintf(sweeper->env->err, "ipcfault: %zu problem%s; nothing was run\n",
			set.problems, set.problems == 1 ? "" : "s");
		code = EXIT_USAGE;
	} else {
		code = sweep_files(sweeper, &set);
	}
	file_set_release(&set);
	return code;
}

static int find_changes(struct sweeper *sweeper)
{
	const char *rev = sweeper->request->since;
	struct err err = ERR_INIT;

	if (!rev)
		return EXIT_PASSED;
	if (git_changes_since(rev, &sweeper->changed, &err))
		return command_error(sweeper->env, err.text, EXIT_USAGE);
	sweeper->changes = (struct changes){sweeper->changed.top, sweeper->changed.files,
					    sweeper->changed.count, rev};
	return EXIT_PASSED;
}

static int open_journal(struct sweeper *sweeper)
{
	const struct sweep_request *request = sweeper->request;
	struct err err = ERR_INIT;

	if (!request->state ||
	    journal_open(request->state, request->resume, &sweeper->journal, &err) == 0)
		return EXIT_PASSED;
	return command_error(sweeper->env, err.text, EXIT_USAGE);
}

int sweep_command(const struct cli_env *env, int argc, char **argv)
{
	struct sweep_request request = {.command = NULL};
	struct sweeper sweeper = {.env = env, .request = &request};
	cleanup_free char *harness = harness_dir_find(env);
	int code = sweep_request_parse(env, argc, argv, &request);

	sweeper.harness = harness;
	if (code == EXIT_PASSED)
		code = gate_open(&sweeper.gate, env, &request);
	if (code == EXIT_PASSED)
		code = find_changes(&sweeper);
	if (code == EXIT_PASSED)
		code = open_journal(&sweeper);
	if (code == EXIT_PASSED)
		code = request.command ? sweep_all(&sweeper, NULL) : read_and_sweep(&sweeper);
	gate_release(&sweeper.gate);
	journal_close(sweeper.journal);
	git_changes_release(&sweeper.changed);
	sweep_totals_release(&sweeper.totals);
	sweep_request_release(&request);
	return code;
}
