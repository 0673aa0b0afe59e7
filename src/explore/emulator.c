#include "explore/emulator.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "engine/launch.h"
#include "explore/start.h"
#include "instrument/compiler.h"

/* Words in front of those of the program. */
enum { WORD_PROGRAM, WORD_ZERO, WORD_NAME, WORD_PLUGIN, WORD_OPTIONS, WORD_PATH, WORDS };

/* NULL: the plugin is not made for this machine. */
static const char *program_here(void)
{
#if defined(__x86_64__)
	return "qemu-x86_64";
#else
	return NULL;
#endif
}

int emulator_find(const char *ipcfault, struct emulator *ret, struct err *err)
{
	struct emulator found = {.program = NULL};
	const char *program = program_here();
	struct err why = ERR_INIT;

	if (!program)
		return err_set(err, -ENOPKG, "programs are explored unmodified on x86-64 only");
	if (launch_find_program(program, getenv("PATH"), &found.program, &why))
		return err_set(err, -ENOPKG, "%s is not installed: apt-get install qemu-user",
			       program);
	found.plugin = ipcfault ? compiler_file_of(ipcfault, "ipcfault_qemu.so") : NULL;
	/* A comma would end it, among the options that follow. */
	if (!found.plugin || strchr(found.plugin, ',')) {
		emulator_release(&found);
		return err_set(err, -ENOPKG, "ipcfault_qemu.so is not beside the program");
	}
	*ret = found;
	return 0;
}

void emulator_release(struct emulator *emulator)
{
	free(emulator->program);
	free(emulator->plugin);
	*emulator = (struct emulator){.program = NULL};
}

char **emulator_argv(const struct emulator *emulator, const struct launch *launch, unsigned role)
{
	char *options = mem_printf("%s,segment=%d,control=%d,role=%u", emulator->plugin,
				   START_SEGMENT, START_CONTROL, role);
	size_t count = 0;
	char **argv;

	while (launch->argv[count])
		count++;
	argv = options && count ? mem_zalloc((WORDS + count) * sizeof(*argv)) : NULL;
	if (!argv) {
		free(options);
		return NULL;
	}
	argv[WORD_PROGRAM] = emulator->program;
	argv[WORD_ZERO] = (char *)"-0";
	argv[WORD_NAME] = launch->argv[0];
	argv[WORD_PLUGIN] = (char *)"-plugin";
	argv[WORD_OPTIONS] = options;
	argv[WORD_PATH] = (char *)launch->path;
	for (size_t i = 1; i < count; i++)
		argv[WORDS + i - 1] = launch->argv[i];
	return argv;
}

void emulator_argv_free(char **argv)
{
	if (argv)
		free(argv[WORD_OPTIONS]);
	free(argv);
}
