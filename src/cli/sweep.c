/*
 * ipcfault sweep: a fault at every place of a command or of the scenarios in
 * files, and a report of what was not survived.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "cli/cache.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/harness_dir.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/select.h"
#include "cli/session.h"
#include "model/result.h"
#include "scenario/values.h"
#include "sweep/base.h"
#include "sweep/report.h"

enum sweep_key { KEY_OUT = 512, KEY_EXHAUSTIVE, KEY_BUDGET, KEY_STDIN };

struct sweep_request {
	struct run_options run; /* first: the options of `run` are read into it */
	char *const *command;	/* NULL: the files of @run are swept */
	const char *out;	/* folder for scenarios; NULL: none are written */
	const char *input;	/* standard input of the command */
	bool exhaustive;
	uint64_t budget_ns;
};

/* clang-format off */
static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What to try:", -1 },
	{ "out",        KEY_OUT,        "DIR",  0, "Write a scenario for each bug into this folder", -1 },
	{ "exhaustive", KEY_EXHAUSTIVE, NULL,   0, "Every occurrence of each call and every error, not a choice of them", -1 },
	{ "budget",     KEY_BUDGET,     "D",    0, "Stop trying after this time: 30s, 5m; the most promising places come first", -1 },
	{ "stdin",      KEY_STDIN,      "FILE", 0, "Standard input of the command (default: /dev/null)", -1 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};
/* clang-format on */

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct sweep_request *request = arg_options(state);
	const char *needed;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = state->input;
		return 0;
	case KEY_OUT:
		request->out = arg;
		return 0;
	case KEY_EXHAUSTIVE:
		request->exhaustive = true;
		return 0;
	case KEY_BUDGET:
		needed = parse_duration(arg, &request->budget_ns);
		return needed ? arg_refuse(state, "--budget %s: it needs %s", arg, needed) : 0;
	case KEY_STDIN:
		request->input = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {{&run_argp, 0, "How to find and run them:", 1},
					     {NULL, 0, NULL, 0}};

const struct argp sweep_argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "FILE...\n-- COMMAND [ARGUMENT...]",
	.doc = "Try a fault at every place where Linux could interfere, and report what the "
	       "program does not survive.\vExit status: 0 nothing was found; 1 a bug; 2 bad "
	       "usage; 3 it could not be swept.\n",
	.children = children,
};

/* One sweep after the other, into one report. */
struct sweeper {
	const struct cli_env *env;
	const struct sweep_request *request;
	struct session *session;
	const char *harness;
	struct cache cache;		    /* of what `build:` makes */
	struct sweep_totals before, totals; /* of the sweeps done; with the one under way */
	size_t written;
	bool doubtful; /* something could not be tried or told */
};

static uint64_t time_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static unsigned processors(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return count > 0 ? (unsigned)count : 1;
}

static void add_up(struct sweeper *sweeper, const struct sweep *sweep)
{
	const struct sweep_totals *before = &sweeper->before;
	struct sweep_totals *totals = &sweeper->totals;

	totals->sites = before->sites + sweep->record.site_count;
	totals->planned = before->planned + sweep->plan.count;
	totals->places = before->places + sweep_places(sweep);
	totals->survived = before->survived + sweep->states[ATTEMPT_SURVIVED];
	totals->not_possible = before->not_possible + sweep->states[ATTEMPT_NOT_POSSIBLE];
	totals->left_out = before->left_out + sweep->states[ATTEMPT_LEFT_OUT];
	totals->waiting = before->waiting + sweep->states[ATTEMPT_WAITS];
	totals->failed = before->failed + sweep->states[ATTEMPT_ERROR];
	totals->runs = before->runs + sweep->runs;
	totals->bugs = before->bugs + sweep->bugs.count;
	totals->elapsed_ns =
		before->elapsed_ns + (sweep->started_ns ? time_now() - sweep->started_ns : 0);
	totals->score = totals->places ? (double)totals->survived / (double)totals->places : 1.0;
}

static void on_progress(void *ctx, const struct sweep *sweep)
{
	struct sweeper *sweeper = ctx;

	add_up(sweeper, sweep);
	session_sweep(sweeper->session, &sweeper->totals);
}

static bool was_interrupted(void *ctx)
{
	(void)ctx;
	return interrupt_signal() != 0;
}

