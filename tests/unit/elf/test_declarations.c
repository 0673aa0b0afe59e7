#include "elf/declarations.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "elf/image.h"
#include "lib/fault.h"
#include "lib/needs.h"
#include "lib/tmpdir.h"

static const char source[] =
	"#include <stdio.h>\n"
	"struct pair { int one; volatile int two; struct { char deep; } in; };\n"
	"static struct pair shared; typedef int word; typedef struct pair other; typedef volatile "
	"int never;\n"
	"static volatile int marked[2];\n"
	"static _Atomic int counted;\n"
	"int main(void)\n"
	"{\n"
	"\tword outer = shared.one; other unused; never seen; (void)unused; (void)seen;\n"
	"\t{ int inner = marked[0] + counted; outer += inner; }\n"
	"\treturn outer;\n"
	"}\n";

static char *program;

/* "member pair.one 2, …" */
static char *list_text(const struct declarations *list)
{
	static const char *const kinds[] = {"member", "global", "type", "local"};
	char *text = strdup("");

	for (size_t i = 0; i < list->count; i++) {
		const struct declaration *d = &list->items[i];
		cleanup_free char *before = text,
				  *type = d->type ? mem_printf(" %s", d->type) : strdup("");

		cr_expect(ne(ptr, strstr(d->file, "decl.c"), NULL), "%s", d->file);
		text = mem_printf("%s%s%s %s.%s %d%s", before, i ? ", " : "", kinds[d->kind],
				  d->owner ? d->owner : "", d->name, d->line, type);
	}
	return text;
}

static char *look(void)
{
	struct image_set *set = image_set_new();
	struct declarations list = {0};
	struct image *image = NULL;
	char *text;
	int fd = open(program, O_RDONLY | O_CLOEXEC);

	cr_assert(eq(int, image_set_add(set, fd, program, &image, NULL), 0));
	cr_assert(eq(int, image_declarations(image, &list, NULL), 0));
	text = list_text(&list);
	declarations_release(&list);
	image_set_free(set);
	return text;
}

static int list_again(void *arg)
{
	struct image_set *set = image_set_new();
	struct declarations list = {0};
	struct image *image = NULL;
	int rc = set ? image_set_add(set, open(program, O_RDONLY | O_CLOEXEC), "x", &image, NULL)
		     : -1;

	(void)arg;
	rc = rc ? rc : image_declarations(image, &list, NULL);
	declarations_release(&list);
	image_set_free(set);
	return rc;
}

static void expect_all(const char *compiler, const char *want)
{
	char *folder = tmpdir_new();
	cleanup_free char *path = tmpdir_write(folder, "decl.c", source), *line, *text;

	needs_program(compiler);
	program = mem_printf("%s/decl", folder);
	line = mem_printf("%s -g -O0 -o %s %s", compiler, program, path);
	cr_assert(eq(int, system(line), 0)); /* NOLINT(cert-env33-c): a path of ours */
	text = look();
	cr_expect(eq(str, text, (char *)want));
	fault_sweep_tolerant(list_again, NULL);
	free(program);
	tmpdir_free(folder);
}

#define REST                                                                                       \
	"global .shared 3, type .word 3, local main.outer 8 word, local main.unused 8 other, "     \
	"local main.inner 9"

Test(elf_declarations, of_gcc)
{
	expect_all("gcc", "member .deep 2, member pair.one 2, member pair.in 2, " REST);
}

Test(elf_declarations, of_clang)
{
	expect_all("clang", "member pair.one 2, member pair.in 2, member .deep 2, " REST);
}
