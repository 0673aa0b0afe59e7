#include "qualifier/cure.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "elf/declarations.h"
#include "elf/image.h"
#include "lib/fault.h"
#include "lib/needs.h"
#include "lib/tmpdir.h"

/* At the crash the handler has to see the step: the first store is dead for the compiler. */
#define CRASH                                                                                      \
	"#include <signal.h>\n"                                                                    \
	"#include <unistd.h>\n"                                                                    \
	"static int other;\n"                                                                      \
	"static int step;\n"                                                                       \
	"static void on_crash(int s) { (void)s; _exit(step + other); }\n"                          \
	"int main(void)\n"                                                                         \
	"{\n"                                                                                      \
	"\tsignal(SIGSEGV, on_crash);\n"                                                           \
	"\tstep = 1;\n"                                                                            \
	"\t*(volatile int *)8 = 0;\n"                                                              \
	"\tstep = 2;\n"                                                                            \
	"\treturn other;\n"                                                                        \
	"}\n"

/* Both are needed. */
#define JUMP                                                                                       \
	"#include <setjmp.h>\n"                                                                    \
	"static jmp_buf at;\n"                                                                     \
	"static __attribute__((noinline)) void fail(int x) { if (x) longjmp(at, 1); }\n"           \
	"static __attribute__((noinline)) int work(int n)\n"                                       \
	"{\n"                                                                                      \
	"\tint tries = 0, held = 0, free = 7;\n"                                                   \
	"\tif (setjmp(at)) return held * 10 + tries;\n"                                            \
	"\ttries = 1; held = n; fail(n); tries = 2; return free;\n"                                \
	"}\n"                                                                                      \
	"int main(void) { return work(3) == 31 ? 1 : 0; }\n"

static char *folder, *source, *cache;
static int calls;

static void set_up(void)
{
	folder = tmpdir_new();
	source = mem_printf("%s/one.c", folder);
	cache = mem_printf("%s/cache", folder);
	calls = 0;
}

static void tear_down(void)
{
	tmpdir_free(folder);
	free(source);
	free(cache);
}

TestSuite(qualifier_cure, .init = set_up, .fini = tear_down);

static void write_source(const char *text)
{
	free(tmpdir_write(folder, "one.c", text));
}

