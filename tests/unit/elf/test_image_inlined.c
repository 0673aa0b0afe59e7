#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "elf/image.h"
#include "lib/needs.h"
#include "lib/tmpdir.h"

/* `mark` is a function of size 0 in the middle of what was inlined. */
static const char source[] =
	"static volatile int x;\n"
	"static inline __attribute__((always_inline)) void inner(void)\n"
	"{\n"
	"\tx++; __asm__ volatile(\".globl mark\\n.type mark, %function\\nmark: nop\"); x++;\n"
	"}\n"
	"int main(void) { x = 3; inner(); return x; }\n";

/* The name at `mark`, or "" for none; the caller's. */
static char *name_at_mark(const char *how)
{
	char *folder = tmpdir_new();
	cleanup_free char *path = tmpdir_write(folder, "a.c", source);
	cleanup_free char *program = mem_printf("%s/a", folder), *command;
	struct image_set *set = image_set_new();
	struct code_range *ranges = NULL;
	struct err err = ERR_INIT;
	struct image *image;
	const char *name;
	size_t count;
	char *copy;

	command = mem_printf("%s -O2 -o '%s' '%s'", how, program, path);
	cr_assert(eq(int, system(command), 0), "%s", command);
	cr_assert(eq(int,
		     image_set_add(set, open(program, O_RDONLY | O_CLOEXEC), "a", &image, &err),
		     0));
	cr_assert(eq(int, image_find_functions(image, "mark", false, &ranges, &count, &err), 0));
	cr_assert(eq(sz, count, 1));
	name = image_written_at(image, ranges[0].start);
	copy = mem_strdup(name ? name : "");
	free(ranges);
	image_set_free(set);
	tmpdir_free(folder);
	return copy;
}

Test(elf_image_inlined, names_the_function_that_was_inlined)
{
	static const char *const how[] = {"gcc -g", "clang -g"};

	needs_program("clang");
	for (size_t i = 0; i < 2; i++) {
		cleanup_free char *name = name_at_mark(how[i]);

		cr_expect(eq(str, name, "inner"), "%s", how[i]);
	}
}

Test(elf_image_inlined, names_nothing_without_debug_information)
{
	cleanup_free char *name = NULL;

	needs_program("gcc");
	name = name_at_mark("gcc");
	cr_expect(eq(str, name, ""));
}
