/* Commands, help, and what is no command. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/util.h"
#include "base/vocab.h"
#include "lib/needs.h"
#include "model/words.h"
#include "scenario/scenario_file.h"
#include "stage.h"
#include "sys/kernel_model.h"
#include "sys/probe.h"
#include "sys/syscalls.h"

TestSuite(cli_cli, .init = stage_open, .fini = stage_close);

static void expect_in(const char *text, const char *wanted)
{
	cr_expect(ne(ptr, strstr(text, wanted), NULL), "'%s' is not in:\n%s", wanted, text);
}

struct command_row {
	char line[60];
	int code;
	char out[60], err[60]; /* each must occur */
};

static const struct command_row command_rows[] = {
	{"", 2, "", "Usage: ipcfault"},
	{"--help", 0, "Examples:", ""},
	{"-h", 0, "Examples:", ""},
	{"help", 0, "Not available yet: explore", ""},
	{"help run", 0, "--filter=WORDS", ""},
	{"help explore", 0, "Examples:", ""},
	{"sweep --help", 0, "--exhaustive", ""},
	{"help rum", 2, "", "did you mean `run`?"},
	{"run --help", 0, "--report=FORMAT[:FILE]", ""},
	{"run -h", 0, "-j N", ""},
	{"check --help", 0, "run nothing", ""},
	{"list --help", 0, "--json", ""},
	{"trace --help", 0, "--calls=LIST", ""},
	{"trace -- true --help", 0, "", "write(1, 5 bytes) = 5"},
	{"doctor --help", 0, "Try out", ""},
	{"new --help", 0, "MECHANISM", ""},
	{"schema --help", 0, "JSON Schema", ""},
	{"--version", 0, "ipcfault ", ""},
	{"version", 0, "ipcfault ", ""},
	{"sweep", 2, "", "nothing to sweep"},
	{"sweep --", 2, "", "nothing to sweep"},
	{"sweep a.scn -- true", 2, "", "either files or a command"},
	{"sweep --stdin x a.scn", 2, "", "--stdin is for a command"},
	{"sweep --keep -- true", 2, "", "mean nothing for a sweep"},
	{"sweep --update-baseline -- true", 2, "", "which one?"},
	{"sweep --baseline /no/such/file -- true", 2, "", "/no/such/file"},
	{"sweep --min-score 95 -- true", 2, "", "0.95 or 95%"},
	{"sweep --min-score 101% -- true", 2, "", "0.95 or 95%"},
	{"sweep --min-score -1 -- true", 2, "", "0.95 or 95%"},
	{"sweep --min-score nan -- true", 2, "", "0.95 or 95%"},
	{"sweep --budget x -- true", 2, "", "duration"},
	{"sweep --exhaustve -- true", 2, "", "did you mean --exhaustive?"},
	{"explore x", 2, "", "not available yet"},
	{"replay x", 2, "", "No such file"},
	{"replay", 2, "", "nothing to run"},
	{"merge x", 2, "", "unable to open x"},
	{"merge", 2, "", "nothing to merge"},
	{"merge --reprot x", 2, "", "did you mean --report?"},
	{"run --reprot x", 2, "", "did you mean --report?"},
	{"sweep --fliter x", 2, "", "did you mean --filter?"},
	{"sweep --shard 3/2 -- true", 2, "", "K from 1 to N"},
	{"cc", 2, "", "cc: what is to be compiled?"},
	{"chekc x", 2, "", "did you mean `check`?"},
	{"frobnicate", 2, "", "neither a command nor a file"},
	{"frobnicate.scn", 2, "", "frobnicate.scn"},
	{"run", 2, "", "nothing to run"},
	{"check", 2, "", "nothing to check"},
	{"check --colour x", 2, "", "did you mean --color?"},
	{"trace", 2, "", "nothing to trace"},
	{"trace --calls wriet true", 2, "", "did you mean `write`?"},
	{"trace --timeout x true", 2, "", "duration"},
	{"new", 2, "", "which mechanism?"},
	{"new pip", 2, "", "did you mean `pipe`?"},
	{"new pipe fifo", 2, "", "one mechanism at a time"},
	{"list", 0, "mechanisms", ""},
	{"list falts", 2, "", "did you mean `faults`?"},
	{"list faults calls", 2, "", "one list at a time"},
	{"list coverage", 2, "", "name scenario files"},
	{"list coverage nowhere.scn", 2, "", "nowhere.scn"},
	{"doctor x", 2, "", "doctor takes no argument"},
	{"schema x", 2, "", "schema takes no argument"},
};