static int behaves(void *arg, const char *made, struct err *err)
{
	cleanup_free char *line = mem_printf("%s/one", made);
	int status;

	(void)arg;
	(void)err;
	calls++;
	status = system(line); /* NOLINT(cert-env33-c): a path of ours */
	return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

struct setting {
	struct build_spec spec;
	struct compile_request build;
	struct cure_request request;
	const char *sources[1];
	const struct declaration *candidates[8];
};

static struct setting *set(struct setting *s, const char *compiler, const char *command)
{
	s->spec.sources.items = &source;
	s->spec.sources.count = 1;
	s->spec.command = (char *)(uintptr_t)command;
	s->sources[0] = source;
	s->build = (struct compile_request){.spec = &s->spec,
					    .sources = s->sources,
					    .compiler = compiler,
					    .level = "-O2",
					    .cache = cache};
	s->request = (struct cure_request){.build = &s->build,
					   .qualifier = "volatile",
					   .candidates = s->candidates,
					   .builds_max = 40,
					   .behaves = behaves};
	return s;
}

static struct declaration at_line(const char *name, int line)
{
	return (struct declaration){.kind = DECLARATION_GLOBAL,
				    .name = (char *)(uintptr_t)name,
				    .file = source,
				    .line = line};
}

static void expect_step(const char *compiler, const char *command)
{
	struct declaration other = at_line("other", 3), step = at_line("step", 4),
			   gone = at_line("gone", 4);
	struct setting s = {.candidates = {&gone, &other, &step}};
	struct err err = ERR_INIT;
	struct cure cure = {0};

	needs_program(compiler);
	write_source(CRASH);
	set(&s, compiler, command)->request.count = 3;
	cr_assert(eq(int, cure_find(&s.request, &cure, &err), 0), "%s", err.text);
	cr_expect(cure.fails);
	cr_assert(eq(sz, cure.count, 1));
	cr_expect(eq(sz, cure.names[0], 2));
	cr_expect(cure.refused[0]);
	cr_expect(not(cure.refused[1]));
	cr_expect(eq(int, calls, 3));
	cure_release(&cure);
}

Test(qualifier_cure, names_the_variable_gcc)
{
	expect_step("gcc", NULL);
}

Test(qualifier_cure, names_the_variable_clang)
{
	expect_step("clang", NULL);
}

Test(qualifier_cure, names_the_variable_of_a_project)
{
	expect_step("gcc", "${cc} ${cflags} -Werror -Wall -o one one.c");
}

Test(qualifier_cure, leaves_the_sources_alone)
{
	cleanup_free char *text = NULL;

	expect_step("gcc", "${cc} ${cflags} -o one one.c");
	cr_assert(eq(int, compile_read_file(source, &text), 0));
	cr_expect(eq(str, text, CRASH));
}

static struct declarations all_of(const char *compiler)
{
	cleanup_free char *made = NULL, *program = NULL;
	struct setting s = {0};
	struct image_set *images = image_set_new();
	struct declarations list = {0};
	struct image *image = NULL;
	struct err err = ERR_INIT;

	set(&s, compiler, NULL);
	s.build.level = "-O0";
	cr_assert(eq(int, compile_get(&s.build, &made, &err), 0), "%s", err.text);
	program = mem_printf("%s/one", made);
	cr_assert(
		eq(int,
		   image_set_add(images, open(program, O_RDONLY | O_CLOEXEC), "one", &image, &err),
		   0));
	cr_assert(eq(int, image_declarations(image, &list, &err), 0));
	image_set_free(images);
	return list;
}

static size_t index_of(const struct declarations *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].name, name) == 0)
			return i;
	cr_assert(false, "%s is not listed", name);
	return 0;
}

static void expect_both(const char *compiler)
{
	struct setting s = {0};
	struct err err = ERR_INIT;
	struct declarations list;
	struct cure cure = {0};

	needs_program(compiler);
	write_source(JUMP);
	list = all_of(compiler);
	cr_expect(eq(sz, list.count, 4)); /* `at` is outside of functions */
	for (size_t i = 0; i < list.count; i++)
		s.candidates[i] = &list.items[i];
	set(&s, compiler, NULL)->request.count = list.count;
	cr_assert(eq(int, cure_find(&s.request, &cure, &err), 0), "%s", err.text);
	cr_expect(cure.fails);
	cr_assert(eq(sz, cure.count, 2));
	cr_expect(eq(sz, cure.names[0], index_of(&list, "tries")));
	cr_expect(eq(sz, cure.names[1], index_of(&list, "held")));
	cure_release(&cure);
	declarations_release(&list);
}

Test(qualifier_cure, locals_over_longjmp_gcc)
{
	expect_both("gcc");
}

Test(qualifier_cure, locals_over_longjmp_clang)
{
	expect_both("clang");
}

Test(qualifier_cure, what_needs_two_and_cannot_have_a_third)
{
	struct declaration names[6];
	struct setting s = {0};
	struct err err = ERR_INIT;
	struct cure cure = {0};

	write_source(
		"#include <setjmp.h>\n"
		"static jmp_buf at;\n"
		"static __attribute__((noinline)) void fail(int x) { if (x) longjmp(at, 1); }\n"
		"static __attribute__((noinline)) int work(int n)\n"
		"{\n"
		"\tint plain = 0;\n"
		"\tint a = 0;\n"
		"\tint b = 0;\n"
		"\tint tries = 0;\n"
		"\tint held = 0;\n"
		"\tint c = _Generic(&plain, int *: 7);\n"
		"\tif (setjmp(at)) return held * 10 + tries;\n"
		"\ttries = 1; held = n; fail(n); tries = 2; return a + b + c;\n"
		"}\n"
		"int main(void) { return work(3) == 31 ? 1 : 0; }\n");
	names[0] = at_line("plain", 6);
	names[1] = at_line("a", 7);
	names[2] = at_line("b", 8);
	names[3] = at_line("tries", 9);
	names[4] = at_line("held", 10);
	names[5] = at_line("c", 11);
	for (size_t i = 0; i < 6; i++)
		s.candidates[i] = &names[i];
	set(&s, "gcc", NULL)->request.count = 6;
	cr_assert(eq(int, cure_find(&s.request, &cure, &err), 0), "%s", err.text);
	cr_assert(eq(sz, cure.count, 2));
	cr_expect(eq(sz, cure.names[0], 3));
	cr_expect(eq(sz, cure.names[1], 4));
	cr_expect(cure.refused[0]);
	cr_expect(not(cure.refused[1]));
	cure_release(&cure);
}

