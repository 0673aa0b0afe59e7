#include "model/result_json.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/util.h"
#include "lib/fault.h"
#include "model/result.h"

/* Through text, as the workers' messages go. */
static void round_trip(const struct case_result *in, struct case_result *ret_out)
{
	json_t *json = case_result_to_json(in), *again;
	struct err err = ERR_INIT;
	json_error_t error;
	char *text;

	cr_assert(ne(ptr, json, NULL));
	text = json_dumps(json, JSON_COMPACT);
	cr_assert(ne(ptr, text, NULL));
	again = json_loads(text, 0, &error);
	cr_assert(ne(ptr, again, NULL), "%s in %s", error.text, text);
	cr_assert(eq(int, case_result_from_json(again, ret_out, &err), 0), "%s", err.text);
	json_decref(json);
	json_decref(again);
	free(text);
}

/* Equal JSON is equal results, where the JSON holds all: the tests below pin that. */
static void expect_same(const struct case_result *a, const struct case_result *b)
{
	json_t *ja = case_result_to_json(a), *jb = case_result_to_json(b);

	cr_expect(json_equal(ja, jb));
	json_decref(ja);
	json_decref(jb);
}

static struct frame frames[] = {
	{"write_all", "record.c", 88, "pipe-writer", 0x1388},
	{NULL, NULL, 0, NULL, UINT64_MAX},
};
static struct injection injections[] = {
	{"writer", "write(1) = EPIPE", {frames, 2}, 1203000},
	{NULL, NULL, {NULL, 0}, 0},
};
static struct fault_result faults[] = {
	{"reader leaves", 1, 3, NULL, injections, 2},
	{"other", 0, UINT64_MAX, "not on Linux", NULL, 0},
};
static struct finding findings[] = {
	{FINDING_WRONG_OUTPUT, "writer/child[2]", true, "two\nlines", {frames, 2}},
	{FINDING_DEADLOCK, NULL, false, "", {NULL, 0}},
};
static struct process_result processes[] = {
	{"writer", true, true, false, false, 3, "out", "err"},
	{"reader", true, false, true, false, 9, NULL, ""},
	{"late", false, false, false, true, 0, NULL, NULL},
};
static struct case_value values[] = {{"signal", "SIGUSR1"}, {"restart", "yes"}};
static char *notes[] = {"one", "not \xff UTF-8"};

static const struct case_result full = {
	.file = "a.scn",
	.line = 7,
	.scenario = "a title",
	.mechanism = "pipe",
	.variant = "signal=SIGUSR1 restart=yes",
	.values = values,
	.value_count = 2,
	.role = ROLE_CONTROL,
	.verdict = VERDICT_INCONCLUSIVE,
	.reason = "why",
	.seed = UINT64_MAX,
	.duration_ns = 12345678901,
	.faults = faults,
	.fault_count = 2,
	.findings = findings,
	.finding_count = 2,
	.processes = processes,
	.process_count = 3,
	.notes = notes,
	.note_count = 2,
	.reproduce = "ipcfault run a.scn",
};

Test(model_result_json, every_member_comes_back)
{
	struct case_result out;

	round_trip(&full, &out);
	expect_same(&full, &out);
	cr_expect(eq(str, out.file, "a.scn"));
	cr_expect(eq(int, out.line, 7));
	cr_expect(eq(str, out.scenario, "a title"));
	cr_expect(eq(str, out.mechanism, "pipe"));
	cr_expect(eq(str, out.variant, "signal=SIGUSR1 restart=yes"));
	cr_assert(eq(sz, out.value_count, 2));
	cr_expect(eq(str, out.values[0].name, "signal"));
	cr_expect(eq(str, out.values[1].value, "yes"));
	cr_expect(eq(int, out.role, ROLE_CONTROL));
	cr_expect(eq(int, out.verdict, VERDICT_INCONCLUSIVE));
	cr_expect(eq(str, out.reason, "why"));
	cr_expect(eq(u64, out.seed, UINT64_MAX));
	cr_expect(eq(u64, out.duration_ns, 12345678901));
	cr_assert(eq(sz, out.note_count, 2));
	cr_expect(eq(str, out.notes[0], "one"));
	cr_expect(eq(str, out.notes[1], "not \xff UTF-8"));
	cr_expect(eq(str, out.reproduce, "ipcfault run a.scn"));
	case_result_release(&out);
}

