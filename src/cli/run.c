/*
 * ipcfault run: read everything, say all that is wrong, then run the cases.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "cli/cache.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/harness_dir.h"
#include "cli/interrupt.h"
#include "cli/recorded.h"
#include "cli/run.h"
#include "cli/select.h"
#include "cli/session.h"
#include "instrument/compiler.h"
#include "model/result.h"

unsigned run_processors(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return count > 0 ? (unsigned)count : 1;
}

/* The session, and who is told before it. */
struct listeners {
	struct session *session;
	const struct run_request *request;
};

static void on_started(void *ctx, const struct run_case *c)
{
	const struct listeners *listeners = ctx;

	session_started(listeners->session, c);
}

static void on_done(void *ctx, const struct run_case *c, struct case_result *result)
{
	const struct listeners *listeners = ctx;

	if (listeners->request->done)
		listeners->request->done(listeners->request->ctx, c, result);
	session_done(listeners->session, c, result);
}

static void on_second_signal(void *ctx)
{
	session_abandon(ctx);
}

static int run_cases(const struct cli_env *env, const struct run_request *request,
		     const char *harness, const struct selection *selection,
		     struct session *session)
{
	const struct run_options *options = request->options;
	struct listeners listeners = {session, request};
	cleanup_free char *ipcfault = compiler_program();
	struct cache cache = {.folder = NULL};
	struct pool_options pool = {
		.jobs = options->jobs  ? options->jobs
			: options->gdb ? 1
				       : run_processors(),
		.fail_fast = options->fail_fast,
		.keep = options->keep,
		.gdb = options->gdb,
		.timeout_ns = options->timeout_ns,
		.harness_dir = harness,
		.ipcfault = ipcfault,
		.verbosity = options->verbosity,
	};
	struct pool_events events = {.started = on_started, .done = on_done, .ctx = &listeners};
	struct err err = ERR_INIT;
	int r, code;

	r = interrupt_catch(env->pool_stop, on_second_signal, session, &err);
	if (r == 0)
		r = cache_init(&cache, selection, &err);
	pool.cache_dir = cache.folder;
	for (size_t i = 0; i < selection->count; i++)
		selection->cases[i].brief =
			!selection->cases[i].explore && !session_tells_passes(session);
	if (r == 0)
		r = env->pool_run(selection->cases, selection->count, &pool, &events, &err);
	code = session_end(session, interrupt_signal() != 0);
	interrupt_release();
	cache_release(&cache);
	if (interrupt_signal())
		return 128 + interrupt_signal();
	if (r < 0)
		return command_error(env, err.text,
				     code == EXIT_FINDING ? code : EXIT_INCONCLUSIVE);
	return code;
}

static int run_selection(const struct cli_env *env, const struct run_request *request,
			 const char *harness, const struct selection *selection)
{
	const struct run_options *options = request->options;
	struct session *session = NULL;
	struct err err = ERR_INIT;
	int code;

	if (!selection->count && options->shard.count <= 1) {
		err_set(&err, -ENOENT, "no case matches --filter, --tag, --case and --role");
		return command_error(env, err.text, EXIT_USAGE);
	}
	if (session_new(env, options, selection, &session, &err) < 0)
		return command_error(env, err.text,
				     err.code == -EINVAL ? EXIT_USAGE : EXIT_INCONCLUSIVE);
	code = run_cases(env, request, harness, selection, session);
	session_free(session);
	return code;
}

/* The scenarios of all files in one array of pointers; NULL when memory is short. */
static struct scenario **all_scenarios(const struct file_set *set, size_t *ret_count)
{
	struct scenario **all;
	size_t count = 0;

	for (size_t i = 0; i < set->count; i++)
		count += set->files[i].count;
	all = mem_zalloc((count + 1) * sizeof(struct scenario *));
	if (!all)
		return NULL;
	*ret_count = 0;
	for (size_t i = 0; i < set->count; i++)
		for (size_t k = 0; k < set->files[i].count; k++)
			all[(*ret_count)++] = set->files[i].scenarios[k];
	return all;
}

static int run_scenarios(const struct cli_env *env, const struct run_request *request,
			 const char *harness, struct scenario *const *scenarios, size_t count)
{
	struct selection selection = {0};
	struct recorded *recorded = NULL;
	struct err err = ERR_INIT;
	int code, r = selection_make(scenarios, count, request->options, &selection);

	for (size_t i = 0; i < selection.count; i++)
		selection.cases[i].explore = request->explore;
	if (r < 0) {
		err_errno(&err, r, "choosing the cases");
		code = command_error(env, err.text, EXIT_INCONCLUSIVE);
	} else if (recorded_attach(&selection, request->options, &recorded, &err) < 0) {
		code = command_error(env, err.text,
				     err.code == -ENOMEM ? EXIT_INCONCLUSIVE : EXIT_USAGE);
	} else {
		code = run_selection(env, request, harness, &selection);
	}
	recorded_free(recorded);
	selection_release(&selection);
	return code;
}

static int run_set(const struct cli_env *env, const struct run_request *request,
		   const char *harness, const struct file_set *set)
{
	cleanup_free struct scenario **all = NULL;
	size_t count = 0;

	if (set->problems) {
		fprintf(env->err, "ipcfault: %zu problem%s; nothing was run\n", set->problems,
			set->problems == 1 ? "" : "s");
		return EXIT_USAGE;
	}
	all = all_scenarios(set, &count);
	return all ? run_scenarios(env, request, harness, all, count)
		   : command_error(env, "out of memory", EXIT_INCONCLUSIVE);
}

int run_request(const struct cli_env *env, const struct run_request *request)
{
	cleanup_free char *harness = harness_dir_find(env);
	struct err err = ERR_INIT;
	struct file_set set;
	int code;

	if (request->scenario)
		return run_scenarios(env, request, harness, &request->scenario, 1);
	if (!request->options->files.count)
		return usage_error(env, "nothing to run: name scenario files or a folder");
	if (file_set_read(env, request->options, harness, &set, &err) < 0)
		return command_error(env, err.text, EXIT_INCONCLUSIVE);
	code = run_set(env, request, harness, &set);
	file_set_release(&set);
	return code;
}

int run_with(const struct cli_env *env, const struct run_options *options)
{
	const struct run_request request = {.options = options};

	return run_request(env, &request);
}

int run_command(const struct cli_env *env, int argc, char **argv)
{
	struct run_options options;
	struct err err = ERR_INIT;
	int code;

	if (run_options_parse(argc, argv, &options, &err) < 0)
		return usage_error(env, err.text);
	code = run_with(env, &options);
	run_options_release(&options);
	return code;
}
