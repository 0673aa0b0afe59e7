#include "cli/options.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/util.h"

#define PARSE(options_, err_, ...)                                                                 \
	({                                                                                         \
		char *argv_[] = {"run", __VA_ARGS__, NULL};                                        \
		run_options_parse(ARRAY_SIZE(argv_) - 1, argv_, options_, err_);                   \
	})

Test(cli_options, defaults_are_quiet_of_opinion)
{
	struct run_options run;

	cr_assert(eq(int, PARSE(&run, NULL, "a.scn"), 0));
	cr_expect(eq(sz, run.files.count, 1));
	cr_expect(eq(str, (char *)run.files.items[0], "a.scn"));
	cr_expect(eq(uint, run.jobs, 0));
	cr_expect(eq(uint, run.repeat, 0));
	cr_expect(eq(u64, run.timeout_ns, 0));
	cr_expect(not(run.seed_given || run.role_given || run.fail_fast || run.keep || run.gdb));
	cr_expect(eq(int, run.verbosity, 0));
	cr_expect(eq(int, run.color, COLOR_AUTO));
	cr_expect(eq(sz, run.report_count, 0));
	run_options_release(&run);
}

Test(cli_options, everything_at_once)
{
	struct run_options run;

	cr_assert(eq(int,
		     PARSE(&run, NULL, "-j", "4", "a.scn", "--seed=18446744073709551615",
			   "--filter", "two words", "--filter=x", "--tag", "t", "--case", "a=b c=d",
			   "--role", "control", "--fail-fast", "--timeout", "250ms", "--keep",
			   "--gdb", "-vv", "--color=never", "--report", "junit:a:b.xml", "--report",
			   "tap", "--repeat", "3", "b"),
		     0));
	cr_expect(eq(uint, run.jobs, 4));
	cr_expect(eq(sz, run.files.count, 2));
	cr_expect(run.seed_given);
	cr_expect(eq(u64, run.seed, UINT64_MAX));
	cr_expect(eq(sz, run.filters.count, 2));
	cr_expect(eq(str, (char *)run.filters.items[0], "two words"));
	cr_expect(eq(str, (char *)run.tags.items[0], "t"));
	cr_expect(eq(str, (char *)run.variants.items[0], "a=b c=d"));
	cr_expect(run.role_given && run.role == ROLE_CONTROL);
	cr_expect(run.fail_fast && run.keep && run.gdb);
	cr_expect(eq(u64, run.timeout_ns, 250 * NS_PER_MS));
	cr_expect(eq(int, run.verbosity, 2));
	cr_expect(eq(int, run.color, COLOR_NEVER));
	cr_assert(eq(sz, run.report_count, 2));
	cr_expect(eq(int, run.reports[0].kind, REPORT_JUNIT));
	cr_expect(eq(str, (char *)run.reports[0].file, "a:b.xml"));
	cr_expect(eq(int, run.reports[1].kind, REPORT_TAP));
	cr_expect(eq(ptr, (void *)run.reports[1].file, NULL));
	cr_expect(eq(uint, run.repeat, 3));
	run_options_release(&run);
}

Test(cli_options, the_last_of_q_and_v_wins)
{
	struct run_options run;

	cr_assert(eq(int, PARSE(&run, NULL, "-v", "-q", "a"), 0));
	cr_expect(eq(int, run.verbosity, -1));
	run_options_release(&run);
	cr_assert(eq(int, PARSE(&run, NULL, "-q", "-v", "a"), 0));
	cr_expect(eq(int, run.verbosity, 1));
	run_options_release(&run);
}

struct refused_row {
	char word[40], value[40], text[80];
};

static const struct refused_row refused_rows[] = {
	{"--fliter", "x", "did you mean --filter?"},
	{"--xyzzyplugh", "x", "unknown option --xyzzyplugh"},
	{"--xyzzyplugh=3", "x", "unknown option --xyzzyplugh"},
	{"-x", "x", "unknown option"},
	{"-j", "0", "-j 0"},
	{"-j", "two", "-j two"},
	{"-j", "-1", "-j -1"},
	{"--seed", "-1", "--seed -1"},
	{"--seed", "18446744073709551616", "--seed 18446744073709551616"},
	{"--timeout", "2 days", "duration"},
	{"--timeout", "5", "duration"},
	{"--repeat", "0", "--repeat"},
	{"--role", "contrl", "did you mean `control`?"},
	{"--color", "green", "--color green"},
	{"--report", "junt:x", "did you mean `junit`?"},
	{"--report", "tap:", "file's name is missing"},
	{"--report", "sarif", "not available yet"},
	{"--report", "html:x.html", "not available yet"},
	{"--report", "github", "not available yet"},
	{"--shard", "3/2", "K from 1 to N"},
	{"--keep=3", "x", "--keep takes no value"},
	{"x", "--seed", "--seed needs a value"},
};

static void check_refused_row(const struct refused_row *row)
{
	struct run_options run = {.jobs = 42};
	struct err err = ERR_INIT;

	cr_expect(eq(int, PARSE(&run, &err, row->word, row->value), -EINVAL), "%s %s", row->word,
		  row->value);
	cr_expect(ne(ptr, strstr(err.text, row->text), NULL), "%s %s: %s", row->word, row->value,
		  err.text);
	cr_expect(eq(uint, run.jobs, 42), "untouched: %s", row->word);
}

Test(cli_options, refuses)
{
	for (size_t i = 0; i < ARRAY_SIZE(refused_rows); i++)
		check_refused_row(&refused_rows[i]);
}
