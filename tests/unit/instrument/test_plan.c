/* Which commands come of a compiler's arguments. */
#include "instrument/plan.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/util.h"
#include "instrument/counts.h"
#include "lib/fault.h"
#include "lib/tmpdir.h"

#define ARGS_MAX 32

static char *compiler_words[] = {(char *)"gcc", NULL};

/* The words of all commands, "; " between; F, L, R for our flags, those for linking, the runtime.
 */
static void append_command(char *text, size_t size, const struct plan_command *command,
			   const struct compiler *compiler)
{
	const char *const *flags = compiler_compile_flags(compiler), *const *links =
									     compiler_link_flags();

	for (size_t i = 0; command->argv[i];) {
		size_t len = strlen(text), skipped = 0;
		const char *word = command->argv[i];

		if (strcmp(word, flags[0]) == 0) {
			word = "F";
			while (flags[skipped])
				skipped++;
		} else if (strcmp(word, links[0]) == 0) {
			word = "L";
			while (links[skipped])
				skipped++;
		} else if (strncmp(word, "-Wl,--export-dynamic", 20) == 0) {
			word = "R";
			while (strcmp(command->argv[i + skipped++], "-Wl,--no-whole-archive") != 0)
				;
		}
		snprintf(text + len, size - len, "%s%s", i ? " " : "", word);
		i += skipped ? skipped : 1;
	}
}

static int make(struct plan *plan, const char *line, bool is_clang, struct err *err)
{
	struct compiler compiler = {.words = compiler_words, .is_clang = is_clang};
	char *copy = strdup(line), *rest = copy, *word, *args[ARGS_MAX] = {0};
	size_t count = 0;
	int rc;

	while ((word = strsep(&rest, " ")))
		if (*word)
			args[count++] = word;
	rc = plan_make(plan, &(struct plan_input){&compiler, args, "rt.a", "/t"}, err);
	free(copy);
	return rc;
}

struct row {
	const char *args, *commands;
	bool is_clang;
};

/* clang-format off */
static const struct row rows[] = {
	{"-c a.c -O2",                  "gcc -c a.c -O2 F"},
	{"-c a.c b.c",                  "gcc -c a.c b.c F"},
	{"-S a.c -o x.s",               "gcc -S a.c -o x.s F"},
	{"-E a.c",                      "gcc -E a.c"},
	{"-MM a.c",                     "gcc -MM a.c"},
	{"--version",                   "gcc --version"},
	{"-v",                          "gcc -v"},
	{"a.o b.o -o x -lm",            "gcc a.o b.o -o x -lm L R"},
	{"-fsanitize=thread a.o",       "gcc a.o L R"},
	{"-shared a.o -o x.so",         "gcc -shared a.o -o x.so L"},
	{"a.c",                         "gcc F -c -o /t/0.o a.c; gcc /t/0.o L R"},
	{"a.c b.o c.cc -o x -lm -O2",   "gcc -O2 F -c -o /t/0.o a.c; gcc -O2 F -c -o /t/1.o c.cc; "
					"gcc /t/0.o b.o /t/1.o -o x -lm -O2 L R"},
	{"-I inc -L lib -Wl,-z,now -D A=1 a.c",
					"gcc -I inc -D A=1 F -c -o /t/0.o a.c; "
					"gcc -I inc -L lib -Wl,-z,now -D A=1 /t/0.o L R"},
	{"-x c - -x none b.o",          "gcc F -c -o /t/0.o -x c -; gcc /t/0.o b.o L R"},
	{"-xc gen -o x",                "gcc F -c -o /t/0.o -x c gen; gcc /t/0.o -o x L R"},
	{"-MD -MF a.c.d a.c",           "gcc -MD -MF a.c.d F -c -o /t/0.o a.c; gcc -MD -MF a.c.d /t/0.o L R"},
	{"-static a.c",                 "gcc F -c -o /t/0.o a.c; gcc -static /t/0.o L R"},
	{"@objects -o x",               "gcc @objects -o x L R"},
	{"-c @flags a.c",               "gcc -c @flags a.c F"},
	{"-flto a.o",                   "gcc -flto a.o L R F -nodefaultlibs -lgcc -lgcc_s -lc"},
	{"-flto -fno-lto a.o",          "gcc -flto -fno-lto a.o L R"},
	{"-flto -nostdlib a.o",         "gcc -flto -nostdlib a.o L R F"},
	{"-flto a.o",                   "gcc -flto a.o L R", true},
	{"-c a.c",                      "gcc -c a.c F", true},
};
/* clang-format on */