static void report_bug(struct sweeper *sweeper, const struct sweep *sweep, struct bug *bug)
{
	struct err err = ERR_INIT;

	if (sweeper->request->out &&
	    bug_write(sweep, bug, sweeper->request->out, ++sweeper->written, &err)) {
		command_error(sweeper->env, err.text, EXIT_INCONCLUSIVE);
		sweeper->doubtful = true;
	}
	if (bug_complete(sweep, bug)) {
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
	if (sweep->error_text)
		say(sweeper, title, sweep->error_text);
}

static int sweep_base(struct sweeper *sweeper, const struct scenario *base)
{
	const struct run_options *run = &sweeper->request->run;
	const struct sweep_options how = {
		.pool = {.jobs = run->jobs ? run->jobs : processors(),
			 .harness_dir = sweeper->harness,
			 .cache_dir = sweeper->cache.folder,
			 .verbosity = run->verbosity},
		.exhaustive = sweeper->request->exhaustive,
		.seed = run->seed_given ? run->seed : base->seed,
		.deadline_ns = run->timeout_ns,
		.budget_ns = sweeper->request->budget_ns,
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
	add_up(sweeper, &sweep);
	sweeper->before = sweeper->totals;
	session_sweep(sweeper->session, &sweeper->totals);
	for (size_t i = 0; i < sweep.bugs.count; i++)
		report_bug(sweeper, &sweep, &sweep.bugs.items[i]);
	say_doubts(sweeper, &sweep);
	sweeper->doubtful |= sweep.states[ATTEMPT_ERROR] != 0;
	sweep_release(&sweep);
	return 0;
}

static int sweep_command_line(struct sweeper *sweeper)
{
	struct sweep_base base;
	int rc = base_of_command(sweeper->request->command, sweeper->request->input, &base);

	if (rc)
		return rc;
	rc = sweep_base(sweeper, &base.scenario);
	base_release(&base);
	return rc;
}

static int sweep_selection(struct sweeper *sweeper, const struct selection *selection)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < selection->count && !interrupt_signal(); i++) {
		struct sweep_base base;

		rc = base_of_scenario(selection->cases[i].scenario, selection->cases[i].role,
				      &base);
		if (rc)
			break;
		rc = sweep_base(sweeper, &base.scenario);
		base_release(&base);
	}
	return rc;
}

/* @selection NULL: the command. */
static int sweep_all(struct sweeper *sweeper, const struct selection *selection)
{
	const struct selection none = {NULL, 0, 0};
	struct err err = ERR_INIT;
	int rc, code;

	if (session_new(sweeper->env, &sweeper->request->run, &none, &sweeper->session, &err) < 0)
		return command_error(sweeper->env, err.text,
				     err.code == -EINVAL ? EXIT_USAGE : EXIT_INCONCLUSIVE);
	rc = interrupt_catch(sweeper->env->pool_stop, (void (*)(void *))session_abandon,
			     sweeper->session, &err);
	if (!rc)
		rc = cache_init(&sweeper->cache, selection ? selection : &none, &err);
	if (!rc)
		rc = selection ? sweep_selection(sweeper, selection) : sweep_command_line(sweeper);
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
	return code == EXIT_PASSED && sweeper->doubtful ? EXIT_INCONCLUSIVE : code;
}

/* Each scenario once, or its control. */
static int sweep_files(struct sweeper *sweeper, const struct file_set *set)
{
	cleanup_free struct scenario **all = NULL;
	struct selection selection = {0};
	size_t count = 0, used = 0;
	struct err err = ERR_INIT;
	int rc, code;

	for (size_t i = 0; i < set->count; i++)
		count += set->files[i].count;
	all = mem_zalloc((count + 1) * sizeof(*all));
	for (size_t i = 0; all && i < set->count; i++)
		for (size_t k = 0; k < set->files[i].count; k++)
			all[used++] = set->files[i].scenarios[k];
	rc = all ? selection_make(all, used, &sweeper->request->run, &selection) : -ENOMEM;
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

static int check_request(const struct cli_env *env, struct sweep_request *request)
{
	struct run_options *run = &request->run;

	if (request->command && run->files.count)
		return usage_error(env, "either files or a command behind `--`, not both");
	if (!request->command && !run->files.count)
		return usage_error(env,
				   "nothing to sweep: ipcfault sweep FILE, or sweep -- COMMAND");
	if (request->input && !request->command)
		return usage_error(env, "--stdin is for a command; scenarios have `stdin`");
	if (run->gdb || run->keep || run->fail_fast || run->repeat)
		return usage_error(env,
				   "--gdb, --keep, --fail-fast and --repeat mean nothing for a "
				   "sweep: use them with the scenarios of --out");
	run->repeat = 1;
	run->role = run->role_given ? run->role : ROLE_SUBJECT;
	run->role_given = true;
	if (request->out && mkdir(request->out, 0777) && errno != EEXIST) {
		struct err err = ERR_INIT;

		err_errno(&err, -errno, "--out %s", request->out);
		return command_error(env, err.text, EXIT_INCONCLUSIVE);
	}
	return EXIT_PASSED;
}

/* What stands behind `--` is the command. */
static int split(int argc, char **argv, struct sweep_request *request)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--") == 0) {
			request->command = i + 1 < argc ? argv + i + 1 : NULL;
			return i;
		}
	return argc;
}

int sweep_command(const struct cli_env *env, int argc, char **argv)
{
	struct sweep_request request = {.command = NULL};
	struct sweeper sweeper = {.env = env, .request = &request};
	struct err err = ERR_INIT;
	cleanup_free char *harness = harness_dir_find(env);
	int code, own = split(argc, argv, &request);

	sweeper.harness = harness;
	if (arg_parse(&sweep_argp, 0, own, argv, &request, &err) < 0)
		code = usage_error(env, err.text);
	else
		code = check_request(env, &request);
	if (code == EXIT_PASSED)
		code = request.command ? sweep_all(&sweeper, NULL) : read_and_sweep(&sweeper);
	run_options_release(&request.run);
	return code;
}
