#include "qualifier/pass.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "lib/fault.h"
#include "lib/needs.h"
#include "lib/tmpdir.h"
#include "qualifier/program_text.h"

struct row {
	char pass[8], name[8];
	char dump[320], before[160];
	char want[160]; /* "" = nothing */
};

/* As gcc 12.2 writes them. */
/* clang-format off */
static struct row rows[] = {
	{ "dse1", "valid",
	  ";; Function put\n\n  Deleted dead store: [b4.c:3:53] [b4.c:3:46] m_10(D)->valid = 0;\n\n",
	  "", "gcc's pass dse1 deletes the store `m->valid = 0` (b4.c:3)" },
	{ "dse1", "len",
	  "  Deleted dead store: [b4.c:3:53] [b4.c:3:46] m_10(D)->valid = m_10(D)->len;\n", "", "" },
	{ "dse1", "valid", "  Deleted trivially dead stmt: [b.c:5:78] valid_33 = 0;\n", "", "" },
	{ "dse1", "val", "  Deleted dead store: [b4.c:3:53] m_10(D)->valid = 0;\n", "", "" },
	{ "lim2", "done",
	  "Executing store motion of *p_3(D).done from loop 1\nMoving statement\n_9 = i_8;\n(cost 1) out of loop 1.\n",
	  "  [b10.c:4:80] [b10.c:4:80] *p_3(D).done = _2;\n",
	  "gcc's pass lim2 keeps `p->done` in a register, stored once behind the loop (b10.c:4)" },
	{ "lim2", "stop",
	  "Moving statement\nstop.0_1 = stop;\n(cost 20) out of loop 1.\n\n\n  [b1.c:5:9] stop.0_1 = stop;\n",
	  "", "gcc's pass lim2 reads `stop` once, in front of the loop (b1.c:5)" },
	{ "lim2", "stop", "Moving statement\nstop = 1;\n(cost 20) out of loop 1.\n", "", "" },
	{ "fre1", "seq",
	  "Replaced *s_14(D).seq with q_15 in all uses of _6 = *s_14(D).seq;\nRemoving dead stmt _6 = *s_14(D).seq;\n",
	  "  [b6.c:3:139] q_15 = [b6.c:3:141] [b6.c:3:141] *s_14(D).seq;\n  [b6.c:4:9] _6 = [b6.c:4:11] *s_14(D).seq;\n",
	  "gcc's pass fre1 does not read `s->seq` again, but takes the value from before (b6.c:4)" },
	{ "pre", "torn", "Replaced redundant PHI node defining torn_9 with torn_10\n", "", "" },
	{ "pre", "b",
	  "Replaced *s_12(D).b with pretmp_15 in all uses of _5 = *s_12(D).b;\n", "",
	  "gcc's pass pre does not read `s->b` again, but takes the value from before" },
	{ "sink1", "state", "Sinking # .MEM_6 = VDEF <.MEM_3(D)>\np_4(D)->state = v_5(D);\n from bb 2 to bb 3\n",
	  "[sk.c:9:4] p_4(D)->state = v_5(D);\n",
	  "gcc's pass sink1 moves the store `p->state = v` further down (sk.c:9)" },
	{ "dse1", "valid", "Deleted dead store: [b4.c:3:53] m_10(D)->val", "", "" },
	{ "dse1", "valid", "Deleted dead store: [b4.c m->valid = 0;\n", "",
	  "gcc's pass dse1 deletes the store `[b4.c m->valid = 0`" },
};
/* clang-format on */

ParameterizedTestParameters(qualifier_pass, reads_what_gcc_dumps)
{
	return cr_make_param_array(struct row, rows, sizeof(rows) / sizeof(rows[0]));
}

ParameterizedTest(struct row *row, qualifier_pass, reads_what_gcc_dumps)
{
	struct pass_reasons list = {0};
	cleanup_free char *text = NULL;

	cr_assert(eq(int, pass_read_dump(row->pass, row->dump, row->before, row->name, &list), 0));
	cr_expect(le(sz, list.count, 1));
	text = list.count ? pass_reason_text(&list.items[0]) : mem_strdup("");
	cr_expect(eq(str, text, row->want));
	pass_reasons_release(&list);
}

