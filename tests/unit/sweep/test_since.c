#include "sweep/since.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "lib/tmpdir.h"
#include "recorded.h"

static char *files[] = {"src/a.c", "main.c"};
static struct changes changes = {.top = "/work/tree", .files = files, .count = 2, .rev = "HEAD"};

/* clang-format off */
static const struct name {
	const char *file;
	bool changed;
} names[] = {
	{ "/elsewhere/src/a.c", true },  /* compiled on another machine */
	{ "src/a.c", true },
	{ "../src/a.c", true },
	{ "./a.c", true },               /* compiled in src */
	{ "a.c", true },
	{ "main.c", true },
	{ "/elsewhere/main.c", true },
	{ "/elsewhere/lib/a.c", false },
	{ "lib/a.c", false },
	{ "aa.c", false },
	{ "/x/src/aa.c", false },
	{ "xsrc/a.c", false },
	{ "domain.c", false },
};
/* clang-format on */

Test(sweep_since, knows_a_file_by_its_path)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		cr_expect(eq(int, changes_have(&changes, names[i].file), names[i].changed), "%s",
			  names[i].file);
}

/* What is in the tree is known exactly. */
Test(sweep_since, another_file_of_that_name_in_the_tree_is_another)
{
	char *folder = tmpdir_new(), *top = realpath(folder, NULL);
	char *inner = mem_printf("%s/lib", folder), *path = mem_printf("%s/lib/main.c", folder);
	const struct changes here = {.top = top, .files = files, .count = 2};

	cr_expect(changes_have(&here, path), "not there: its end decides");
	cr_assert(eq(int, mkdir(inner, 0700), 0));
	free(tmpdir_write(inner, "main.c", ""));
	cr_expect(not(changes_have(&here, path)));
	free(path);
	path = tmpdir_write(folder, "main.c", "");
	cr_expect(changes_have(&here, path));
	free(path);
	free(inner);
	free(top);
	tmpdir_free(folder);
}

static struct record record;
static struct attempt attempts[2], *pointers[2] = {&attempts[0], &attempts[1]};
static struct plan plan = {.attempts = pointers, .count = 2};

static void add_site(const char *innermost, const char *outermost)
{
	const char *const own[] = {"../sysdeps/read.c", innermost, outermost};
	struct call_site *site = record_add(&record, 0, "a", "read", FD_KIND_PIPE, 0, 1, 0);

	for (size_t i = 0; i < 3; i++) {
		struct frame *frame =
			mem_append(&site->stack.frames, &site->stack.count, sizeof(*frame));

		frame->module = mem_strdup(i ? "/bin/a" : "/lib/libc.so.6");
		frame->file = own[i] ? mem_strdup(own[i]) : NULL;
	}
	attempts[record.site_count - 1] = (struct attempt){.site = record.site_count - 1};
}

Test(sweep_since, leaves_out_places_in_other_files)
{
	struct err err = ERR_INIT;

	add_site("/tree/lib/io.c", "/tree/src/a.c");
	add_site("/tree/lib/io.c", "/tree/src/b.c");
	cr_assert(eq(int, since_plan(&record, &changes, &plan, &err), 0));
	cr_expect(eq(int, attempts[0].state, ATTEMPT_WAITS), "a caller has changed");
	cr_expect(eq(int, attempts[1].state, ATTEMPT_ELSEWHERE));
	record_release(&record);
}

Test(sweep_since, without_debug_information_it_is_refused)
{
	struct err err = ERR_INIT;

	add_site(NULL, NULL);
	add_site(NULL, NULL);
	cr_expect(eq(int, since_plan(&record, &changes, &plan, &err), -ENODATA));
	cr_expect(ne(ptr, strstr(err.text, "debug information"), NULL));
	record_release(&record);
}
