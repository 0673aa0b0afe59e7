/*
 * ipcfault doctor: what works on this machine.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "cli/command.h"
#include "cli/harness_dir.h"
#include "report/text.h"
#include "sys/probe.h"
#include "sys/restart_probe.h"

/* What it is for, and what was found or why it does not work. */
static void print_row(FILE *out, bool works, const char *name, const char *why, const char *text)
{
	fprintf(out, "%s  %-21s %s", works ? "ok" : "NO", name, why);
	if (*text) {
		fputs(" (", out);
		text_print(out, text);
		putc(')', out);
	}
	putc('\n', out);
}

/* The only thing that depends on where the program is, and not on the machine. */
static void check_harness(const struct cli_env *env)
{
	cleanup_free char *path = harness_dir_find(env);
	bool works = path && access(path, X_OK) == 0;

	print_row(env->out, works, "bundled-programs", "${harness} in scenarios",
		  path ? path : "not found; $IPCFAULT_HARNESS can name the folder");
}

struct restart_count {
	FILE *out;
	unsigned same, differs, unknown;
};

static int count_restart(void *ctx, const struct restart_result *result)
{
	struct restart_count *count = ctx;

	count->same += result->outcome == RESTART_AS_TABLE;
	count->unknown += result->outcome == RESTART_UNKNOWN;
	if (result->outcome != RESTART_DIFFERS && result->outcome != RESTART_ODD)
		return 0;
	count->differs++;
	fprintf(count->out, "NO  %s (%s): class %s in the table, here ", result->call, result->name,
		restart_class_name(result->expected));
	if (result->outcome == RESTART_DIFFERS)
		fputs(restart_class_name(result->measured), count->out);
	text_print(count->out, result->text);
	putc('\n', count->out);
	return 0;
}

/* `model: kernel` is as true as this table. */
static void check_restarts(const struct cli_env *env)
{
	cleanup_close int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct restart_count count = {.out = env->out};
	struct err err = ERR_INIT;
	char text[128];

	if (proc_fd < 0 || restart_probe(proc_fd, count_restart, &count, &err) < 0) {
		print_row(env->out, false, "restarts", "`model: kernel`",
			  proc_fd < 0 ? "no /proc" : err.text);
		return;
	}
	snprintf(text, sizeof(text), "%u of %u calls answer signals as the table says, %u unknown",
		 count.same, count.same + count.differs + count.unknown, count.unknown);
	print_row(env->out, !count.differs, "restarts", "`model: kernel`", text);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	return arg_refuse(state, "doctor takes no argument: %s", arg);
}

const struct argp doctor_argp = {
	.parser = parse_option,
	.doc = "Try out what works on this machine and say what that is needed for.\vThe exit "
	       "status is 0 when scenarios can run, else 3.\n",
};

int doctor_command(const struct cli_env *env, int argc, char **argv)
{
	struct err err = ERR_INIT;
	const struct probe *probe;
	bool can_run = true;

	if (arg_parse(&doctor_argp, 0, argc, argv, NULL, &err) < 0)
		return usage_error(env, err.text);
	for (size_t i = 0; (probe = probe_get(i)); i++) {
		char text[PROBE_TEXT_MAX] = "";
		bool works = probe->run(text, sizeof(text));

		can_run &= works || !probe->essential;
		print_row(env->out, works, probe->name, probe->why, text);
	}
	check_restarts(env);
	check_harness(env);
	fputs(can_run ? "Scenarios can run here.\n" : "Scenarios cannot run here.\n", env->out);
	return can_run ? EXIT_PASSED : EXIT_INCONCLUSIVE;
}
