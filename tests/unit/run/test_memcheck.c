#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "lib/tmpdir.h"
#include "oracle/observed.h"
#include "run/memcheck.h"

/* What becomes of a log of valgrind: the number of findings, or the error. */
static int collect(const char *log, struct observed *seen, struct err *err)
{
	char *dir = tmpdir_new();
	const struct process_spec spec = {.under = UNDER_MEMCHECK};
	const struct process_spec *specs[] = {&spec};
	struct scenario scenario = {.process_count = 1};
	struct execution x = {.scenario = &scenario, .specs = specs, .tmp = dir, .seen = seen};
	cleanup_free char *path = tmpdir_write(dir, ".valgrind.7", log);
	int rc = memcheck_collect(&x, err);

	tmpdir_free(dir);
	return rc;
}

Test(run_memcheck, an_error_is_a_finding)
{
	struct observed seen = {0};
	struct err err = ERR_INIT;
	int rc = collect(
		"==7== \n==7== Invalid read of size 4\n==7==    at 0x1: f (a.c:1)\n==7== \n", &seen,
		&err);

	cr_assert(eq(int, rc, 0), "%s", err.text);
	cr_assert(eq(sz, seen.finding_count, 1));
	cr_expect(eq(int, (int)seen.findings[0].kind, (int)FINDING_MEMORY_ERROR));
	cr_expect(eq(int, strncmp(seen.findings[0].text, "Invalid read of size 4\n", 23), 0));
	observed_release(&seen);
}

Test(run_memcheck, what_valgrind_itself_cannot_do_is_no_finding)
{
	struct observed seen = {0};
	struct err err = ERR_INIT;
	int rc = collect("==7== Valgrind: debuginfo reader: ensure_valid failed:\n"
			 "==7== Valgrind:   during call to ML_(img_get)\n",
			 &seen, &err);

	cr_expect(eq(int, rc, -ENOTSUP));
	cr_expect(eq(str, err.text,
		     "valgrind cannot run the program: debuginfo reader: ensure_valid failed:"));
	cr_expect(eq(sz, seen.finding_count, 0));
	observed_release(&seen);
}
