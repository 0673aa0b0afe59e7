/*
 * ipcfault cc: a compiler whose programs tell the runtime what they do in shared memory.
 */
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "cli/command.h"
#include "instrument/plan.h"

extern char **environ;

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

/* How many arguments were ours. */
static int read_own(const struct cli_env *env, int argc, char **argv, const char **ret_compiler)
{
	*ret_compiler = default_compiler(env);
	if (argc > 2 && strcmp(argv[1], "--cc") == 0) {
		*ret_compiler = argv[2];
		return 2;
	}
	if (argc > 1 && strncmp(argv[1], "--cc=", strlen("--cc=")) == 0) {
		*ret_compiler = argv[1] + strlen("--cc=");
		return 1;
	}
	return 0;
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

static void remove_scratch(const char *scratch, size_t objects)
{
	for (size_t i = 0; i < objects; i++) {
		cleanup_free char *object = mem_printf("%s/%zu.o", scratch, i);

		if (object)
			unlink(object);
	}
	rmdir(scratch);
}

static int compile(const struct cli_env *env, const struct compiler *compiler, char **args,
		   const char *runtime, int *ret_status, struct err *err)
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
		rc = run_plan(&plan, ret_status, err);
		remove_scratch(scratch, plan.objects);
		plan_release(&plan);
	} else {
		rmdir(scratch);
	}
	return rc;
}

int cc_command(const struct cli_env *env, int argc, char **argv)
{
	cleanup_free char *runtime = compiler_runtime();
	const char *command;
	int own = read_own(env, argc, argv, &command), status = 0, rc;
	struct compiler compiler;
	struct err err = ERR_INIT;

	if (argc - own < 2)
		return usage_error(env, "cc: what is to be compiled?");
	if (!runtime)
		return command_error(env, "cc: libipcfault_rt.a is not beside the program",
				     EXIT_INCONCLUSIVE);
	if (compiler_init(&compiler, command, &err) < 0)
		return command_error(env, err.text, EXIT_INCONCLUSIVE);
	rc = compile(env, &compiler, argv + 1 + own, runtime, &status, &err);
	compiler_release(&compiler);
	return rc ? command_error(env, err.text, EXIT_INCONCLUSIVE) : status;
}