Test(model_result_json, faults_findings_and_processes_come_back)
{
	struct case_result out;

	round_trip(&full, &out);
	cr_assert(eq(sz, out.fault_count, 2));
	cr_expect(eq(str, out.faults[0].name, "reader leaves"));
	cr_expect(eq(u64, out.faults[1].matched, UINT64_MAX));
	cr_expect(eq(str, out.faults[1].refused, "not on Linux"));
	cr_assert(eq(sz, out.faults[0].injection_count, 2));
	cr_expect(eq(u64, out.faults[0].injections[0].at_ns, 1203000));
	cr_assert(eq(sz, out.faults[0].injections[0].stack.count, 2));
	cr_expect(eq(u64, out.faults[0].injections[0].stack.frames[1].offset, UINT64_MAX));
	cr_expect(eq(ptr, out.faults[0].injections[1].process, NULL));
	cr_assert(eq(sz, out.finding_count, 2));
	cr_expect(eq(int, out.findings[0].kind, FINDING_WRONG_OUTPUT));
	cr_expect(out.findings[0].silent);
	cr_expect(eq(str, out.findings[0].process, "writer/child[2]"));
	cr_expect(eq(str, out.findings[0].text, "two\nlines"));
	cr_expect(eq(str, out.findings[0].stack.frames[0].function, "write_all"));
	cr_expect(eq(str, out.findings[1].text, ""));
	cr_assert(eq(sz, out.process_count, 3));
	cr_expect(eq(int, out.processes[1].status, 9));
	cr_expect(out.processes[1].signaled);
	cr_expect(eq(ptr, out.processes[1].out_tail, NULL));
	cr_expect(eq(str, out.processes[1].err_tail, ""));
	cr_expect(out.processes[2].alive && !out.processes[2].started);
	case_result_release(&out);
}

Test(model_result_json, an_empty_result_comes_back)
{
	const struct case_result empty = {0};
	struct case_result out;

	round_trip(&empty, &out);
	cr_expect(eq(ptr, out.file, NULL));
	cr_expect(eq(sz, out.fault_count + out.finding_count + out.process_count, 0));
	case_result_release(&out);
}

/* Any bytes a program can print: all that are not UTF-8 must survive too. */
Test(model_result_json, any_bytes_come_back)
{
	uint64_t random = 88172645463325252;

	for (int i = 0; i < 3000; i++) {
		char bytes[24] = "";
		struct process_result process = {.out_tail = bytes, .name = bytes};
		struct case_result in = {.processes = &process, .process_count = 1}, out;

		for (int k = 0; k < i % 24; k++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			bytes[k] = (char)(random % 3 ? 0xc0 + random % 64 : random);
			bytes[k] = bytes[k] ? bytes[k] : 'x';
		}
		round_trip(&in, &out);
		cr_assert(eq(str, out.processes[0].out_tail, bytes));
		cr_assert(eq(str, out.processes[0].name, bytes));
		case_result_release(&out);
	}
}

Test(model_result_json, people_see_bad_bytes_replaced)
{
	struct case_result in = {.reason = "a\xff"};
	json_t *json = case_result_to_json(&in);

	cr_expect(eq(str, (char *)json_string_value(json_object_get(json, "reason")),
		     "a\xef\xbf\xbd"));
	cr_expect(eq(str, (char *)json_string_value(json_object_get(json, "reason_hex")), "61ff"));
	json_decref(json);
}