Test(qualifier_cure, what_behaves_needs_none)
{
	struct declaration step = at_line("step", 4);
	struct setting s = {.candidates = {&step}};
	struct cure cure = {0};

	write_source(CRASH);
	set(&s, "gcc", NULL)->request.count = 1;
	s.build.level = "-O0";
	cr_assert(eq(int, cure_find(&s.request, &cure, NULL), 0));
	cr_expect(not(cure.fails));
	cr_expect(eq(sz, cure.count, 0));
	cr_expect(eq(int, calls, 1));
	cure_release(&cure);
}

Test(qualifier_cure, none_of_them_is_told)
{
	struct declaration other = at_line("other", 3);
	struct setting s = {.candidates = {&other}};
	struct cure cure = {0};

	write_source(CRASH);
	set(&s, "gcc", NULL)->request.count = 1;
	cr_assert(eq(int, cure_find(&s.request, &cure, NULL), 0));
	cr_expect(cure.fails);
	cr_expect(eq(sz, cure.count, 0));
	cure_release(&cure);
}

Test(qualifier_cure, gives_up_in_time)
{
	struct declaration other = at_line("other", 3), step = at_line("step", 4);
	struct setting s = {.candidates = {&other, &step}};
	struct cure cure = {0};

	write_source(CRASH);
	set(&s, "gcc", NULL)->request.count = 2;
	s.request.builds_max = 2;
	cr_assert(eq(int, cure_find(&s.request, &cure, NULL), 0));
	cr_expect(cure.fails);
	cr_expect(eq(sz, cure.count, 0));
	cure_release(&cure);
}

Test(qualifier_cure, a_program_that_does_not_compile_is_told)
{
	struct setting s = {0};
	struct err err = ERR_INIT;
	struct cure cure = {0};

	write_source("int main(void) { return missing; }\n");
	set(&s, "gcc", NULL);
	cr_expect(eq(int, cure_find(&s.request, &cure, &err), -ENOEXEC));
	cr_expect(ne(ptr, strstr(err.text, "missing"), NULL), "%s", err.text);
	set(&s, "no-such-cc", NULL);
	cr_expect(eq(int, cure_find(&s.request, &cure, &err), -ENOENT));
}

/* The last of the candidates, or all. */
static int behaves_in_time(void *arg, const char *made, struct err *err)
{
	(void)arg;
	(void)made;
	(void)err;
	return ++calls == 3;
}

static int find_last(void *arg)
{
	struct declaration other = at_line("other", 3), step = at_line("step", 4);
	struct setting s = {.candidates = {&other, &step}};
	struct cure cure = {0};
	int rc;

	(void)arg;
	calls = 0;
	/* a command, as it is not preprocessed each time */
	set(&s, "gcc", "${cc} ${cflags} -o one one.c")->request.count = 2;
	s.request.behaves = behaves_in_time;
	rc = cure_find(&s.request, &cure, NULL);
	if (rc)
		return rc;
	cr_expect(eq(sz, cure.count, 1));
	cure_release(&cure);
	return 0;
}

Test(qualifier_cure, whatever_runs_short)
{
	write_source(CRASH);
	fault_sweep(find_last, NULL);
}
