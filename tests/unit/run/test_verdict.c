#include "run/verdict.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "lib/fault.h"

#define FIRED                                                                                      \
	{                                                                                          \
		.name = (char *)"f", .fired = 1, .matched = 3                                      \
	}
#define UNFIRED(n)                                                                                 \
	{                                                                                          \
		.name = (char *)"f", .matched = n                                                  \
	}
#define REFUSED(why)                                                                               \
	{                                                                                          \
		.name = (char *)"f", .matched = 1, .refused = (char *)(why)                        \
	}
#define FOUND(what)                                                                                \
	{                                                                                          \
		.kind = FINDING_##what, .process = (char *)"writer", .text = (char *)"t"           \
	}
#define FOUND_IN(what, who)                                                                        \
	{                                                                                          \
		.kind = FINDING_##what, .process = (char *)(who), .text = (char *)"t"              \
	}
#define FOUND_ALL(what)                                                                            \
	{                                                                                          \
		.kind = FINDING_##what, .text = (char *)"t"                                        \
	}

/* What a run came to; faults and findings end with an empty one. */
static const struct row {
	const char *name;
	struct fault_result faults[3];
	struct finding findings[3];
	bool control, not_struck;
	enum finding_kind caught[3]; /* of one alternative each */
	int caught_count;
	bool any_process;
	enum verdict verdict;
	const char *reason;
} rows[] = {
	/* clang-format off */
	{"nothing to do, nothing found", .verdict = VERDICT_PASS},
	{"a finding without faults", .findings = {FOUND(WRONG_EXIT)}, .verdict = VERDICT_FAIL},
	{"all fired, nothing found", {FIRED, FIRED}, .verdict = VERDICT_PASS},
	{"all fired, something found", {FIRED}, {FOUND(WRONG_OUTPUT)}, .verdict = VERDICT_FAIL},
	{"one never came", {FIRED, UNFIRED(0)}, .verdict = VERDICT_INCONCLUSIVE,
	 .reason = "fault 'f' did not fire: its moment never came"},
	{"one came once, but not when it was to fire", {UNFIRED(1)},
	 .verdict = VERDICT_INCONCLUSIVE,
	 .reason = "fault 'f' did not fire: its moment came 1 time, and never when it was to fire"},
	{"one came twice", {UNFIRED(2)}, .verdict = VERDICT_INCONCLUSIVE,
	 .reason = "fault 'f' did not fire: its moment came 2 times, and never when it was to fire"},
	{"refused", {REFUSED("not on Linux")}, .verdict = VERDICT_INCONCLUSIVE,
	 .reason = "fault 'f' did not happen: not on Linux"},
	{"unfired and a finding that may come of that", {UNFIRED(0)}, {FOUND(WRONG_OUTPUT)},
	 .verdict = VERDICT_INCONCLUSIVE, .reason = "fault 'f' did not fire: its moment never came"},
	{"unfired and a hang", {UNFIRED(0)}, {FOUND(HANG)}, .verdict = VERDICT_INCONCLUSIVE,
	 .reason = "fault 'f' did not fire: its moment never came"},
	{"unfired, but it crashed", {UNFIRED(0)}, {FOUND(CRASH)}, .verdict = VERDICT_FAIL},
	{"unfired, but a deadlock", {UNFIRED(0)}, {FOUND(LATE), FOUND(DEADLOCK)},
	 .verdict = VERDICT_FAIL},
	{"unfired, but a memory error", {UNFIRED(0)}, {FOUND(MEMORY_ERROR)}, .verdict = VERDICT_FAIL},
	{"unfired, but unsafe in a handler", {UNFIRED(0)}, {FOUND(UNSAFE_IN_HANDLER)},
	 .verdict = VERDICT_FAIL},

	{"caught", {FIRED}, {FOUND(SIGPIPE)}, .control = true, .caught = {FINDING_SIGPIPE},
	 .caught_count = 1, .verdict = VERDICT_PASS},
	{"caught in a descendant", {FIRED}, {FOUND_IN(CRASH, "writer/child[2]")}, .control = true,
	 .caught = {FINDING_CRASH}, .caught_count = 1, .verdict = VERDICT_PASS},
	{"caught in a copy", {FIRED}, {FOUND_IN(CRASH, "writer[2]")}, .control = true,
	 .caught = {FINDING_CRASH}, .caught_count = 1, .verdict = VERDICT_PASS},
	{"in a process whose name only begins so", {FIRED}, {FOUND_IN(CRASH, "writer2")},
	 .control = true, .caught = {FINDING_CRASH}, .caught_count = 1,
	 .verdict = VERDICT_INCONCLUSIVE, .reason = "the control was not caught: no crash of writer found"},
	{"a finding of the whole run concerns all", {FIRED}, {FOUND_ALL(LATE)}, .control = true,
	 .caught = {FINDING_LATE}, .caught_count = 1, .verdict = VERDICT_PASS},
	{"of any process", {FIRED}, {FOUND_IN(CRASH, "reader")}, .control = true,
	 .any_process = true, .caught = {FINDING_CRASH}, .caught_count = 1, .verdict = VERDICT_PASS},
	{"not caught", {FIRED}, .control = true, .caught = {FINDING_SIGPIPE}, .caught_count = 1,
	 .verdict = VERDICT_INCONCLUSIVE,
	 .reason = "the control was not caught: no sigpipe of writer found"},
	{"something else caught", {FIRED}, {FOUND(CRASH)}, .control = true, .caught = {FINDING_HANG},
	 .caught_count = 1, .verdict = VERDICT_INCONCLUSIVE,
	 .reason = "the control was not caught: no hang of writer found"},
	{"one of two caught", {FIRED}, {FOUND(CRASH)}, .control = true,
	 .caught = {FINDING_CRASH, FINDING_LEAK}, .caught_count = 2,
	 .verdict = VERDICT_INCONCLUSIVE,
	 .reason = "the control was not caught: no leak of writer found"},
	{"both caught", {FIRED}, {FOUND(CRASH), FOUND(LEAK)}, .control = true,
	 .caught = {FINDING_CRASH, FINDING_LEAK}, .caught_count = 2, .verdict = VERDICT_PASS},
	{"more than what was to be caught", {FIRED}, {FOUND(CRASH), FOUND(LATE)}, .control = true,
	 .caught = {FINDING_CRASH}, .caught_count = 1, .verdict = VERDICT_PASS},
	{"not caught because nothing fired", {UNFIRED(0)}, .control = true,
	 .caught = {FINDING_CRASH}, .caught_count = 1, .verdict = VERDICT_INCONCLUSIVE,
	 .reason = "fault 'f' did not fire: its moment never came"},
	{"caught before the second fault's moment", {FIRED, UNFIRED(0)}, {FOUND(CRASH)},
	 .control = true, .caught = {FINDING_CRASH}, .caught_count = 1, .verdict = VERDICT_PASS},
	{"caught by a fault that it blocks: sent, not proven", {REFUSED("blocks it")}, {FOUND(HANG)},
	 .control = true, .caught = {FINDING_HANG}, .caught_count = 1, .verdict = VERDICT_PASS},
	{"caught without any fault", {UNFIRED(0)}, {FOUND(HANG)}, .control = true,
	 .not_struck = true, .caught = {FINDING_HANG}, .caught_count = 1,
	 .verdict = VERDICT_INCONCLUSIVE, .reason = "fault 'f' did not fire: its moment never came"},
	/* clang-format on */
};