static const char *const two_dumps[] = {
	"Sinking [a.c:9:4] x = 1;\n from bb 2 to bb 5\nSinking # .MEM",
	"Deleted dead store: [a.c:7:2] x = 1;\nDeleted dead store: [a.c:3:2] x = 2;\n"
	"Deleted dead store: [a.c:3:2] x = 2;\n"};

static int read_two(void *arg)
{
	struct pass_reasons list = {0};
	cleanup_free char *text = NULL;
	int rc = 0;

	(void)arg;
	for (int i = 0; !rc && i < 2; i++)
		rc = pass_read_dump("dse1", two_dumps[i], "", "x", &list);
	if (!rc) {
		cr_assert(eq(sz, list.count, 3));
		cr_expect(eq(int, list.items[0].line, 7));
		cr_expect(eq(int, list.items[1].line, 3));
		cr_expect(eq(int, list.items[2].line, 9));
		text = pass_reason_text(&list.items[0]);
		rc = text ? 0 : -ENOMEM;
	}
	pass_reasons_release(&list);
	return rc;
}

Test(qualifier_pass, the_strongest_first_and_none_twice_whatever_runs_short)
{
	fault_sweep(read_two, NULL);
}

static const char said[] =
	"BISECT: running pass (1) Annotation2MetadataPass on [module]\n"
	"BISECT: running pass (2) EarlyCSEPass on readp\n"
	"BISECT: running pass (3) LICMPass on Loop at depth 1 containing: %5<header>\n"
	"BISECT: running pass (4) LICMPass on loop %while.cond in function main\n"
	"BISECT: running pass (5) InlinerPass on (nowms)\n"
	"BISECT: NOT running pass (6) DSEPass on readp\n";

static int read_steps(void *arg)
{
	static const char *const want[][2] = {{"Annotation2MetadataPass", NULL},
					      {"EarlyCSEPass", "readp"},
					      {"LICMPass", "readp"},
					      {"LICMPass", "readp"},
					      {"InlinerPass", "nowms"},
					      {NULL, NULL}};

	(void)arg;
	for (unsigned i = 0; i < 6; i++) {
		struct pass_step step = {0};
		int rc = pass_read_step(said, i + 1, &step);

		if (rc)
			return rc;
		cr_expect(eq(str, step.pass ? step.pass : "-", want[i][0] ? want[i][0] : "-"));
		cr_expect(eq(str, step.function ? step.function : "-",
			     want[i][1] ? want[i][1] : "-"));
		pass_step_release(&step);
	}
	return 0;
}

Test(qualifier_pass, reads_what_clang_says_whatever_runs_short)
{
	cr_expect(eq(u32, pass_count_steps(said), 5));
	cr_expect(eq(u32, pass_count_steps("warning: nothing\n"), 0));
	fault_sweep(read_steps, NULL);
}

Test(qualifier_pass, of_several_sources_none_is_said)
{
	struct pass_step step = {0};

	cr_assert(eq(
		int,
		pass_read_step("BISECT: running pass (1) A on a\nBISECT: running pass (1) B on b\n",
			       1, &step),
		0));
	cr_expect(eq(ptr, step.pass, NULL));
}

/* --- real compilers ------------------------------------------------------ */

static const char put_source[] = "#include <signal.h>\n"
				 "#include <unistd.h>\n"
				 "struct message { int valid; };\n"
				 "static struct message only;\n"
				 "static void on_crash(int s) { (void)s; _exit(only.valid); }\n"
				 "static __attribute__((noinline)) void put(struct message *m)\n"
				 "{\n"
				 "\tm->valid = 1;\n"
				 "\t*(volatile int *)8 = 0;\n"
				 "\tm->valid = 2;\n"
				 "}\n"
				 "int main(void)\n"
				 "{\n"
				 "\tsignal(SIGSEGV, on_crash);\n"
				 "\tput(&only);\n"
				 "\treturn 9;\n"
				 "}\n";

static char *folder, *source, *cache;

static void set_up(void)
{
	folder = tmpdir_new();
	source = tmpdir_write(folder, "put.c", put_source);
	cache = mem_printf("%s/cache", folder);
}

static void tear_down(void)
{
	tmpdir_free(folder);
	free(source);
	free(cache);
}

TestSuite(qualifier_pass_real, .init = set_up, .fini = tear_down);

