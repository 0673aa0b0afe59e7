#include "elf/code_digest.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "lib/needs.h"
#include "lib/tmpdir.h"

static const char source[] = "int data = 1; int main(void) { return data + 2; }\n";
static char *folder;

static void setup(void)
{
	folder = tmpdir_new();
}

static void teardown(void)
{
	tmpdir_free(folder);
}

TestSuite(elf_code_digest, .init = setup, .fini = teardown);

/* Compile @text as the file @name with @how. */
static uint64_t digest_of(const char *name, const char *text, const char *how)
{
	cleanup_free char *c = mem_printf("%s.c", name);
	cleanup_free char *path = tmpdir_write(folder, c, text);
	cleanup_free char *program = mem_printf("%s/%s", folder, name);
	cleanup_free char *command =
		mem_printf("cd '%s' && gcc %s -o '%s' '%s' && %s '%s'", folder, how, program, path,
			   how[1] == 's' ? "strip" : "test -e", program);
	uint64_t digest = 0;

	cr_assert(eq(int, system(command), 0), "%s", command);
	cr_assert(eq(int, code_digest(program, &digest), 0));
	return digest;
}

Test(elf_code_digest, is_of_what_runs_and_not_of_how_it_was_debugged)
{
	uint64_t first;

	needs_program("gcc");
	first = digest_of("one", source, "-O1");
	cr_expect(eq(u64, digest_of("two", source, "-O1 -g"), first));
	cr_expect(eq(u64, digest_of("three", source, "-s -O1"), first));
}

Test(elf_code_digest, is_another_for_other_code_and_for_other_data)
{
	uint64_t first;

	needs_program("gcc");
	first = digest_of("one", source, "-O1");
	cr_expect(
		ne(u64,
		   digest_of("code", "int data = 1; int main(void) { return data + 3; }\n", "-O1"),
		   first));
	cr_expect(
		ne(u64,
		   digest_of("data", "int data = 2; int main(void) { return data + 2; }\n", "-O1"),
		   first));
}

Test(elf_code_digest, refuses_what_is_no_program)
{
	cleanup_free char *path = tmpdir_write(folder, "text", "no program\n");
	cleanup_free char *empty = tmpdir_write(folder, "empty", "");
	uint64_t digest = 7;

	cr_expect(eq(int, code_digest(path, &digest), -ENOEXEC));
	cr_expect(eq(int, code_digest(empty, &digest), -ENOEXEC));
	cr_expect(eq(int, code_digest("/nowhere/at/all", &digest), -ENOENT));
	cr_expect(eq(u64, digest, 7));
}
