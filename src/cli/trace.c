/*
 * ipcfault trace: run a command and print the IPC calls that it makes, to
 * find out where a fault could strike.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "cli/command.h"
#include "cli/sites.h"
#include "scenario/values.h"
#include "sys/syscalls.h"

enum trace_key { KEY_CALLS = 256, KEY_STACKS, KEY_ALL, KEY_TIMEOUT, KEY_SITES };

struct trace_request {
	struct trace_options trace;
	bool *wanted; /* of each call; NULL = the default */
	int *calls;
	const char *output; /* file, NULL = standard error */
	bool sites;
};

static const struct argp_option options[] = {
	{"calls", KEY_CALLS, "LIST", 0,
	 "These calls or families, separated by commas (default: any-ipc)", 0},
	{"stacks", KEY_STACKS, NULL, 0, "With the call stack of each call", 0},
	{"all", KEY_ALL, NULL, 0, "Also the calls of the dynamic loader", 0},
	{"sites", KEY_SITES, NULL, 0,
	 "Not each call, but a table of the places that make them, as a sweep records it", 0},
	{"timeout", KEY_TIMEOUT, "D", 0, "End the command after this time: 250ms, 2s, 1m", 0},
	{NULL, 'o', "FILE", 0, "Write there instead of to standard error", 0},
	{NULL, 0, NULL, 0, NULL, 0},
};

#define WORD_CALLS_MAX 16 /* calls that one function of C can make */

/* One name of a list: a call, or all of a family. */
static error_t want(struct argp_state *state, bool *wanted, const char *name)
{
	unsigned family = call_family_from_name(name);
	int ids[WORD_CALLS_MAX];
	size_t found = syscall_ids_from_word(name, ids, WORD_CALLS_MAX);
	const char *near;
	size_t count;

	if (!family && !found) {
		const char *const *words = syscall_words(&count);

		near = nearest_word(name, words, count);
		return arg_refuse(state, "--calls %s: no such call or family%s%s%s", name,
				  near ? "; did you mean `" : "", near ? near : "",
				  near ? "`?" : "");
	}
	for (size_t i = 0; i < syscall_count(); i++)
		wanted[i] |= (syscall_get((int)i)->families & family) != 0;
	for (size_t i = 0; !family && i < found && i < WORD_CALLS_MAX; i++)
		wanted[ids[i]] = true;
	return 0;
}

static error_t parse_calls(struct argp_state *state, struct trace_request *request,
			   const char *list)
{
	cleanup_free char *copy = mem_strdup(list);
	char *rest = copy, *name;
	error_t r = 0;

	if (!request->wanted)
		request->wanted = mem_zalloc(syscall_count() * sizeof(bool));
	if (!copy || !request->wanted)
		return arg_refuse(state, "out of memory");
	while (r == 0 && (name = strsep(&rest, ",")))
		r = want(state, request->wanted, name);
	return r;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct trace_request *request = arg_options(state);
	const char *needed;

	switch (key) {
	case KEY_CALLS:
		return parse_calls(state, request, arg);
	case KEY_STACKS:
		request->trace.stacks = true;
		return 0;
	case KEY_ALL:
		request->trace.all = true;
		return 0;
	case KEY_SITES:
		request->sites = true;
		return 0;
	case KEY_TIMEOUT:
		needed = parse_duration(arg, &request->trace.timeout_ns);
		return needed ? arg_refuse(state, "--timeout %s: it needs %s", arg, needed) : 0;
	case 'o':
		request->output = arg;
		return 0;
	case ARGP_KEY_ARG: /* the command begins: the rest is its own */
		request->trace.argv = state->argv + state->next - 1;
		state->next = state->argc;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp trace_argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "-- COMMAND [ARGUMENT...]",
	.doc = "Run a command and print the IPC calls that it and its children make.\vThe exit "
	       "status is that of the command, or 128 and the signal that it died of.\n",
};

static int collect_calls(struct trace_request *request)
{
	size_t count = 0;

	if (!request->wanted)
		return 0;
	request->calls = mem_zalloc(syscall_count() * sizeof(int));
	if (!request->calls)
		return -ENOMEM;
	for (size_t i = 0; i < syscall_count(); i++)
		if (request->wanted[i])
			request->calls[count++] = (int)i;
	request->trace.calls = request->calls;
	request->trace.call_count = count;
	return 0;
}

static int trace_to(const struct cli_env *env, struct trace_request *request, FILE *out)
{
	struct err err = ERR_INIT;
	int status = EXIT_INCONCLUSIVE;

	request->trace.out = out;
	if (collect_calls(request) < 0)
		err_errno(&err, -ENOMEM, "trace");
	else if (request->sites && sites_run(env, &request->trace, &status, &err) == 0)
		return status;
	else if (!request->sites && env->trace_run(&request->trace, &status, &err) == 0)
		return status;
	return command_error(env, err.text, EXIT_INCONCLUSIVE);
}

static int trace_with(const struct cli_env *env, struct trace_request *request)
{
	cleanup_fclose FILE *file = NULL;
	struct err err = ERR_INIT;

	if (!request->trace.argv)
		return usage_error(env, "nothing to trace: ipcfault trace -- COMMAND");
	if (request->sites && (request->wanted || request->trace.stacks || request->trace.all))
		return usage_error(env,
				   "--sites is a table of its own: --calls, --stacks and --all "
				   "do not go with it");
	if (request->output) {
		file = fopen(request->output, "we");
		if (!file) {
			err_errno(&err, -errno, "%s", request->output);
			return command_error(env, err.text, EXIT_INCONCLUSIVE);
		}
	}
	return trace_to(env, request, file ? file : env->err);
}

int trace_command(const struct cli_env *env, int argc, char **argv)
{
	struct trace_request request = {0};
	struct err err = ERR_INIT;
	int code;

	if (arg_parse(&trace_argp, ARGP_IN_ORDER, argc, argv, &request, &err) < 0)
		code = usage_error(env, err.text);
	else
		code = trace_with(env, &request);
	free(request.wanted);
	free(request.calls);
	return code;
}
