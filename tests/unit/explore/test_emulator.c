#include "explore/emulator.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/mem.h"
#include "engine/launch.h"
#include "lib/tmpdir.h"

Test(explore_emulator, words_of_both)
{
	char *const argv[] = {(char *)"count", (char *)"-n", (char *)"2", NULL};
	const struct launch launch = {.path = "/bin/count", .argv = argv};
	const struct emulator emulator = {(char *)"/usr/bin/qemu", (char *)"/lib/p.so"};
	const char *const wanted[] = {"/usr/bin/qemu",
				      "-0",
				      "count",
				      "-plugin",
				      "/lib/p.so,segment=198,control=199,role=3",
				      "/bin/count",
				      "-n",
				      "2"};
	char **got = emulator_argv(&emulator, &launch, 3);

	cr_assert(ne(ptr, got, NULL));
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		cr_assert(ne(ptr, got[i], NULL));
		cr_expect(eq(str, got[i], (char *)wanted[i]));
	}
	cr_expect(eq(ptr, got[sizeof(wanted) / sizeof(*wanted)], NULL));
	emulator_argv_free(got);
}

#if defined(__x86_64__)
static int find(const char *ipcfault, struct emulator *emulator)
{
	struct err err = ERR_INIT;
	int rc = emulator_find(ipcfault, emulator, &err);

	cr_expect(rc == 0 || err.text[0], "it is said what to do");
	return rc;
}

Test(explore_emulator, needs_both)
{
	char *dir = tmpdir_new(), *program = mem_printf("%s/ipcfault", dir);
	char *qemu = tmpdir_write(dir, "qemu-x86_64", ""), *plugin;
	struct emulator emulator = {.program = NULL};

	setenv("PATH", "/nowhere", 1);
	cr_expect(eq(int, find(program, &emulator), -ENOPKG));
	cr_assert(eq(int, chmod(qemu, 0700), 0));
	setenv("PATH", dir, 1);
	cr_expect(eq(int, find(program, &emulator), -ENOPKG), "without the plugin");
	plugin = tmpdir_write(dir, "ipcfault_qemu.so", "");
	cr_assert(eq(int, find(program, &emulator), 0));
	cr_expect(eq(str, emulator.program, qemu));
	cr_expect(eq(str, emulator.plugin, plugin));
	emulator_release(&emulator);
	free(plugin);
	free(qemu);
	free(program);
	tmpdir_free(dir);
}
#endif