Test(instrument_plan, commands_of_arguments)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct compiler compiler = {.is_clang = rows[i].is_clang};
		char text[2000] = "";
		struct err err = ERR_INIT;
		struct plan plan;

		cr_assert(eq(int, make(&plan, rows[i].args, rows[i].is_clang, &err), 0));
		for (size_t k = 0; k < plan.count; k++) {
			if (k)
				strcat(text, "; ");
			append_command(text, sizeof(text), &plan.commands[k], &compiler);
		}
		cr_expect(eq(str, text, (char *)rows[i].commands), "%s", rows[i].args);
		plan_release(&plan);
	}
}

Test(instrument_plan, counts_its_objects)
{
	struct err err = ERR_INIT;
	struct plan plan;

	cr_assert(eq(int, make(&plan, "a.c b.c c.o", false, &err), 0));
	cr_expect(eq(sz, plan.objects, 2));
	plan_release(&plan);
}

Test(instrument_compiler, divides_words_and_knows_the_family)
{
	struct compiler compiler;
	struct err err = ERR_INIT;

	cr_assert(eq(int, compiler_init(&compiler, " ccache  clang-14 -m64", &err), 0));
	cr_expect(eq(str, compiler.words[0], "ccache"));
	cr_expect(eq(str, compiler.words[2], "-m64"));
	cr_expect(compiler.is_clang && !compiler.words[3]);
	compiler_release(&compiler);
	cr_assert(eq(int, compiler_init(&compiler, "/usr/bin/g++-12", &err), 0));
	cr_expect(compiler.is_cplusplus && !compiler.is_clang);
	compiler_release(&compiler);
}

Test(instrument_compiler, asks_one_whose_name_does_not_tell)
{
	struct compiler compiler;
	struct err err = ERR_INIT;

	cr_assert(eq(int, compiler_init(&compiler, "cc", &err), 0));
	compiler_release(&compiler);
	cr_expect(eq(int, compiler_init(&compiler, "no-such-compiler", &err), -ENOENT));
	cr_expect(eq(str, err.text, "no-such-compiler: No such file or directory"));
}

Test(instrument_compiler, refuses_an_empty_name)
{
	struct compiler compiler;
	struct err err = ERR_INIT;

	cr_expect(eq(int, compiler_init(&compiler, " ", &err), -EINVAL));
}

static int make_and_release(void *arg)
{
	char *args[] = {(char *)"a.c", (char *)"-O2", (char *)"b.c", (char *)"c.o", NULL};
	struct compiler compiler;
	struct plan plan;
	int rc = compiler_init(&compiler, "ccache gcc -m64", NULL);

	(void)arg;
	if (rc)
		return rc;
	rc = plan_make(&plan, &(struct plan_input){&compiler, args, "rt.a", "/t"}, NULL);
	if (!rc)
		plan_release(&plan);
	compiler_release(&compiler);
	return rc;
}

Test(instrument_plan, survives_want_of_memory)
{
	fault_sweep(make_and_release, NULL);
}

static int read_and_release(void *arg)
{
	struct counts counts;
	int fd = -1, rc = counts_segment_new(0, &fd, NULL);

	(void)arg;
	if (rc)
		return rc;
	rc = counts_read(fd, &counts, NULL);
	if (!rc) {
		cr_expect(eq(sz, counts.count, 0));
		counts_release(&counts);
	}
	close(fd);
	return rc;
}

Test(instrument_counts, survive_want_of_memory)
{
	fault_sweep(read_and_release, NULL);
}

Test(instrument_compiler, library_is_beside_the_program_or_installed)
{
	char *dir = tmpdir_new(), *library = tmpdir_write(dir, "libipcfault_rt.a", "");
	char program[200], *found;

	snprintf(program, sizeof(program), "%s/ipcfault", dir);
	found = compiler_runtime_of(program);
	cr_expect(eq(str, found, library));
	free(found);
	unlink(library);
	cr_expect(eq(ptr, compiler_runtime_of(program), NULL));
	free(library);
	tmpdir_free(dir);
}