Test(model_result_json, where_is_the_innermost_frame_with_a_source_file)
{
	static struct frame stack[] = {{"write", NULL, 0, "libc.so.6", 1},
				       {"main", "a.c", 3, "a", 2}};
	struct finding finding = {.kind = FINDING_CRASH, .stack = {stack, 2}};
	struct case_result in = {.findings = &finding, .finding_count = 1};
	json_t *json = case_result_to_json(&in),
	       *wanted = json_pack("{sssssi}", "function", "main", "file", "a.c", "line", 3);

	cr_expect(json_equal(json_object_get(json_array_get(json_object_get(json, "findings"), 0),
					     "where"),
			     wanted));
	json_decref(json);
	json_decref(wanted);
}

Test(model_result_json, has_the_members_that_are_promised)
{
	static const char *const promised[] = {
		"file",	   "line", "scenario",	  "mechanism", "case",	   "role",
		"verdict", "seed", "duration_ms", "faults",    "findings", "reproduce",
	};
	json_t *json = case_result_to_json(&full);

	for (size_t i = 0; i < ARRAY_SIZE(promised); i++)
		cr_expect(ne(ptr, json_object_get(json, promised[i]), NULL), "%s", promised[i]);
	cr_expect(eq(i64, json_integer_value(json_object_get(json, "duration_ms")), 12345));
	cr_expect(eq(str,
		     (char *)json_string_value(
			     json_object_get(json_object_get(json, "case"), "restart")),
		     "yes"));
	json_decref(json);
}

struct bad_row {
	char json[80], what[40];
};

static const struct bad_row bad_rows[] = {
	{"[]", "not an object"},
	{"{\"verdict\": \"pass\"}", "role"},
	{"{\"role\": \"subject\", \"verdict\": \"fine\"}", "verdict"},
	{"{\"role\": \"subject\", \"verdict\": 1}", "verdict"},
	{"{\"role\": \"subject\", \"verdict\": \"pass\", \"line\": \"1\"}", "line"},
	{"{\"role\": \"subject\", \"verdict\": \"pass\", \"line\": 99999999999}", "line"},
	{"{\"role\": \"subject\", \"verdict\": \"pass\", \"seed\": -1}", "seed"},
	{"{\"role\": \"subject\", \"verdict\": \"pass\", \"seed\": \"x\"}", "seed"},
	{"{\"role\": \"subject\", \"verdict\": \"pass\", \"file\": 3}", "file"},
	{"{\"role\": \"subject\", \"verdict\": \"pass\", \"file_hex\": \"0\"}", "file"},
	{"{\"role\": \"subject\", \"verdict\": \"pass\", \"file_hex\": \"00\"}", "file"},
	{"{\"role\": \"subject\", \"verdict\": \"pass\", \"faults\": {}}", "faults"},
	{"{\"role\": \"subject\", \"verdict\": \"pass\", \"faults\": [3]}", "faults[0]"},
	{"{\"role\": \"subject\", \"verdict\": \"pass\", \"findings\": [{}]}", "kind"},
	{"{\"role\": \"subject\", \"verdict\": \"pass\", \"notes\": [3]}", "notes"},
	{"{\"role\": \"subject\", \"verdict\": \"pass\", \"case\": [3]}", "case"},
};

static void check_bad_row(const struct bad_row *row)
{
	struct case_result out = {.line = 42};
	struct err err = ERR_INIT;
	json_t *json = json_loads(row->json, 0, NULL);

	cr_assert(ne(ptr, json, NULL), "%s", row->json);
	cr_expect(eq(int, case_result_from_json(json, &out, &err), -EINVAL), "%s", row->json);
	cr_expect(ne(ptr, strstr(err.text, row->what), NULL), "%s: %s", row->json, err.text);
	cr_expect(eq(int, out.line, 42), "untouched: %s", row->json);
	json_decref(json);
}

Test(model_result_json, refuses)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad_rows); i++)
		check_bad_row(&bad_rows[i]);
}

static int there_and_back(void *arg)
{
	json_t *json = case_result_to_json(&full);
	struct case_result out = {0};
	int r = json ? case_result_from_json(json, &out, NULL) : -ENOMEM;

	(void)arg;
	json_decref(json);
	case_result_release(&out);
	return r;
}

Test(model_result_json, survives_want_of_memory)
{
	fault_sweep(there_and_back, NULL);
}
