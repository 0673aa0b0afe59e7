#include "qualifier/usage.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "elf/declarations.h"
#include "lib/fault.h"

static const char text[] =
	"struct box { int mean, full; };\n"
	"static int put(struct box *b, int n) {\n"
	"  int over = n; ((b)->mean) = n; if (b->full == over) b->mean++;\n"
	"  b->full += 1; return b->mean;\n"
	"}\n"
	"static int go(void) { int done = 0; if (__sigsetjmp (out, 1)) return done; }\n"
	"extern int _setjmp(void *);\n"
	"int stop;\n";

static int look(void *arg)
{
	const struct declaration names[] = {
		{.name = "mean", .file = "a.c", .line = 1},
		{.name = "full", .file = "a.c", .line = 1},
		{.name = "over", .file = "a.c", .line = 3},
		{.name = "done", .file = "a.c", .line = 6},
		{.name = "stop", .file = "a.c", .line = 8},
	};
	const struct declaration *all[5];
	struct usage usages[5] = {0};
	int rc;

	(void)arg;
	for (int i = 0; i < 5; i++)
		all[i] = &names[i];
	rc = usage_of_text(text, "/x/a.c", all, 5, usages);
	if (rc)
		return rc;
	cr_expect(gt(sz, usages[0].last_store, 0));
	cr_expect(gt(sz, usages[1].last_store, usages[0].last_store));
	cr_expect(gt(sz, usages[2].last_store, 0));
	cr_expect(eq(sz, usages[4].last_store, 0));
	for (int i = 0; i < 5; i++)
		cr_expect(eq(int, usages[i].over_setjmp, i == 3), "%s", names[i].name);
	return 0;
}

Test(qualifier_usage, the_last_store_and_who_is_jumped_over_whatever_runs_short)
{
	fault_sweep(look, NULL);
}