static int decide(const struct row *row, struct case_result *result)
{
	struct caught_spec caught[3];
	struct process_spec process = {.name = (char *)"writer"};
	struct scenario scenario = {.processes = &process,
				    .process_count = 1,
				    .control = {.present = true,
						.caught = caught,
						.caught_count = (size_t)row->caught_count}};

	*result = (struct case_result){.role = row->control ? ROLE_CONTROL : ROLE_SUBJECT,
				       .faults = (struct fault_result *)(uintptr_t)row->faults,
				       .findings = (struct finding *)(uintptr_t)row->findings};
	while (result->fault_count < 3 && row->faults[result->fault_count].name)
		result->fault_count++;
	while (result->finding_count < 3 && row->findings[result->finding_count].text)
		result->finding_count++;
	for (int i = 0; i < row->caught_count; i++) {
		caught[i] = (struct caught_spec){.process = row->any_process ? INDEX_NONE : 0};
		caught[i].kinds[row->caught[i]] = true;
	}
	return verdict_decide(&scenario, !row->not_struck, result);
}

Test(run_verdict, decides)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct case_result result;

		cr_expect(eq(int, decide(&rows[i], &result), 0), "%s", rows[i].name);
		cr_expect(eq(int, result.verdict, rows[i].verdict), "%s: %s", rows[i].name,
			  vocab_name(&verdict_vocab, (int)result.verdict));
		cr_expect(eq(str, result.reason ? result.reason : (char *)"",
			     (char *)(rows[i].reason ? rows[i].reason : "")),
			  "%s", rows[i].name);
		free(result.reason);
	}
}

static int decide_any(void *arg)
{
	struct case_result result;
	int rc = decide(arg, &result);

	free(result.reason);
	return rc;
}

Test(run_verdict, want_of_memory_is_told)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		fault_sweep(decide_any, (void *)(uintptr_t)&rows[i]);
}
