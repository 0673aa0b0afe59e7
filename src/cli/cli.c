#include "cli/cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/util.h"
#include "base/vocab.h"
#include "cli/command.h"

#define VERSION "0.2"

/* clang-format off */
static const struct command commands[] = {
	{ "run",     "run scenarios (may be left out)",                       run_command,    &run_argp },
	{ "check",   "say everything that is wrong in scenarios; run nothing", check_command,  &check_argp },
	{ "new",     "print a commented scenario to start from",              new_command,    &new_argp },
	{ "list",    "the words of the language: faults, triggers, calls, ...", list_command,   &list_argp },
	{ "trace",   "the IPC calls that a command makes",                    trace_command,  &trace_argp },
	{ "doctor",  "what works on this machine, and what that is needed for", doctor_command, &doctor_argp },
	{ "schema",  "the JSON Schema of scenario files, for editors",        schema_command, &schema_argp },
	{ "cc",      "compile so that accesses to shared memory are known",   cc_command,     &cc_argp },
	{ "sweep",   "a fault at every place of a program or a scenario",     sweep_command,  &sweep_argp },
	{ "explore", "the schedules of programs that share memory",         explore_command, &explore_argp },
	{ "replay",  "run what a sweep has written; has the program changed?", replay_command, &replay_argp },
	{ "merge",   "join the JSON reports of several machines",             merge_command,  &merge_argp },
};
/* clang-format on */

static const char help_head[] =
	"ipcfault - finds the bugs of programs that talk to each other: by signals, pipes, sockets,\n"
	"queues, shared memory, files. It runs them, breaks something at an exact moment, and\n"
	"judges what they do.\n"
	"\n"
	"Usage: ipcfault [COMMAND] [OPTION...] FILE|FOLDER...\n"
	"\n"
	"Examples:\n"
	"  ipcfault scenarios/*.scn              run scenarios, say what broke\n"
	"  ipcfault new pipe >my.scn             a scenario to start from, with comments\n"
	"  ipcfault check my.scn                 is it written correctly?\n"
	"  ipcfault trace -- ./my-program        which IPC calls does it make?\n"
	"  ipcfault run my.scn --report junit:results.xml\n"
	"\n"
	"Commands:\n";

static const char help_tail[] =
	"\n"
	"`ipcfault COMMAND --help` lists a command's options; the ones used most with `run`:\n"
	"  -v, -q             every case; the summary only\n"
	"  -j N               so many cases at a time\n"
	"  --filter WORDS     only scenarios with these words\n"
	"  --report F[:FILE]  term, tap, junit or json\n"
	"\n"
	"Exit status: 0 all passed or skipped; 1 a program failed; 2 a bad scenario or bad usage;\n"
	"3 inconclusive, or ipcfault could not do its work; 77 all skipped.\n"
	"Manual: ipcfault(1); the scenario language: ipcfault-scenario(5).\n";

static void print_help(FILE *out)
{
	fputs(help_head, out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fputs(help_tail, out);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static void print_command_help(const struct command *command, FILE *out)
{
	char name[64];

	snprintf(name, sizeof(name), "ipcfault %s", command->name);
	argp_help(command->argp, out, ARGP_HELP_STD_HELP & ~(unsigned)ARGP_HELP_EXIT_OK, name);
}

/* Before `--`: what stands behind it is another command's. */
static bool asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

static int unknown_command(const struct cli_env *env, const char *word)
{
	const char *names[ARRAY_SIZE(commands)], *near;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		names[i] = commands[i].name;
	near = nearest_word(word, names, ARRAY_SIZE(names));
	err_set(&err, -EINVAL, "`%s` is neither a command nor a file%s%s%s", word,
		near ? "; did you mean `" : "", near ? near : "", near ? "`?" : "");
	return usage_error(env, err.text);
}

static int run_one(const struct cli_env *env, const struct command *command, int argc, char **argv)
{
	if (asks_for_help(argc, argv)) {
		print_command_help(command, env->out);
		return EXIT_PASSED;
	}
	return command->run(env, argc, argv);
}

static int help_command(const struct cli_env *env, int argc, char **argv)
{
	const struct command *command = argc > 1 ? find_command(argv[1]) : NULL;

	if (argc > 1 && !command)
		return unknown_command(env, argv[1]);
	if (command)
		print_command_help(command, env->out);
	else
		print_help(env->out);
	return EXIT_PASSED;
}

static bool is_word(const char *word, const char *a, const char *b)
{
	return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

static int dispatch(const struct cli_env *env, int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;
	const struct command *command;

	if (!word) {
		print_help(env->err);
		return EXIT_USAGE;
	}
	if (is_word(word, "--help", "-h") || strcmp(word, "help") == 0)
		return help_command(env, argc - 1, argv + 1);
	if (is_word(word, "--version", "version")) {
		fputs("ipcfault " VERSION "\n", env->out);
		return EXIT_PASSED;
	}
	command = find_command(word);
	if (command)
		return run_one(env, command, argc - 1, argv + 1);
	if (word[0] != '-' && access(word, F_OK) < 0 && !strchr(word, '/') && !strchr(word, '.'))
		return unknown_command(env, word);
	return run_one(env, &commands[0], argc, argv);
}

int cli_main(const struct cli_env *env, int argc, char **argv)
{
	int code = dispatch(env, argc, argv);

	if ((fflush(env->out) == 0 && !ferror(env->out)) || code != EXIT_PASSED)
		return code;
	fprintf(env->err, "ipcfault: cannot write standard output: %s\n", strerror(errno));
	return EXIT_INCONCLUSIVE;
}
