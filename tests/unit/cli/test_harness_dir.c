#include "cli/harness_dir.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/tmpdir.h"

static void make(const char *root, const char *path)
{
	char full[4096];

	snprintf(full, sizeof(full), "%s/%s", root, path);
	cr_assert(eq(int, mkdir(full, 0777), 0), "%s", full);
}

static void expect_found(const char *root, const char *program, const char *wanted)
{
	char path[4096], full[4096], *found;

	snprintf(path, sizeof(path), "%s/%s", root, program);
	snprintf(full, sizeof(full), "%s/%s", root, wanted);
	found = harness_dir_of(path);
	cr_assert(ne(ptr, found, NULL));
	cr_expect(eq(str, found, full));
	free(found);
}

Test(cli_harness_dir, beside_a_built_program)
{
	char *root = tmpdir_new();

	make(root, "harness");
	expect_found(root, "ipcfault", "harness");
	tmpdir_free(root);
}

Test(cli_harness_dir, in_libexec_of_an_installed_one)
{
	char *root = tmpdir_new();

	make(root, "bin");
	make(root, "libexec");
	make(root, "libexec/ipcfault");
	expect_found(root, "bin/ipcfault", "libexec/ipcfault");
	tmpdir_free(root);
}

Test(cli_harness_dir, nowhere)
{
	char *root = tmpdir_new(), path[4096];

	snprintf(path, sizeof(path), "%s/ipcfault", root);
	cr_expect(eq(ptr, harness_dir_of(path), NULL));
	tmpdir_free(root);
}

static const char *named(const char *name)
{
	(void)name;
	return "/my/programs";
}

Test(cli_harness_dir, the_environment_goes_first)
{
	struct cli_env env = {.getenv = named};
	char *found = harness_dir_find(&env);

	cr_expect(eq(str, found, "/my/programs"));
	free(found);
}
