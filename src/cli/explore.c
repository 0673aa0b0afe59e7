/*
 * ipcfault explore: the schedules of programs that share memory.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "cli/command.h"
#include "cli/found.h"
#include "cli/reproduce.h"
#include "cli/run.h"
#include "explore/campaign.h"
#include "run/stepped.h"
#include "scenario/values.h"
#include "sweep/base.h"
#include "sys/names.h"

enum explore_key {
	KEY_SCHEDULES = 512,
	KEY_BUDGET,
	KEY_STRATEGY,
	KEY_SCHEDULE,
	KEY_MEMORY,
	KEY_KILL,
	KEY_SIGNAL,
	KEY_OF,
	KEY_OUT,
	KEY_LINES,
	KEY_UNMODIFIED,
	KEY_ACCESSES,
	KEY_WITHIN,
	KEY_ALL_POINTS
};

#define SCHEDULES 10000
#define BUDGET_NS (10 * NS_PER_S)

struct explore_request {
	struct run_options run; /* first: the options of `run` are read into it */
	char *const *command;	/* NULL: the files of @run */
	struct explore_options explore;
	bool budget_given;
	struct trail trail;
	const char *out; /* folder, NULL */
	const struct cli_env *env;
	size_t written;
	bool is_unwritten; /* one of them could not be */
};

/* clang-format off */
static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What to try:", -1 },
	{ "schedules", KEY_SCHEDULES, "N", 0, "At most so many schedules of each case (default 10000)", -1 },
	{ "budget",    KEY_BUDGET,    "D", 0, "At most so long: 30s, 5m (default 10s, unless --schedules is given)", -1 },
	{ "strategy",  KEY_STRATEGY,  "S", 0, "random, pct, pos, starve, rf (default: all of them in turn)", -1 },
	{ "memory",    KEY_MEMORY,    "M", 0, "How stores are seen by others: sc (default), tso as on x86, pso as on ARM", -1 },
	{ "kill",      KEY_KILL,      "NAME", 0, "Kill this process at each of its points, in one schedule after the other", -1 },
	{ "signal",    KEY_SIGNAL,    "SIG", 0, "Send this signal at each point of --of NAME", -1 },
	{ "of",        KEY_OF,        "NAME", 0, "The process or thread that --signal is sent to", -1 },
	{ "false-sharing", KEY_LINES, NULL, 0, "Look for unrelated data on one cache line, too", -1 },
	{ "within",    KEY_WITHIN,    "FUNCTION", 0, "Only in this function, there in front of each instruction; `held` is while it holds a lock; repeatable; no need of `ipcfault cc`", -1 },
	{ "all-points", KEY_ALL_POINTS, NULL, 0, "With --within: also where memory is as at another point", -1 },
	{ "unmodified", KEY_UNMODIFIED, NULL, 0, "Programs as they are, not compiled by `ipcfault cc`: under qemu-user", -1 },
	{ "accesses",  KEY_ACCESSES,  NULL, 0, "Say who has read and written what how often, in the first schedule; with -v", -1 },
	{ "schedule",  KEY_SCHEDULE,  "S", 0, "This one only, as a finding names it, such as 12:2,30:1/41", -1 },
	{ "out",       KEY_OUT,       "DIR", 0, "Write a scenario for each schedule that shows a bug into this folder, for `ipcfault replay`", -1 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};
/* clang-format on */

static error_t parse_strategy(const char *arg, struct argp_state *state, int *ret)
{
	int strategy = vocab_find(&strategy_vocab, arg);

	if (strategy < 0 || strategy == CONTROL_REPLAY)
		return arg_refuse(state, "--strategy %s: it is one of random, pct, pos, starve, rf",
				  arg);
	*ret = strategy;
	return 0;
}

static error_t parse_schedules(const char *arg, struct argp_state *state, uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(arg, &end, 10);
	if (errno || *end || arg[0] < '1' || arg[0] > '9')
		return arg_refuse(state, "--schedules %s: it needs a number from 1 on", arg);
	return 0;
}

