/*
 * ipcfault cc: a compiler whose programs tell the runtime what they do in shared memory.
 */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "cli/command.h"
#include "compile/steps.h"
#include "instrument/plan.h"

/* NOLINTNEXTLINE(readability-non-const-parameter): argp_parser_t has it so */
static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	(void)key;
	(void)arg;
	(void)state;
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option options[] = {
	{"cc", 1, "COMPILER", 0, "instead of $CC or gcc; stands before the compiler's arguments",
	 0},
	{"plain", 2, NULL, 0, "as the compiler does it, without the runtime", 0},
	{"cache", 3, "FOLDER", 0, "what was compiled there before is taken from it", 0},
	{"root", 4, "FOLDER", 0, "what is compiled below it is the same below another", 0},
	{"for", 5, "FILE", 0, "the source that --with is for, instead of all", 0},
	{"with", 6, "FLAG", 0, "one more flag for compiling", 0},
	{0},
};

const struct argp cc_argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "COMPILER-ARGUMENT...",
	.doc = "Compile and link as gcc or clang does, with the runtime that knows the accesses to "
	       "shared memory: make CC='ipcfault cc'.",
};

/* A make that was told CC='ipcfault cc' puts it into our environment. */
static bool is_ourselves(const char *command)
{
	size_t len = strcspn(command, " \t");
	const char *start = memrchr(command, '/', len);

	start = start ? start + 1 : command;
	return strncmp(start, "ipcfault", (size_t)(command + len - start)) == 0;
}

static const char *default_compiler(const struct cli_env *env)
{
	const char *cc = env->getenv("CC");

	return cc && *cc && !is_ourselves(cc) ? cc : "gcc";
}

struct own {
	const char *compiler, *cache, *root, *source;
	bool is_plain;
	const char **with; /* NULL at the end, or NULL */
	size_t with_count;
	int count; /* of arguments that were ours */
};

static const char *value_of(const char *arg, const char *option)
{
	size_t len = strlen(option);

	return strncmp(arg, option, len) == 0 ? arg + len : NULL;
}

static int add_flag(struct own *own, const char *flag)
{
	if (!own->with && !mem_append(&own->with, &own->with_count, sizeof(*own->with)))
		return -ENOMEM;
	if (!mem_append(&own->with, &own->with_count, sizeof(*own->with)))
		return -ENOMEM;
	own->with[own->with_count - 2] = flag;
	return 0;
}

/* 1: it was one of ours. */
static int read_one(struct own *own, const char *arg)
{
	const struct {
		const char *option, **ret_value;
	} rows[] = {{"--cc=", &own->compiler},
		    {"--cache=", &own->cache},
		    {"--root=", &own->root},
		    {"--for=", &own->source}};

	if (strcmp(arg, "--plain") == 0) {
		own->is_plain = true;
		return 1;
	}
	if (value_of(arg, "--with="))
		return add_flag(own, value_of(arg, "--with=")) ? -ENOMEM : 1;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (value_of(arg, rows[i].option)) {
			*rows[i].ret_value = value_of(arg, rows[i].option);
			return 1;
		}
	return 0;
}

/* They stand in front of the compiler's. */
static int read_own(const struct cli_env *env, int argc, char **argv, struct own *ret)
{
	struct own own = {.compiler = default_compiler(env)};
	int rc = 1;

	while (rc == 1 && own.count + 1 < argc) {
		const char *arg = argv[own.count + 1];

		if (strcmp(arg, "--cc") == 0 && own.count + 2 < argc) {
			own.compiler = argv[own.count + 2];
			own.count += 2;
			continue;
		}
		rc = read_one(&own, arg);
		own.count += rc == 1;
	}
	*ret = own;
	return rc < 0 ? rc : 0;
}

static int run(char *const *argv, int *ret_status, struct err *err)
{
	pid_t pid;
	int rc = -posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ), status;

	if (rc)
		return err_errno(err, rc, "%s", argv[0]);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_errno(err, -errno, "%s", argv[0]);
	*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return 0;
}

