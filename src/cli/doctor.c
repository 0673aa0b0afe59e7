/*
 * ipcfault doctor: what works on this machine.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "cli/command.h"
#include "cli/harness_dir.h"

/* What a probe came to. */
struct finding_text {
	bool works;
	char text[160]; /* what was found, or why it does not work */
};

typedef void probe_fn(const struct cli_env *env, struct finding_text *ret);

static void say(struct finding_text *ret, bool works, const char *text)
{
	ret->works = works;
	snprintf(ret->text, sizeof(ret->text), "%s", text);
}

static void probe_kernel(const struct cli_env *env, struct finding_text *ret)
{
	struct utsname name;

	(void)env;
	if (uname(&name) < 0) {
		say(ret, false, strerror(errno));
		return;
	}
	ret->works = strcmp(name.machine, "x86_64") == 0 || strcmp(name.machine, "aarch64") == 0;
	snprintf(ret->text, sizeof(ret->text), "%.60s %.60s", name.release, name.machine);
}

static void probe_processors(const struct cli_env *env, struct finding_text *ret)
{
	cpu_set_t set;

	(void)env;
	ret->works = sched_getaffinity(0, sizeof(set), &set) == 0;
	snprintf(ret->text, sizeof(ret->text), "%d", ret->works ? CPU_COUNT(&set) : 0);
}

static void probe_harness(const struct cli_env *env, struct finding_text *ret)
{
	cleanup_free char *path = harness_dir_find(env);

	say(ret, path && access(path, X_OK) == 0,
	    path ? path : "not found; IPCFAULT_HARNESS can name the folder");
}

/* Is @name in a folder of $PATH? */
static void find_program(const struct cli_env *env, const char *name, struct finding_text *ret)
{
	const char *path = env->getenv("PATH");
	cleanup_free char *copy = mem_strdup(path ? path : "/usr/bin:/bin");
	char *rest = copy, *folder;

	while (copy && (folder = strsep(&rest, ":"))) {
		cleanup_free char *file = mem_printf("%s/%s", folder, name);

		if (file && access(file, X_OK) == 0) {
			say(ret, true, file);
			return;
		}
	}
	say(ret, false, "not installed");
}

static void probe_valgrind(const struct cli_env *env, struct finding_text *ret)
{
	find_program(env, "valgrind", ret);
}

static void probe_gdb(const struct cli_env *env, struct finding_text *ret)
{
	find_program(env, "gdb", ret);
}

/* clang-format off */
static const struct probe_row {
	const char *name;
	probe_fn *probe;
	const char *needed_for;
	bool vital; /* nothing runs without it */
} rows[] = {
	{ "kernel",           probe_kernel,     "everything: Linux on x86_64 or aarch64", true },
	{ "processors",       probe_processors, "-j", false },
	{ "bundled programs", probe_harness,    "${harness} in scenarios", false },
	{ "valgrind",         probe_valgrind,   "under: memcheck", false },
	{ "gdb",              probe_gdb,        "--gdb", false },
};
/* clang-format on */

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	return arg_refuse(state, "doctor takes no argument: %s", arg);
}

const struct argp doctor_argp = {
	.parser = parse_option,
	.doc = "Try out what works on this machine and say what that is needed for.\vThe exit "
	       "status is 0 when scenarios can run, else 3.",
};

int doctor_command(const struct cli_env *env, int argc, char **argv)
{
	struct err err = ERR_INIT;
	bool can_run = true;

	if (arg_parse(&doctor_argp, 0, argc, argv, NULL, &err) < 0)
		return usage_error(env, err.text);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct finding_text found = {0};

		rows[i].probe(env, &found);
		can_run &= found.works || !rows[i].vital;
		fprintf(env->out, "%-4s %-18s %s\n", found.works ? "ok" : "NO", rows[i].name,
			found.text);
		if (!found.works)
			fprintf(env->out, "     needed for %s\n", rows[i].needed_for);
	}
	fputs(can_run ? "Scenarios can run here.\n" : "Scenarios cannot run here.\n", env->out);
	return can_run ? EXIT_PASSED : EXIT_INCONCLUSIVE;
}
