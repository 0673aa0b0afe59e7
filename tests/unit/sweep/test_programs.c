#include "sweep/programs.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lib/tmpdir.h"
#include "recorded.h"

static struct record record;
static struct programs programs;
static char *folder, *path;

static void put(const char *text)
{
	FILE *file = fopen(path, "w");

	cr_assert(ne(ptr, file, NULL));
	fputs(text, file);
	fclose(file);
}

static void begin(void)
{
	folder = tmpdir_new();
	path = mem_printf("%s/a program", folder);
	put("one");
}

static void end(void)
{
	programs_release(&programs);
	record_release(&record);
	tmpdir_free(folder);
	free(path);
}

TestSuite(sweep_programs, .init = begin, .fini = end);

static void add_call(const char *module)
{
	struct call_site *site = record_add(&record, 0, "a", "read", FD_KIND_PIPE, 0, 1, 0);
	struct frame *frame = mem_append(&site->stack.frames, &site->stack.count, sizeof(*frame));

	frame->module = mem_strdup(module);
}

static char *written(void)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	cr_assert(eq(int, programs_of_record(&record, &programs), 0));
	programs_write(&programs, out);
	fputs("scenario: x\n# program 0123456789abcdef /not/a/comment/at/the/head\n", out);
	fclose(out);
	programs_release(&programs);
	return text;
}

static enum program_state state_of(const char *text)
{
	enum program_state state;

	cr_assert(eq(int, programs_of_text(text, &programs), 0));
	cr_assert(eq(sz, programs.count, 1));
	cr_expect(eq(str, programs.items[0].path, path));
	state = programs.items[0].state;
	programs_release(&programs);
	return state;
}

Test(sweep_programs, knows_what_has_changed)
{
	char *text;

	add_call(path);
	add_call(path);
	text = written();
	cr_expect(eq(int, state_of(text), PROGRAM_SAME));
	put("two");
	cr_expect(eq(int, state_of(text), PROGRAM_CHANGED));
	remove(path);
	cr_expect(eq(int, state_of(text), PROGRAM_GONE));
	free(text);
}

Test(sweep_programs, the_c_library_and_what_is_no_file_are_left_out)
{
	add_call("/usr/lib/x86_64-linux-gnu/libc.so.6");
	add_call("[vdso]");
	add_call("/no/such/file");
	cr_assert(eq(int, programs_of_record(&record, &programs), 0));
	cr_expect(eq(sz, programs.count, 0));
}

Test(sweep_programs, of_a_text_without_them_there_are_none)
{
	cr_assert(eq(int, programs_of_text("# program of mine\nscenario: x\n", &programs), 0));
	cr_expect(eq(sz, programs.count, 0));
}