static void check_command_row(const struct command_row *row)
{
	stage_run(row->line);
	cr_expect(eq(int, stage.code, row->code), "`%s`: %s", row->line, stage.err);
	cr_expect(ne(ptr, strstr(stage.out, row->out), NULL), "`%s`: %s", row->line, stage.out);
	cr_expect(ne(ptr, strstr(stage.err, row->err), NULL), "`%s`: %s", row->line, stage.err);
}

Test(cli_cli, answers)
{
	for (size_t i = 0; i < ARRAY_SIZE(command_rows); i++)
		check_command_row(&command_rows[i]);
}

/* Each probe of sys/ has its line. */
Test(cli_doctor, shows_every_probe)
{
	const struct probe *probe;

	needs_no_valgrind("it has no ptrace and no 32 bit calls");
	stage_open();
	stage_run("doctor");
	for (size_t i = 0; (probe = probe_get(i)); i++)
		expect_in(stage.out, probe->name);
	expect_in(stage.out, "bundled-programs");
	expect_in(stage.out, "calls answer signals as the table says");
	cr_expect(eq(int, stage.code, strstr(stage.out, "Scenarios can run here.") ? 0 : 3));
	stage_close();
}

static const struct {
	const char *list;
	const struct vocab *vocab;
} lists[] = {
	{"faults", &action_vocab},
	{"triggers", &trigger_vocab},
	{"mechanisms", &mechanism_vocab},
	{"findings", &finding_vocab},
};

Test(cli_cli, lists_hold_every_word)
{
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		char line[40];

		snprintf(line, sizeof(line), "list %s", lists[i].list);
		stage_run(line);
		for (int w = 0; w < lists[i].vocab->count; w++)
			expect_in(stage.out, lists[i].vocab->rows[w].name);
	}
	stage_run("list calls");
	for (size_t i = 0; i < syscall_count(); i++)
		expect_in(stage.out, syscall_get((int)i)->name);
}

static const char covered[] = "scenario: with a control\n"
			      "mechanism: pipe\n"
			      "matrix: {n: [1, 2]}\n"
			      "processes: {one: {run: [true]}}\n"
			      "faults:\n"
			      "  - {at: {call: read, nth: 1}, do: {errno: EIO}}\n"
			      "  - {at: {call: read, nth: 2}, do: {errno: EIO}}\n"
			      "  - {at: {call: write}, do: {delay: 1ms}}\n"
			      "model: adversarial\n"
			      "control: {one: {run: [false]}, caught: {one: wrong-exit}}\n"
			      "---\n"
			      "scenario: without\n"
			      "mechanism: pipe\n"
			      "processes: {one: {run: [true]}}\n"
			      "faults: [{at: {call: write}, do: {delay: 1ms}}]\n";

/* Each scenario once, whatever its matrix and however many such faults it has. */
Test(cli_cli, coverage_counts_scenarios)
{
	stage_write("a.scn", covered);
	stage_run("list coverage %s/a.scn");
	cr_assert(eq(int, stage.code, 0), "%s", stage.err);
	expect_in(stage.out, "| | signal | process | pipe | fifo |");
	expect_in(stage.out, "| `errno` | | | 1 | |");
	expect_in(stage.out, "| `delay` | | | 2/1 | |");
	expect_in(stage.out, "| `short` | – | | | |");
}

/* No queue or memory is reset: the second table has no such row. */
Test(cli_cli, coverage_leaves_out_a_row_without_any_cell)
{
	const char *second;

	stage_write("a.scn", covered);
	stage_run("list coverage %s/a.scn");
	cr_assert(eq(int, stage.code, 0), "%s", stage.err);
	expect_in(stage.out, "| `reset` |");
	second = strstr(stage.out, "| mq-posix |");
	cr_assert(ne(ptr, (void *)second, NULL));
	expect_in(second, "| `errno` |");
	cr_expect(eq(ptr, strstr(second, "| `reset` |"), NULL), "%s", second);
}

