#include "compile/command.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "lib/needs.h"
#include "lib/tmpdir.h"

Test(compile_command, what_it_says_and_how_it_ends)
{
	const char *const argv[] = {"sh", "-c", "echo no way; exit 1", NULL};
	const struct command command = {.argv = argv};
	cleanup_free char *said = NULL;
	struct err err = ERR_INIT;

	cr_expect(eq(int, command_run(&command, &said, &err), -ENOEXEC));
	cr_expect(eq(str, said, "no way\n"));
}

/* Such a file is started by a shell alone: it has not failed, it has not run. */
Test(compile_command, what_is_no_program_is_an_error_of_ours)
{
	char *folder = tmpdir_new(), *path = tmpdir_write(folder, "tool", "exit 0\n");
	cleanup_free char *said = NULL;
	const char *const argv[] = {path, NULL};
	const struct command command = {.argv = argv};
	struct err err = ERR_INIT;

	needs_no_valgrind("vfork(2) is fork(2) there: posix_spawn(3) does not learn of it");
	cr_assert(eq(int, chmod(path, 0755), 0));
	cr_expect(eq(int, command_run(&command, &said, &err), -EACCES));
	cr_expect(eq(ptr, said, NULL));
	cr_expect(ne(ptr, strstr(err.text, "is no program"), NULL), "%s", err.text);
	free(path);
	tmpdir_free(folder);
}
