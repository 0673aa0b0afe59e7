#include "run/reports.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tmpdir.h"
#include "oracle/observed.h"

/* What becomes of a file that valgrind has written for the process `reader`. */
static int collect(const char *kind, const char *text, struct observed *seen, struct err *err)
{
	char *dir = tmpdir_new(), name[64];
	const struct process_spec spec = {.name = (char *)"reader", .under = UNDER_MEMCHECK};
	const struct process_spec *specs[] = {&spec};
	struct scenario scenario = {.process_count = 1};
	struct execution x = {.scenario = &scenario, .specs = specs, .tmp = dir, .seen = seen};
	int rc;

	snprintf(name, sizeof(name), ".valgrind.reader.7.%s", kind);
	free(tmpdir_write(dir, name, text));
	rc = reports_collect(&x, err);
	tmpdir_free(dir);
	return rc;
}

#define ERROR(kind, what)                                                                          \
	"<error>\n<kind>" kind "</kind>\n" what "<stack><frame><ip>0x1</ip><fn>f</fn>"             \
	"<file>a.c</file><line>3</line></frame></stack></error>\n"

Test(run_reports, an_error_is_a_finding_of_its_process)
{
	struct observed seen = {0};
	struct err err = ERR_INIT;
	int rc = collect("xml",
			 ERROR("InvalidRead", "<what>Invalid read of size 4</what>")
				 ERROR("Race", "<xwhat><text>Possible data race</text></xwhat>"),
			 &seen, &err);

	cr_assert(eq(int, rc, 0), "%s", err.text);
	cr_assert(eq(sz, seen.finding_count, 2));
	cr_expect(eq(int, (int)seen.findings[0].kind, (int)FINDING_MEMORY_ERROR));
	cr_expect(eq(str, seen.findings[0].text, (char *)"Invalid read of size 4"));
	cr_expect(eq(str, seen.findings[0].process, (char *)"reader"));
	cr_assert(eq(sz, seen.findings[0].stack.count, 1));
	cr_expect(eq(str, seen.findings[0].stack.frames[0].function, (char *)"f"));
	cr_expect(eq(int, (int)seen.findings[1].kind, (int)FINDING_RACE));
	observed_release(&seen);
}

Test(run_reports, lost_memory_waits_for_the_comparison)
{
	struct observed seen = {0};
	struct err err = ERR_INIT;
	int rc = collect("xml",
			 ERROR("Leak_DefinitelyLost",
			       "<xwhat><text>5 bytes in 1 blocks are lost</text><leakedbytes>5</"
			       "leakedbytes><leakedblocks>1</leakedblocks></xwhat>"),
			 &seen, &err);

	cr_assert(eq(int, rc, 0), "%s", err.text);
	cr_expect(eq(sz, seen.finding_count, 0));
	cr_assert(eq(sz, seen.lost_count, 1));
	cr_expect(eq(u64, seen.lost[0].bytes, 5));
	cr_expect(eq(u64, seen.lost[0].blocks, 1));
	cr_expect(eq(sz, seen.lost[0].stack.count, 1));
	observed_release(&seen);
}

/* One wrong pointer makes many errors. */
Test(run_reports, only_the_first_errors_are_told)
{
	struct observed seen = {0};
	struct err err = ERR_INIT;
	char text[4096] = "";

	for (int i = 0; i < 12; i++)
		strcat(text, ERROR("InvalidRead", "<what>Invalid read</what>"));
	cr_assert(eq(int, collect("xml", text, &seen, &err), 0), "%s", err.text);
	cr_expect(eq(sz, seen.finding_count, 8));
	observed_release(&seen);
}

Test(run_reports, what_valgrind_itself_cannot_do_is_no_finding)
{
	struct observed seen = {0};
	struct err err = ERR_INIT;
	int rc = collect("log",
			 "==7== Valgrind: debuginfo reader: ensure_valid failed:\n"
			 "==7== Valgrind:   during call to ML_(img_get)\n",
			 &seen, &err);

	cr_expect(eq(int, rc, -ENOTSUP));
	cr_expect(eq(str, err.text,
		     "valgrind cannot run the program: debuginfo reader: ensure_valid failed:"));
	cr_expect(eq(sz, seen.finding_count, 0));
	observed_release(&seen);
}