/* One scenario for two mechanisms, twice each. */
Test(cli_cli, coverage_counts_the_mechanisms_of_a_matrix)
{
	stage_write("a.scn", "scenario: a\n"
			     "mechanism: \"unix-${type}\"\n"
			     "matrix: {type: [stream, seqpacket], n: [1, 2]}\n"
			     "processes: {p: {run: [\"true\"]}}\n"
			     "faults: [{at: {call: read}, do: {delay: 1ms}}]\n"
			     "control: {p: {run: [\"true\"]}, caught: hang}\n");
	stage_run("list coverage %s/a.scn");
	cr_assert(eq(int, stage.code, 0), "%s", stage.err);
	expect_in(stage.out, "| `delay` | | | | | 1 | | 1 | | | |");
}

static json_t *cell_of(json_t *cells, const char *mechanism, const char *fault)
{
	json_t *cell;
	size_t i;

	json_array_foreach(cells, i,
			   cell) if (!strcmp(json_string_value(json_object_get(cell, "mechanism")),
					     mechanism) &&
				     !strcmp(json_string_value(json_object_get(cell, "fault")),
					     fault)) return cell;
	return NULL;
}

Test(cli_cli, coverage_as_json_has_reasons)
{
	json_t *cells, *cell;

	stage_write("a.scn", covered);
	stage_run("list coverage --json %s/a.scn");
	cells = json_loads(stage.out, 0, NULL);
	cell = cell_of(cells, "pipe", "delay");
	cr_assert(ne(ptr, cell, NULL));
	cr_expect(eq(sz, (size_t)json_integer_value(json_object_get(cell, "sound")), 2));
	cr_expect(eq(sz, (size_t)json_integer_value(json_object_get(cell, "caught")), 1));
	cell = cell_of(cells, "signal", "short");
	cr_assert(ne(ptr, cell, NULL));
	cr_expect(eq(int, json_typeof(json_object_get(cell, "possible")), JSON_FALSE));
	cr_expect(eq(int, json_typeof(json_object_get(cell, "reason")), JSON_STRING));
	json_decref(cells);
}

/* A dash has its reason. */
Test(cli_cli, what_linux_cannot_do_has_a_reason)
{
	for (int action = 0; action < ACTION_MAX_; action++)
		for (int mechanism = 0; mechanism < MECHANISM_MAX_; mechanism++) {
			const char *reason = NULL;

			cr_expect(kernel_allows_fault((enum mechanism)mechanism,
						      (enum action_kind)action,
						      &reason) != (reason && *reason),
				  "%s on %s", vocab_name(&action_vocab, action),
				  vocab_name(&mechanism_vocab, mechanism));
		}
}

Test(cli_cli, lists_as_json)
{
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		char line[40];
		json_t *json;

		snprintf(line, sizeof(line), "list %s --json", lists[i].list);
		stage_run(line);
		json = json_loads(stage.out, 0, NULL);
		cr_assert(eq(sz, json_array_size(json), lists[i].vocab->count), "%s", line);
		for (int w = 0; w < lists[i].vocab->count; w++)
			cr_expect(eq(int,
				     json_is_true(
					     json_object_get(json_array_get(json, w), "available")),
				     !lists[i].vocab->rows[w].later),
				  "%s", lists[i].vocab->rows[w].name);
		json_decref(json);
	}
	stage_run("list calls --json");
	cr_expect(gt(sz, strlen(stage.out), 1000));
}

/* Every mechanism that works has a start, and that is a correct scenario. */
Test(cli_cli, new_scenarios_are_correct)
{
	struct scenario_options options = {.refusal = kernel_model_refusal};

	for (int m = 0; m < MECHANISM_MAX_; m++) {
		struct err err = ERR_INIT;
		struct scenario_file file;
		char line[40];

		if (mechanism_vocab.rows[m].later)
			continue;
		snprintf(line, sizeof(line), "new %s", mechanism_vocab.rows[m].name);
		stage_run(line);
		cr_assert(eq(int, stage.code, 0), "%s: %s", line, stage.err);
		cr_assert(eq(int,
			     scenario_text_read("new.scn", stage.out, strlen(stage.out), &options,
						&file, &err),
			     0),
			  "%s", err.text);
		problems_print(&file.problems, false, stderr);
		cr_expect(eq(sz, file.problems.count, 0), "%s", line);
		cr_assert(gt(sz, file.count, 0), "%s", line);
		cr_expect(eq(int, file.scenarios[0]->mechanism, m));
		cr_expect(file.scenarios[0]->control.present, "%s", line);
		scenario_file_release(&file);
	}
}

