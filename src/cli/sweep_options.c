#include "cli/sweep_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "cli/command.h"
#include "scenario/values.h"

enum sweep_key {
	KEY_OUT = 512,
	KEY_EXHAUSTIVE,
	KEY_BUDGET,
	KEY_STDIN,
	KEY_BASELINE,
	KEY_UPDATE_BASELINE,
	KEY_MIN_SCORE,
	KEY_RESUME,
	KEY_SINCE,
	KEY_UNDER,
};

/* clang-format off */
static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What to try:", -2 },
	{ "out",        KEY_OUT,        "DIR",  0, "Write a scenario for each bug into this folder", -2 },
	{ "exhaustive", KEY_EXHAUSTIVE, NULL,   0, "Every occurrence of each call and every error, not a choice of them", -2 },
	{ "budget",     KEY_BUDGET,     "D",    0, "Stop trying after this time: 30s, 5m; the most promising places come first", -2 },
	{ "since",      KEY_SINCE,      "REV",  0, "Only places in source files that differ from this commit of git", -2 },
	{ "under",      KEY_UNDER,      "memcheck", 0, "Run what was found once more under valgrind, and tell the memory errors behind it", -2 },
	{ "resume",     KEY_RESUME,     "FILE", OPTION_ARG_OPTIONAL, "Go on where an earlier sweep ended; what was tried is in FILE, or in the folder of --out", -2 },
	{ "stdin",      KEY_STDIN,      "FILE", 0, "Standard input of the command (default: /dev/null)", -2 },
	{ NULL, 0, NULL, 0, "What is good enough:", -1 },
	{ "baseline",   KEY_BASELINE,   "FILE", 0, "Findings that are known do not fail; those that are new do", -1 },
	{ "update-baseline", KEY_UPDATE_BASELINE, NULL, 0, "Enter the new findings into the file of --baseline, remove those that are mended, and do not fail", -1 },
	{ "min-score",  KEY_MIN_SCORE, "SHARE", 0, "Fail when less than this share of the places is survived: 0.95 or 95%", -1 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};
/* clang-format on */

/* "0.95" or "95%", from 0 to 1; false: it is not. */
static bool parse_share(const char *text, double *ret_share)
{
	char *end;
	double share;

	if (text[strspn(text, "0123456789.%")] || !*text)
		return false;
	errno = 0;
	share = strtod(text, &end);
	if (errno || end == text || (*end && strcmp(end, "%") != 0))
		return false;
	share /= *end ? 100.0 : 1.0;
	if (share > 1.0)
		return false;
	*ret_share = share;
	return true;
}

static error_t parse_gate(int key, char *arg, struct argp_state *state,
			  struct sweep_request *request)
{
	switch (key) {
	case KEY_BASELINE:
		request->baseline = arg;
		return 0;
	case KEY_UPDATE_BASELINE:
		request->update_baseline = true;
		return 0;
	case KEY_MIN_SCORE:
		request->min_score_given = true;
		if (parse_share(arg, &request->min_score))
			return 0;
		return arg_refuse(state, "--min-score %s: it needs a share such as 0.95 or 95%%",
				  arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

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
	case KEY_RESUME:
		request->resume = true;
		free(request->state);
		request->state = arg ? mem_strdup(arg) : NULL;
		return arg && !request->state ? arg_refuse(state, "out of memory") : 0;
	case KEY_UNDER:
		request->memcheck = strcmp(arg, "memcheck") == 0;
		return request->memcheck ? 0 : arg_refuse(state, "--under %s: only memcheck", arg);
	case KEY_SINCE:
		request->since = arg;
		return 0;
	case KEY_STDIN:
		request->input = arg;
		return 0;
	default:
		return parse_gate(key, arg, state, request);
	}
}

static const struct argp_child children[] = {{&run_options_argp, 0, "How to find and run them:", 1},
					     {NULL, 0, NULL, 0}};

const struct argp sweep_argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "FILE...\n-- COMMAND [ARGUMENT...]",
	.doc = "Try a fault at every place where Linux could interfere, and report what the "
	       "program does not survive.\vExit status: 0 nothing was found; 1 a bug that is not "
	       "in the baseline, or a score that is too low; 2 bad usage; 3 it could not be "
	       "swept.\n",
	.children = children,
};

/* What a job scheduler says is no secret: the other parts are somewhere else. */
static int find_shard(const struct cli_env *env, struct sweep_request *request)
{
	struct shard *shard = &request->run.shard;
	cleanup_free char *text = NULL;
	struct err err = ERR_INIT;

	if (shard->count)
		return EXIT_PASSED;
	if (shard_from_environment(env->getenv, shard, &err))
		return usage_error(env, err.text);
	if (shard->count <= 1)
		return EXIT_PASSED;
	text = mem_printf("part %zu of %zu, as %s says; --shard 1/1 is all of it", shard->index,
			  shard->count, shard->from);
	return command_error(env, text ? text : "out of memory", EXIT_PASSED);
}

/* Parts may share a folder. */
static int name_state(struct sweep_request *request)
{
	const struct shard *shard = &request->run.shard;

	request->state = shard->count > 1 ? mem_printf("%s/sweep-%zu-of-%zu.state", request->out,
						       shard->index, shard->count)
					  : mem_printf("%s/sweep.state", request->out);
	return request->state ? 0 : -ENOMEM;
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
	if (request->resume && !request->out && !request->state)
		return usage_error(env, "--resume: from where? --resume=FILE, or --out DIR, where "
					"the state is, too");
	if (request->update_baseline && !request->baseline)
		return usage_error(env, "--update-baseline: which one? --baseline FILE");
	if (request->update_baseline && run->shard.count > 1)
		return usage_error(env, "--update-baseline needs all of the work: one part does "
					"not know what the others have found");
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
	if (request->out && !request->state && name_state(request))
		return command_error(env, "out of memory", EXIT_INCONCLUSIVE);
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

int sweep_request_parse(const struct cli_env *env, int argc, char **argv,
			struct sweep_request *request)
{
	struct err err = ERR_INIT;
	int code, own = split(argc, argv, request);

	if (arg_parse(&sweep_argp, 0, own, argv, request, &err) < 0)
		return usage_error(env, err.text);
	code = find_shard(env, request);
	return code == EXIT_PASSED ? check_request(env, request) : code;
}

void sweep_request_release(struct sweep_request *request)
{
	run_options_release(&request->run);
	free(request->state);
}
