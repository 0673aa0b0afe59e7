/* What is compiled again, and what is known. */
#include "compile/objects.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "compile/deps.h"
#include "lib/needs.h"
#include "lib/tmpdir.h"

static char *folder, *compiler, *calls, *cache;

/* A compiler that notes each of its calls. */
static void set_up(void)
{
	cleanup_free char *text = NULL;

	needs_program("gcc");
	folder = tmpdir_new();
	calls = mem_printf("%s/calls", folder);
	cache = mem_printf("%s/cache", folder);
	text = mem_printf("#!/bin/sh\necho called >>%s\nexec gcc \"$@\"\n", calls);
	compiler = tmpdir_write(folder, "cc", text);
	chmod(compiler, 0755);
}

static void tear_down(void)
{
	tmpdir_free(folder);
	free(calls);
	free(cache);
	free(compiler);
}

TestSuite(compile_objects, .init = set_up, .fini = tear_down);

static void write_below(const char *root, const char *name, const char *text)
{
	cleanup_free char *dir = mem_printf("%s/%s", folder, root);

	mkdir(dir, 0777);
	free(tmpdir_write(dir, name, text));
}

static int get(const char *root, const char *flag, char **ret_said, struct err *err)
{
	cleanup_free char *dir = mem_printf("%s/%s", folder, root);
	cleanup_free char *source = mem_printf("%s/a.c", dir), *object = mem_printf("%s/a.o", dir);
	cleanup_free char *include = mem_printf("-I%s/inc", dir);
	char *argv[] = {compiler,     include,	    (char *)(uintptr_t)flag,
			(char *)"-c", (char *)"-o", object,
			source,	      NULL};
	const struct plan_command command = {
		.argv = argv, .count = ARRAY_SIZE(argv), .source = source, .output = object};
	const struct object_request request = {.cache = cache, .root = dir, .command = &command};
	struct deps deps = {0};
	int rc;

	unlink(object);
	rc = object_get(&request, &deps, ret_said, err);
	cr_expect(rc || access(object, F_OK) == 0, "there is no object");
	deps_release(&deps);
	return rc;
}

static int count_calls(void)
{
	cleanup_fclose FILE *file = fopen(calls, "r");
	int count = 0;

	for (int c; file && (c = fgetc(file)) != EOF;)
		count += c == '\n';
	return count;
}

/* Whether it was compiled. */
static bool compiles(const char *root, const char *flag)
{
	cleanup_free char *said = NULL;
	struct err err = ERR_INIT;
	int before = count_calls();

	cr_assert(eq(int, get(root, flag, &said, &err), 0), "%s %s", err.text, said);
	return count_calls() > before;
}

static void write_project(const char *root)
{
	write_below(root, "a.c", "#include \"a.h\"\nint get(void) { return A; }\n");
	write_below(root, "a.h", "#define A 1\n");
}

Test(compile_objects, the_same_is_compiled_once)
{
	write_project("one");
	cr_expect(compiles("one", "-O0"));
	cr_expect(not(compiles("one", "-O0")));
	cr_expect(compiles("one", "-O1"));
}

Test(compile_objects, another_folder_makes_no_difference)
{
	write_project("one");
	write_project("two");
	cr_expect(compiles("one", "-O0"));
	cr_expect(not(compiles("two", "-O0")));
}

Test(compile_objects, a_header_that_changes_does)
{
	write_project("one");
	cr_expect(compiles("one", "-O0"));
	write_below("one", "a.h", "#define A 2\n");
	cr_expect(compiles("one", "-O0"));
	write_below("one", "a.h", "#define A 1\n"); /* and that is known still */
	write_below("one", "unused.txt", "nobody reads it");
	compiles("one", "-O0");
	cr_expect(not(compiles("one", "-O0")));
}

/* A new header may come in front of the one that was read. */
Test(compile_objects, a_header_that_is_new_does)
{
	cleanup_free char *inc = mem_printf("%s/one/inc", folder);

	write_project("one");
	mkdir(inc, 0777);
	cr_expect(compiles("one", "-O0"));
	free(tmpdir_write(inc, "a.h", "#define A 3\n"));
	cr_expect(compiles("one", "-O0"));
}

Test(compile_objects, what_was_said_is_said_again)
{
	cleanup_free char *first = NULL, *again = NULL;
	struct err err = ERR_INIT;

	write_below("one", "a.c", "int get(void) { int unused; return 1; }\n");
	cr_assert(eq(int, get("one", "-Wall", &first, &err), 0), "%s", err.text);
	cr_assert(eq(int, get("one", "-Wall", &again, &err), 0), "%s", err.text);
	cr_expect(ne(ptr, strstr(first, "unused"), NULL), "%s", first);
	cr_expect(eq(str, again, first));
}

Test(compile_objects, an_error_is_told_each_time)
{
	struct err err = ERR_INIT;

	write_below("one", "a.c", "int get(void) { return missing; }\n");
	for (int i = 0; i < 2; i++) {
		cleanup_free char *said = NULL, *dir = mem_printf("%s/one", folder);
		cleanup_free char *source = mem_printf("%s/a.c", dir);
		cleanup_free char *object = mem_printf("%s/a.o", dir);
		char *argv[] = {compiler, (char *)"-c", (char *)"-o", object, source, NULL};
		const struct plan_command command = {
			.argv = argv, .count = 6, .source = source, .output = object};
		const struct object_request request = {cache, dir, &command};
		struct deps deps = {0};

		cr_expect(eq(int, object_get(&request, &deps, &said, &err), -ENOEXEC));
		cr_expect(said && strstr(said, "missing"), "%s", said);
		deps_release(&deps);
	}
}

Test(compile_objects, what_makes_more_than_an_object_is_not_kept)
{
	write_project("one");
	cr_expect(compiles("one", "-fstack-usage"));
	cr_expect(compiles("one", "-fstack-usage"));
}

Test(compile_deps, a_rule_is_read_with_its_escapes)
{
	struct deps deps = {0};

	cr_assert(eq(int,
		     deps_add_text(&deps, "x/a.o: a.c /usr/include/b.h \\\n  with\\ blank.h "
					  "two$$.h a.c\n"),
		     0));
	cr_assert(eq(sz, deps.count, 4));
	cr_expect(eq(str, deps.files[0], "a.c"));
	cr_expect(eq(str, deps.files[1], "/usr/include/b.h"));
	cr_expect(eq(str, deps.files[2], "with blank.h"));
	cr_expect(eq(str, deps.files[3], "two$.h"));
	deps_release(&deps);
}
