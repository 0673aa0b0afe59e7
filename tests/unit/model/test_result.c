#include "model/result.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/util.h"

static void stack_fill(struct stack *stack)
{
	struct frame *frame = mem_append(&stack->frames, &stack->count, sizeof(*frame));

	*frame = (struct frame){strdup("main"), strdup("a.c"), 3, strdup("a.out"), 0x10};
}

static void faults_fill(struct case_result *result)
{
	struct fault_result *fault =
		mem_append(&result->faults, &result->fault_count, sizeof(*fault));
	struct injection *injection;

	fault->name = strdup("fault 1");
	fault->refused = strdup("write never says EINPROGRESS");
	injection = mem_append(&fault->injections, &fault->injection_count, sizeof(*injection));
	injection->process = strdup("writer");
	injection->text = strdup("write(1)");
	stack_fill(&injection->stack);
}

static void case_fill(struct case_result *result)
{
	struct process_result *process;
	struct case_value *value;
	struct finding *finding;

	result->file = strdup("a.scn");
	result->scenario = strdup("title");
	result->mechanism = strdup("pipe");
	result->variant = strdup("signal=SIGUSR1");
	result->reason = strdup("no such program");
	result->reproduce = strdup("ipcfault a.scn");
	value = mem_append(&result->values, &result->value_count, sizeof(*value));
	*value = (struct case_value){strdup("signal"), strdup("SIGUSR1")};
	faults_fill(result);
	finding = mem_append(&result->findings, &result->finding_count, sizeof(*finding));
	finding->process = strdup("writer");
	finding->text = strdup("died");
	stack_fill(&finding->stack);
	process = mem_append(&result->processes, &result->process_count, sizeof(*process));
	process->name = strdup("writer");
	process->out_tail = strdup("out");
	process->err_tail = strdup("err");
	*(char **)mem_append(&result->notes, &result->note_count, sizeof(char *)) = strdup("note");
}

/* valgrind and LeakSanitizer report the part that was forgotten. */
Test(model_result, release_frees_every_part_and_can_be_repeated)
{
	struct case_result result = {0};

	case_fill(&result);
	case_result_release(&result);
	case_result_release(&result);
	cr_expect(eq(sz, result.finding_count, 0));
}

struct tally {
	const char *what;
	unsigned pass, fail, inconclusive, error, skip;
	int code;
};

static const struct tally tallies[] = {
	{"nothing ran", 0, 0, 0, 0, 0, 0},  {"all passed", 3, 0, 0, 0, 0, 0},
	{"some skipped", 3, 0, 0, 0, 1, 0}, {"all skipped", 0, 0, 0, 0, 2, 77},
	{"a finding", 3, 1, 0, 0, 0, 1},    {"a finding outweighs an error", 3, 1, 1, 1, 1, 1},
	{"inconclusive", 3, 0, 1, 0, 0, 3}, {"error", 0, 0, 0, 1, 4, 3},
};

Test(model_result, exit_code_follows_the_worst_verdict)
{
	for (size_t i = 0; i < ARRAY_SIZE(tallies); i++) {
		const struct tally *t = &tallies[i];
		struct summary summary = {.count = {[VERDICT_PASS] = t->pass,
						    [VERDICT_FAIL] = t->fail,
						    [VERDICT_INCONCLUSIVE] = t->inconclusive,
						    [VERDICT_ERROR] = t->error,
						    [VERDICT_SKIP] = t->skip}};

		cr_expect(eq(int, summary_exit_code(&summary), t->code), "%s", t->what);
	}
}