/* The bundled programs of this build, if they are there. */
static bool find_harness(char *path, size_t size)
{
	ssize_t len = readlink("/proc/self/exe", path, size - 1);
	char *slash;

	cr_assert(gt(i64, len, 0));
	path[len] = '\0';
	slash = strrchr(path, '/');
	snprintf(slash, size - (size_t)(slash - path), "/../harness/pipe-writer");
	if (access(path, X_OK) < 0)
		return false;
	*strrchr(path, (int)'/') = '\0';
	return true;
}

/* And it passes as it is printed.  A suite of its own: what is skipped has no stage to clear. */
Test(cli_new, start_scenarios_pass)
{
	char harness[4096];

	needs_no_valgrind("it runs the engine");
	needs_no_sanitizer("it runs the engine");
	if (!find_harness(harness, sizeof(harness)))
		cr_skip_test("the bundled programs are not built");
	stage_open();
	stage.harness = harness;
	stage.real = true;
	for (int m = 0; m < MECHANISM_MAX_; m++) {
		char line[40];

		if (mechanism_vocab.rows[m].later)
			continue;
		snprintf(line, sizeof(line), "new %s", mechanism_vocab.rows[m].name);
		stage_run(line);
		stage_write("new.scn", stage.out);
		stage_run("run %s/new.scn");
		cr_expect(eq(int, stage.code, 0), "%s: %s%s", line, stage.out, stage.err);
		expect_in(stage.out, "caught");
	}
	stage_close();
}

Test(cli_cli, schema_is_json)
{
	json_t *json;

	stage_run("schema");
	cr_expect(eq(int, stage.code, 0));
	json = json_loads(stage.out, 0, NULL);
	cr_expect(ne(ptr, json, NULL));
	json_decref(json);
}

Test(cli_cli, check_tells_all_problems_and_the_count)
{
	stage_write("a.scn",
		    "scenario: x\nmechanism: process\nprocesses: {a: {run: [\"true\"]}}\n");
	stage_run("check %s");
	cr_expect(eq(int, stage.code, 0), "%s", stage.err);
	expect_in(stage.out, "1 file, 1 scenario, 1 case: nothing wrong");
	stage_run("check -q %s");
	cr_expect(eq(str, stage.out, ""));
	stage_write("b.scn", "scenario: x\nmechanims: process\nproceses: {}\n");
	stage_run("check %s");
	cr_expect(eq(int, stage.code, 2));
	expect_in(stage.err, "did you mean `mechanism`?");
	expect_in(stage.err, "did you mean `processes`?");
	cr_expect(eq(uint, stage.pool_runs, 0));
}

Test(cli_cli, trace_passes_its_options_on)
{
	char *text;

	stage.trace_status = 7;
	stage_run("trace --calls waits,pipe2 --stacks --all --timeout 2s -o %s/out cat -v --calls");
	cr_expect(eq(int, stage.code, 7), "%s", stage.err);
	cr_expect(stage.trace.stacks && stage.trace.all);
	cr_expect(eq(u64, stage.trace.timeout_ns, 2 * NS_PER_S));
	cr_expect(eq(str, stage.trace.argv[0], "cat"));
	cr_expect(eq(str, stage.trace.argv[1], "-v"));
	cr_expect(eq(str, stage.trace.argv[2], "--calls"));
	cr_expect(eq(ptr, stage.trace.argv[3], NULL));
	cr_expect(gt(sz, stage.trace.call_count, 1));
	text = stage_read("out");
	expect_in(text, "write(1");
	free(text);
	stage_run("trace -- cat");
	cr_expect(eq(sz, stage.trace.call_count, 0));
	stage.pool_code = -EPERM;
	stage_run("trace cat");
	cr_expect(eq(int, stage.code, 3));
	expect_in(stage.err, "the tracer broke");
}