static struct compile_request request_of(const char *compiler, struct build_spec *spec,
					 const char **sources)
{
	spec->sources.items = &source;
	spec->sources.count = 1;
	*sources = source;
	return (struct compile_request){.spec = spec,
					.sources = sources,
					.compiler = compiler,
					.level = "-O2",
					.cache = cache};
}

static int behaves(void *arg, const char *made, struct err *err)
{
	cleanup_free char *line = mem_printf("%s/put", made);
	int status;

	(void)arg;
	(void)err;
	status = system(line); /* NOLINT(cert-env33-c): a path of ours */
	return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): struct build_spec keeps it */
static void expect_gcc(char *command)
{
	struct build_spec spec = {.command = command};
	const char *sources;
	struct compile_request request = request_of("gcc", &spec, &sources);
	struct pass_reasons list = {0};
	struct err err = ERR_INIT;
	cleanup_free char *text = NULL;

	needs_program("gcc");
	cr_assert(eq(int, pass_ask_gcc(&request, NULL, "valid", &list, &err), 0), "%s", err.text);
	cr_assert(gt(sz, list.count, 0));
	text = pass_reason_text(&list.items[0]);
	cr_expect(ne(ptr, strstr(text, "gcc's pass dse1 deletes the store `m->valid = 1` ("), NULL),
		  "%s", text);
	cr_expect(ne(ptr, strstr(text, "put.c:8)"), NULL), "%s", text);
	pass_reasons_release(&list);
}

Test(qualifier_pass_real, gcc_tells_the_statement)
{
	expect_gcc(NULL);
}

Test(qualifier_pass_real, gcc_tells_it_of_a_project)
{
	expect_gcc("${cc} ${cflags} -c put.c && ${cc} -o put put.o");
}

static int bisect(const struct compile_request *request, const char *const *units, size_t count,
		  struct pass_step *step, struct err *err)
{
	struct program_texts texts;
	struct pass_question question = {.build = request,
					 .texts = &texts,
					 .units = units,
					 .unit_count = count,
					 .behaves = behaves};
	int rc = program_texts_read(request, &texts, err);

	if (rc)
		return rc;
	rc = pass_bisect_clang(&question, step, err);
	program_texts_release(&texts);
	return rc;
}

Test(qualifier_pass_real, clang_tells_pass_and_function)
{
	struct build_spec spec = {0};
	const char *sources;
	struct compile_request request = request_of("clang", &spec, &sources);
	struct pass_step step = {0};
	struct err err = ERR_INIT;

	needs_program("clang");
	cr_assert(eq(int, bisect(&request, &sources, 1, &step, &err), 0), "%s", err.text);
	cr_assert(ne(ptr, step.pass, NULL));
	cr_expect(eq(str, step.pass, "DSEPass"));
	cr_expect(eq(str, step.function, "put"));
	pass_step_release(&step);
}

/* Each source is counted for itself: first it is found which one it is. */
Test(qualifier_pass_real, clang_tells_the_source_of_several)
{
	cleanup_free char *other =
		tmpdir_write(folder, "other.c", "int other(int n) { return n * 2 + 1; }\n");
	char *items[] = {source, other};
	struct build_spec spec = {0};
	const char *sources[] = {source, other}, *units[] = {other, source};
	struct compile_request request = request_of("clang", &spec, sources);
	struct pass_step step = {0};
	struct err err = ERR_INIT;

	needs_program("clang");
	spec.sources = (struct strings){items, 2};
	cr_assert(eq(int, bisect(&request, units, 2, &step, &err), 0), "%s", err.text);
	cr_assert(ne(ptr, step.pass, NULL));
	cr_expect(eq(str, step.pass, "DSEPass"));
	cr_expect(eq(str, step.unit, source));
	pass_step_release(&step);
}

Test(qualifier_pass_real, clang_has_no_pass_to_blame_where_all_is_well)
{
	struct build_spec spec = {0};
	const char *sources;
	struct compile_request request = request_of("clang", &spec, &sources);
	struct pass_step step = {0};

	needs_program("clang");
	request.level = "-O0";
	cr_assert(eq(int, bisect(&request, &sources, 1, &step, NULL), 0));
	cr_expect(eq(ptr, step.pass, NULL));
}
