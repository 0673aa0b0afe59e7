#include "compile/compile.h"

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
#include "lib/tmpdir.h"

static char *folder, *source, *cache;

static void write_source(const char *text)
{
	cleanup_fclose FILE *file = fopen(source, "w");

	cr_assert(ne(ptr, file, NULL));
	fputs(text, file);
}

static void set_up(void)
{
	folder = tmpdir_new();
	source = mem_printf("%s/one.c", folder);
	cache = mem_printf("%s/deep/cache", folder);
	write_source("int main(void) { return STATUS; }\n");
}

static void tear_down(void)
{
	tmpdir_free(folder);
	free(source);
	free(cache);
}

TestSuite(compile_compile, .init = set_up, .fini = tear_down);

static char *flag_items[] = {"-DSTATUS=3"};
static const char *sources[1];

static int get(const char *compiler, const char *level, const char *command, char **ret_folder,
	       struct err *err)
{
	struct build_spec spec = {.sources = {&source, 1},
				  .flags = {flag_items, 1},
				  .command = (char *)(uintptr_t)command};
	struct compile_request request = {
		.spec = &spec, .compiler = compiler, .level = level, .cache = cache};

	sources[0] = source;
	request.sources = sources;
	return compile_get(&request, ret_folder, err);
}

static int status_of(const char *dir, const char *name)
{
	cleanup_free char *line = mem_printf("%s/%s", dir, name);

	return WEXITSTATUS(system(line)); /* NOLINT(cert-env33-c): a path of ours */
}

Test(compile_compile, makes_a_program_called_like_its_first_source)
{
	cleanup_free char *dir = NULL;
	struct err err = ERR_INIT;

	cr_assert(eq(int, get("gcc", "-O2", NULL, &dir, &err), 0), "%s", err.text);
	cr_expect(eq(int, status_of(dir, "one"), 3));
}