/* Borrowed, as all texts of the command line. */
static error_t add_within(char *arg, struct argp_state *state, struct strings *list)
{
	char **slot = mem_append(&list->items, &list->count, sizeof(*slot));

	(void)state;
	if (!slot)
		return ENOMEM;
	*slot = arg;
	return 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct explore_request *request = arg_options(state);
	const char *needed;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = state->input;
		return 0;
	case KEY_SCHEDULES:
		if (!request->budget_given)
			request->explore.budget_ns = 0;
		return parse_schedules(arg, state, &request->explore.schedules);
	case KEY_BUDGET:
		needed = parse_duration(arg, &request->explore.budget_ns);
		request->budget_given = true;
		return needed ? arg_refuse(state, "--budget %s: it needs %s", arg, needed) : 0;
	case KEY_MEMORY:
		if (vocab_find(&memory_vocab, arg) < 0)
			return arg_refuse(state, "--memory %s: it is one of sc, tso, pso", arg);
		request->explore.memory = (enum control_memory)vocab_find(&memory_vocab, arg);
		return 0;
	case KEY_KILL:
		request->explore.strike = arg;
		request->explore.signal = SIGKILL;
		return 0;
	case KEY_SIGNAL:
		request->explore.signal = signal_from_name(arg);
		return request->explore.signal > 0
			       ? 0
			       : arg_refuse(state, "--signal %s: it is no signal", arg);
	case KEY_ACCESSES:
		request->explore.tells_accesses = true;
		return 0;
	case KEY_WITHIN:
		return add_within(arg, state, &request->explore.within);
	case KEY_ALL_POINTS:
		request->explore.all_points = true;
		return 0;
	case KEY_UNMODIFIED:
		request->explore.is_unmodified = true;
		return 0;
	case KEY_OUT:
		request->out = arg;
		return 0;
	case KEY_OF:
		request->explore.strike = arg;
		return 0;
	case KEY_LINES:
		request->explore.lines = true;
		return 0;
	case KEY_SCHEDULE:
		if (!trail_parse(arg, &request->trail))
			return arg_refuse(state, "--schedule %s: it is STEP:FLOW,STEP:FLOW/STEPS",
					  arg);
		request->explore.trail = &request->trail;
		return 0;
	case KEY_STRATEGY:
		return parse_strategy(arg, state, &request->explore.strategy);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {{&run_options_argp, 0, "How to find and run them:", 1},
					     {NULL, 0, NULL, 0}};

const struct argp explore_argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "FILE...\n-- COMMAND [ARGUMENT...]",
	.doc = "Run programs of `ipcfault cc` by turns, in one schedule after the other, until one "
	       "shows a bug.\vExit status: 0 none was found; 1 a bug; 2 bad usage; 3 it could not "
	       "be explored.\n",
	.children = children,
};

/* What was found is a file of its own, and that is how to see it again. */
static void write_found(void *ctx, const struct run_case *c, struct case_result *result)
{
	struct explore_request *request = ctx;
	cleanup_free char *path = NULL, *quoted = NULL;
	struct err err = ERR_INIT;

	if (!result->explore.schedule || !result->finding_count || stepped_is_wanted(c))
		return;
	if (found_write(c, result, request->out, request->written + 1, &path, &err)) {
		command_error(request->env, err.text, EXIT_INCONCLUSIVE);
		request->is_unwritten = true;
		return;
	}
	request->written++;
	quoted = shell_quoted(path);
	result->reproduce = quoted ? mem_printf("ipcfault replay %s", quoted) : NULL;
}

/* The command as a shell takes it; NULL when memory is short. */
static char *command_text(char *const *argv)
{
	char *text = mem_strdup("");

	for (; text && *argv; argv++) {
		cleanup_free char *before = text, *word = shell_quoted(*argv);

		text = word ? mem_printf("%s%s%s", before, *before ? " " : "", word) : NULL;
	}
	return text;
}

static int explore_command_line(const struct cli_env *env, struct explore_request *request,
				struct run_request *run)
{
	struct sweep_base base;
	int code, rc = base_of_command(request->command, NULL, &base);

