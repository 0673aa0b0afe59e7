/* Which variable lacks its qualifier, from the compilers to the finding. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "bench.h"
#include "lib/needs.h"
#include "lib/tmpdir.h"

static char *folder, ipcfault[PATH_MAX];

/* We are BUILD/tests/run. */
static void set_up(void)
{
	ssize_t len = readlink("/proc/self/exe", ipcfault, sizeof(ipcfault) - 1);

	needs_no_valgrind("compiles programs that reserve address space");
	cr_assert(len > 0);
	ipcfault[len] = '\0';
	*strrchr(ipcfault, '/') = '\0';
	snprintf(strrchr(ipcfault, '/') + 1, 20, "ipcfault");
	folder = tmpdir_new();
}

static void tear_down(void)
{
	tmpdir_free(folder);
}

TestSuite(run_levels, .init = set_up, .fini = tear_down);

#define HEAD                                                                                       \
	"#include <signal.h>\n#include <stdio.h>\n#include <sys/mman.h>\n"                         \
	"#include <sys/wait.h>\n#include <unistd.h>\n"
#define MAP(type) "\tstruct " type " *s = mmap(0, 4096, 3, MAP_SHARED | MAP_ANONYMOUS, -1, 0);\n"

/* The writer waits until the reader has looked. */
#define WAITING                                                                                    \
	HEAD "struct gate {\n\tlong spare;\n\tQUALIFIER int ready; /* line 8 */\n"                 \
	     "\tvolatile unsigned looks;\n};\n"                                                    \
	     "int main(void)\n{\n" MAP(                                                            \
		     "gate") "\tif (!fork()) {\n\t\twhile (s->looks < 3)\n\t\t\t;\n"               \
			     "\t\ts->ready = 1;\n\t\t_exit(0);\n\t}\n"                             \
			     "\twhile (!s->ready) /* line 20 */\n\t\ts->looks++;\n"                \
			     "\twait(0);\n\tputs(\"ready\");\n\treturn 0;\n}\n"

/* Each stage lasts until the other has seen it; plain words besides are nobody's business. */
#define STAGES                                                                                     \
	HEAD "struct work {\n\tQUALIFIER int stage; /* line 7 */\n\tint sum;\n"                    \
	     "\tvolatile int seen;\n};\n"                                                          \
	     "static void await(struct work *s, int stage)\n{\n"                                   \
	     "\tfor (int i = 0; i < 1000000 && s->seen != stage; i++)\n\t\t;\n}\n"                 \
	     "int main(void)\n{\n" MAP(                                                            \
		     "work") "\tif (!fork()) {\n\t\tint stage;\n"                                  \
			     "\t\twhile ((stage = *(volatile int *)&s->stage) < "                  \
			     "2)\n\t\t\ts->seen = stage;\n"                                        \
			     "\t\ts->seen = stage;\n\t\t_exit(0);\n\t}\n"                          \
			     "\ts->stage = 1; /* line 26 */\n\tawait(s, 1);\n"                     \
			     "\ts->sum = 1;\n\ts->sum += 2;\n\ts->stage = 2;\n"                    \
			     "\twait(0);\n\tprintf(\"%d\\n\", s->sum);\n\treturn 0;\n}\n"

/* Two accessors lead to it: the place of the access tells a pointer only. */
#define ACCESSORS                                                                                  \
	HEAD "struct gate {\n\tlong spare;\n\tQUALIFIER int ready; /* line 8 */\n"                 \
	     "\tvolatile unsigned looks;\n};\n"                                                    \
	     "static QUALIFIER int *slot(struct gate *s)\n{\n\treturn &s->ready;\n}\n"             \
	     "static int load(QUALIFIER int *at)\n{\n\treturn *at; /* line 17 */\n}\n"             \
	     "int main(void)\n{\n" MAP(                                                            \
		     "gate") "\tif (!fork()) {\n\t\twhile (s->looks < 3)\n\t\t\t;\n"               \
			     "\t\t*slot(s) = 1;\n\t\t_exit(0);\n\t}\n"                             \
			     "\twhile (!load(slot(s)))\n\t\ts->looks++;\n"                         \
			     "\twait(0);\n\tputs(\"ready\");\n\treturn 0;\n}\n"