static time_t time_of(const char *dir)
{
	cleanup_free char *path = mem_printf("%s/one", dir);
	struct stat st;

	cr_assert(eq(int, stat(path, &st), 0));
	return st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

Test(compile_compile, what_is_the_same_is_not_compiled_again)
{
	cleanup_free char *first = NULL, *second = NULL, *level = NULL, *changed = NULL;
	struct err err = ERR_INIT;
	time_t made;

	cr_assert(eq(int, get("gcc", "-O0", NULL, &first, &err), 0), "%s", err.text);
	made = time_of(first);
	write_source("int main(void) { return STATUS; }\n"); /* newer, and the same */
	cr_assert(eq(int, get("gcc", "-O0", NULL, &second, &err), 0), "%s", err.text);
	cr_expect(eq(str, second, first));
	cr_expect(eq(i64, time_of(second), made));
	cr_assert(eq(int, get("gcc", "-O1", NULL, &level, &err), 0), "%s", err.text);
	cr_expect(ne(str, level, first));
	write_source("int main(void) { return STATUS + 1; }\n");
	cr_assert(eq(int, get("gcc", "-O0", NULL, &changed, &err), 0), "%s", err.text);
	cr_expect(ne(str, changed, first));
	cr_expect(eq(int, status_of(changed, "one"), 4));
}

Test(compile_compile, a_level_may_be_several_flags)
{
	cleanup_free char *dir = NULL;
	struct err err = ERR_INIT;

	cr_assert(eq(int, get("gcc", "-O2 -USTATUS -DSTATUS=5", NULL, &dir, &err), 0), "%s",
		  err.text);
	cr_expect(eq(int, status_of(dir, "one"), 3), "the flags come after the level");
}

Test(compile_compile, tells_what_the_compiler_said)
{
	char *dir = NULL;
	struct err err = ERR_INIT;

	write_source("int main(void) { return missing; }\n");
	cr_expect(eq(int, get("gcc", "-O2", NULL, &dir, &err), -ENOEXEC));
	cr_expect(ne(ptr, strstr(err.text, "gcc -O2 does not compile it"), NULL), "%s", err.text);
	cr_expect(ne(ptr, strstr(err.text, "missing"), NULL), "%s", err.text);
	cr_expect(eq(ptr, dir, NULL));
}

Test(compile_compile, a_compiler_that_is_not_installed_is_told_apart)
{
	char *dir = NULL;
	struct err err = ERR_INIT;

	cr_expect(eq(int, get("no-such-cc", "-O2", NULL, &dir, &err), -ENOENT));
	cr_expect(eq(str, err.text, "'no-such-cc' is not installed"));
}

Test(compile_compile, a_command_works_in_a_copy)
{
	cleanup_free char *dir = NULL, *beside = mem_printf("%s/prog", folder);
	struct err err = ERR_INIT;

	cr_assert(eq(int, get("gcc", "-O2", "${cc} ${cflags} -o prog one.c", &dir, &err), 0), "%s",
		  err.text);
	cr_expect(eq(int, status_of(dir, "prog"), 3));
	cr_expect(eq(int, access(beside, F_OK), -1), "the originals were touched");
}

Test(compile_compile, the_flags_are_one_word_behind_an_equals_sign)
{
	cleanup_free char *dir = NULL;
	struct err err = ERR_INIT;

	cr_assert(eq(int, get("gcc", "-O2", "make -s CC=${cc} CFLAGS=${cflags} one", &dir, &err),
		     0),
		  "%s", err.text);
	cr_expect(eq(int, status_of(dir, "one"), 3));
}

Test(compile_compile, a_command_that_fails_is_told)
{
	char *dir = NULL;
	struct err err = ERR_INIT;

	cr_expect(eq(int, get("gcc", "-O2", "echo no way; exit 1", &dir, &err), -ENOEXEC));
	cr_expect(ne(ptr, strstr(err.text, "no way"), NULL), "%s", err.text);
}

Test(compile_compile, a_changed_text_stands_for_a_source)
{
	const struct compile_change change = {source,
					      "# 7 \"one.c\"\nint main(void) { return 4; }\n"};
	const char *const extra[] = {"-v", NULL};
	struct build_spec spec = {.sources = {&source, 1}, .flags = {flag_items, 1}};
	struct compile_request request = {.spec = &spec,
					  .sources = sources,
					  .compiler = "gcc",
					  .level = "-O1",
					  .cache = cache,
					  .extra = extra,
					  .changes = &change,
					  .change_count = 1};
	cleanup_free char *changed = NULL, *plain = NULL, *said = NULL, *path = NULL;
	struct err err = ERR_INIT;

	sources[0] = source;
	cr_assert(eq(int, compile_get(&request, &changed, &err), 0), "%s", err.text);
	cr_expect(eq(int, status_of(changed, "one"), 4));
	path = mem_printf("%s/" COMPILE_SAID, changed);
	cr_assert(eq(int, compile_read_file(path, &said), 0));
	cr_expect(ne(ptr, strstr(said, "-O1"), NULL), "%s", said);
	request.change_count = 0;
	cr_assert(eq(int, compile_get(&request, &plain, &err), 0), "%s", err.text);
	cr_expect(eq(int, status_of(plain, "one"), 3));
}

Test(compile_compile, a_changed_text_stands_in_the_copy)
{
	const struct compile_change change = {source, "int main(void) { return 4; }\n"};
	struct build_spec spec = {.sources = {&source, 1}, .command = "${cc} -o one one.c"};
	struct compile_request request = {.spec = &spec,
					  .sources = sources,
					  .compiler = "gcc",
					  .level = "-O1",
					  .cache = cache,
					  .changes = &change,
					  .change_count = 1};
	cleanup_free char *changed = NULL;
	struct err err = ERR_INIT;

	sources[0] = source;
	cr_assert(eq(int, compile_get(&request, &changed, &err), 0), "%s", err.text);
	cr_expect(eq(int, status_of(changed, "one"), 4));
}

Test(compile_compile, what_the_preprocessor_makes)
{
	struct build_spec spec = {.sources = {&source, 1}, .flags = {flag_items, 1}};
	struct compile_request request = {.spec = &spec,
					  .sources = sources,
					  .compiler = "gcc",
					  .level = "-O1",
					  .cache = cache};
	cleanup_free char *text = NULL;
	struct err err = ERR_INIT;

	sources[0] = source;
	cr_assert(eq(int, compile_preprocess(&request, 0, &text, &err), 0), "%s", err.text);
	cr_expect(ne(ptr, strstr(text, "return 3;"), NULL), "%s", text);
	request.compiler = "no-such-cc";
	cr_expect(eq(int, compile_preprocess(&request, 0, &text, &err), -ENOENT));
}