	if (rc)
		return command_error(env, strerror(-rc), EXIT_INCONCLUSIVE);
	free(base.own->title);
	base.own->title = command_text(request->command);
	if (!base.own->title) {
		base_release(&base);
		return command_error(env, "out of memory", EXIT_INCONCLUSIVE);
	}
	base.own->expect.survives = SURVIVAL_NONE;
	base.own->file[0] = '\0';
	run->scenario = base.own;
	code = run_request(env, run);
	base_release(&base);
	return code;
}

/* A schedule says so itself. */
static void join_unmodified(struct explore_request *request)
{
	if (!request->explore.trail)
		return;
	request->explore.is_unmodified |= request->trail.is_unmodified;
	request->trail.is_unmodified = request->explore.is_unmodified;
}

static int check_request(const struct cli_env *env, struct explore_request *request)
{
	const struct run_options *run = &request->run;

	join_unmodified(request);
	if (request->command && run->files.count)
		return usage_error(env, "either files or a command behind `--`, not both");
	if (!request->command && !run->files.count)
		return usage_error(
			env, "nothing to explore: ipcfault explore FILE, or explore -- COMMAND");
	if (!request->explore.strike != !request->explore.signal)
		return usage_error(env, "--signal SIG and --of NAME go together");
	if (request->explore.within.count && !request->explore.strike)
		return usage_error(
			env, "--within FUNCTION needs --kill NAME, or --signal SIG --of NAME");
	if (request->explore.within.count && request->explore.is_unmodified)
		return usage_error(env, "--within needs no --unmodified: programs run as they are");
	if (request->explore.is_unmodified && request->explore.memory != CONTROL_SC)
		return usage_error(env,
				   "--memory needs programs of `ipcfault cc`: --unmodified is sc");
	if (request->explore.is_unmodified && request->explore.strategy == CONTROL_RF)
		return usage_error(env, "--strategy rf needs programs of `ipcfault cc`: the next "
					"access is not known with --unmodified");
	if (request->explore.is_unmodified && request->explore.signal &&
	    request->explore.signal != SIGKILL)
		return usage_error(env,
				   "--signal needs programs of `ipcfault cc`; with --unmodified "
				   "there is --kill");
	if (request->explore.is_unmodified && run->gdb)
		return usage_error(env, "--gdb needs programs of `ipcfault cc`, not --unmodified");
	if (run->keep || run->timeout_ns)
		return usage_error(env, "--keep and --timeout mean nothing for explore");
	if (request->out && mkdir(request->out, 0777) && errno != EEXIST) {
		struct err err = ERR_INIT;

		err_errno(&err, -errno, "--out %s", request->out);
		return command_error(env, err.text, EXIT_INCONCLUSIVE);
	}
	return EXIT_PASSED;
}

/* What stands behind `--` is the command. */
static int split(int argc, char **argv, struct explore_request *request)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--") == 0) {
			request->command = i + 1 < argc ? argv + i + 1 : NULL;
			return i;
		}
	return argc;
}

int explore_command(const struct cli_env *env, int argc, char **argv)
{
	struct explore_request request = {
		.explore = {.schedules = SCHEDULES, .budget_ns = BUDGET_NS, .strategy = -1},
		.env = env};
	struct run_request run = {
		.options = &request.run, .explore = &request.explore, .ctx = &request};
	struct err err = ERR_INIT;
	int code, own = split(argc, argv, &request);

	if (arg_parse(&explore_argp, 0, own, argv, &request, &err) < 0)
		code = usage_error(env, err.text);
	else
		code = check_request(env, &request);
	run.done = request.out ? write_found : NULL;
	if (code == EXIT_PASSED)
		code = request.command ? explore_command_line(env, &request, &run)
				       : run_request(env, &run);
	run_options_release(&request.run);
	free(request.explore.within.items);
	return code == EXIT_PASSED && request.is_unwritten ? EXIT_INCONCLUSIVE : code;
}