static void run(const char *source, const char *qualifier, struct case_result *result)
{
	cleanup_free char *path = tmpdir_write(folder, "one.c", source);
	cleanup_free char *text =
		mem_printf("scenario: s\nmechanism: mmap\n"
			   "build: {sources: %s, compilers: [gcc, clang], levels: [-O0, -O2], "
			   "flags: ['-DQUALIFIER=%s']}\n"
			   "processes: {p: {run: ['${build}/one']}}\n"
			   "expect: {same-at-every-level: true}\ndeadline: 300ms\n",
			   path, qualifier);
	struct scenario_file file = bench_read(text);
	struct err err = ERR_INIT;
	struct bench b;

	cr_assert(eq(int, bench_open(&b), 0));
	b.options.ipcfault = ipcfault;
	cr_assert(eq(int, bench_again(&b, file.scenarios[0], ROLE_SUBJECT, result, &err), 0), "%s",
		  err.text);
	cr_assert(result->verdict == VERDICT_PASS || result->verdict == VERDICT_FAIL, "%s",
		  result->reason);
	bench_close(&b);
	scenario_file_release(&file);
}

static const struct row {
	const char *source, *variable;
	int line;
	const char *says[3];
} rows[] = {
	{WAITING,
	 "gate.ready",
	 20,
	 {"gate.ready (int, one.c:8)", "read once, in front of the loop", "memory_order_acquire"}},
	{ACCESSORS,
	 "*at",
	 17,
	 {"read once, in front of the loop", "with `volatile` at `*at` (one.c:15)", "_Atomic"}},
	{STAGES, "work.stage", 26, {"work.stage (int, one.c:7)", "never stored", "_Atomic"}},
};

static const struct finding *find(const struct case_result *result, const char *variable)
{
	for (size_t i = 0; i < result->finding_count; i++)
		if (result->findings[i].kind == FINDING_OPTIMIZATION &&
		    result->findings[i].variable &&
		    strcmp(result->findings[i].variable, variable) == 0)
			return &result->findings[i];
	return NULL;
}

static void expect_named(const struct row *row)
{
	cleanup_free char *all = NULL;
	const struct finding *found;
	struct case_result result;

	run(row->source, "", &result);
	all = bench_findings(&result);
	found = find(&result, row->variable);
	cr_assert(found != NULL, "%s: %s", row->variable, all);
	cr_expect(eq(sz, result.finding_count, 1), "%s", all);
	cr_expect(eq(int, found->stack.frames[0].line, row->line), "%s", all);
	for (size_t k = 0; k < ARRAY_SIZE(row->says); k++)
		cr_expect(strstr(found->text, row->says[k]) != NULL, "%s: %s", row->says[k],
			  found->text);
	case_result_release(&result);
}

/* One each: they compile much. */
Test(run_levels, names_the_variable_and_the_line)
{
	expect_named(&rows[0]);
}

Test(run_levels, names_what_accessors_lead_to)
{
	expect_named(&rows[1]);
}

Test(run_levels, names_what_is_stored_in_stages)
{
	expect_named(&rows[2]);
}

static void expect_silent(const struct row *row)
{
	cleanup_free char *all = NULL;
	struct case_result result;

	run(row->source, "_Atomic", &result);
	all = bench_findings(&result);
	cr_expect(eq(str, all, ""), "%s", row->variable);
	case_result_release(&result);
}

Test(run_levels, says_nothing_of_what_is_atomic)
{
	expect_silent(&rows[0]);
	expect_silent(&rows[1]);
}

Test(run_levels, says_nothing_of_atomic_stages)
{
	expect_silent(&rows[2]);
}
