#include "scenario/baseline_file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/err.h"
#include "base/util.h"

#define ENTRY "- of: a\n  finding: crash\n  call: read\n  on: pipe\n  fault: io\n"

static struct baseline baseline;
static struct problems problems;

static void read_it(const char *text)
{
	struct err err = ERR_INIT;
	int rc = baseline_text_read("base.yml", text, strlen(text), &baseline, &problems, &err);

	cr_assert(eq(int, rc, 0), "%s", err.text);
}

static void forget(void)
{
	baseline_release(&baseline);
	problems_release(&problems);
}

TestSuite(scenario_baseline_file, .fini = forget);

Test(scenario_baseline_file, reads_all_keys)
{
	read_it("# a comment\n" ENTRY "  silent: true\n  process: p\n  caller: q\n  at: 'p!main'\n"
		"  genuine: false\n  reason: ${not} a variable\n");
	cr_assert(eq(sz, problems.count, 0));
	cr_assert(eq(sz, baseline.count, 1));
	cr_expect(eq(int, baseline.items[0].kind, FINDING_CRASH));
	cr_expect(eq(int, baseline.items[0].on, FD_KIND_PIPE));
	cr_expect(baseline.items[0].silent && baseline.items[0].judged);
	cr_expect(not(baseline.items[0].genuine));
	cr_expect(eq(str, baseline.items[0].caller, "q"));
	cr_expect(eq(str, baseline.items[0].reason, "${not} a variable"));
}

Test(scenario_baseline_file, an_empty_file_is_an_empty_list)
{
	read_it("# nothing yet\n");
	cr_expect(eq(sz, baseline.count + problems.count, 0));
}

static const struct bad {
	const char *text;
	int line, col;
	const char *says;
} bad[] = {
	{ENTRY "- of: b\n  finding: crahs\n  call: read\n  fault: io\n", 7, 12, "unknown finding"},
	{ENTRY "  reasn: x\n", 6, 3, "unknown key `reasn`"},
	{"- of: a\n  finding: crash\n  fault: io\n", 1, 3, "a known finding needs `call`"},
	{ENTRY "  genuine: perhaps\n", 6, 12, "perhaps"},
	{ENTRY "  reason: [x]\n", 6, 11, "a text"},
	{"of: a\n", 1, 1, "expected a list"},
	{"- a\n", 1, 3, "expected a mapping"},
	{ENTRY "  on: {\n", 7, 1, ""},
};

Test(scenario_baseline_file, tells_what_is_wrong_and_where)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const struct bad *row = &bad[i];

		forget();
		read_it(row->text);
		cr_assert(ge(sz, problems.count, 1), "%s", row->text);
		cr_expect(eq(int, problems.items[0].pos.line, row->line), "%s",
			  problems.items[0].text);
		cr_expect(eq(int, problems.items[0].pos.col, row->col), "%s",
			  problems.items[0].text);
		cr_expect(ne(ptr, strstr(problems.items[0].text, row->says), NULL), "%s",
			  problems.items[0].text);
	}
}

Test(scenario_baseline_file, a_file_that_is_not_there_is_told)
{
	struct err err = ERR_INIT;

	cr_expect(lt(int, baseline_file_read("/no/such/file", &baseline, &problems, &err), 0));
	cr_expect(ne(ptr, strstr(err.text, "/no/such/file"), NULL));
}