static int run_plan(const struct plan *plan, int *ret_status, struct err *err)
{
	int rc = 0;

	*ret_status = 0;
	for (size_t i = 0; !rc && *ret_status == 0 && i < plan->count; i++)
		rc = run(plan->commands[i].argv, ret_status, err);
	return rc;
}

/* What was said before is said again.  -EOPNOTSUPP: it is to be run as it is. */
static int run_object(const struct cli_env *env, const struct steps *steps,
		      struct plan_command *command, int *ret_status, struct err *err)
{
	struct deps deps = {0};
	cleanup_free char *said = NULL;
	int rc = steps_object(steps, command, &deps, &said, err);

	deps_release(&deps);
	if (said)
		fputs(said, env->err);
	if (!rc || rc == -ENOEXEC)
		*ret_status = rc ? 1 : 0;
	return rc == -ENOEXEC ? 0 : rc;
}

static int run_cached(const struct cli_env *env, const struct own *own, struct plan *plan,
		      int *ret_status, struct err *err)
{
	const struct steps steps = {.cache = own->cache,
				    .root = own->root,
				    .extra = own->with,
				    .extra_for = own->source};
	int rc = 0;

	for (size_t i = 0; !rc && *ret_status == 0 && i < plan->count; i++) {
		rc = run_object(env, &steps, &plan->commands[i], ret_status, err);
		if (rc == -EOPNOTSUPP)
			rc = run(plan->commands[i].argv, ret_status, err);
	}
	return rc;
}

static void remove_scratch(const char *scratch, size_t objects)
{
	for (size_t i = 0; i < objects; i++) {
		cleanup_free char *object = mem_printf("%s/%zu.o", scratch, i);

		if (object)
			unlink(object);
	}
	rmdir(scratch);
}

static int compile(const struct cli_env *env, const struct own *own,
		   const struct compiler *compiler, char **args, const char *runtime,
		   int *ret_status, struct err *err)
{
	const char *tmp = env->getenv("TMPDIR");
	cleanup_free char *scratch =
		mem_printf("%s/ipcfault-cc.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	struct plan_input input = {compiler, args, runtime, scratch};
	struct plan plan;
	int rc;

	if (!scratch || !mkdtemp(scratch))
		return err_errno(err, scratch ? -errno : -ENOMEM, "temporary folder");
	rc = plan_make(&plan, &input, err);
	if (!rc) {
		rc = own->cache ? run_cached(env, own, &plan, ret_status, err)
				: run_plan(&plan, ret_status, err);
		remove_scratch(scratch, plan.objects);
		plan_release(&plan);
	} else {
		rmdir(scratch);
	}
	return rc;
}

int cc_command(const struct cli_env *env, int argc, char **argv)
{
	cleanup_free char *runtime = NULL;
	struct compiler compiler;
	struct err err = ERR_INIT;
	struct own own;
	int status = 0, rc = read_own(env, argc, argv, &own);

	runtime = rc || own.is_plain ? NULL : compiler_runtime();
	if (!rc && argc - own.count < 2)
		status = usage_error(env, "cc: what is to be compiled?");
	else if (!rc && !runtime && !own.is_plain)
		status = command_error(env, "cc: libipcfault_rt.a is not beside the program",
				       EXIT_INCONCLUSIVE);
	else if (rc || compiler_init(&compiler, own.compiler, &err) < 0)
		status = command_error(env, rc ? "cc: out of memory" : err.text, EXIT_INCONCLUSIVE);
	else {
		rc = compile(env, &own, &compiler, argv + 1 + own.count, runtime, &status, &err);
		compiler_release(&compiler);
		if (rc)
			status = command_error(env, err.text, EXIT_INCONCLUSIVE);
	}
	free(own.with);
	return status;
}
