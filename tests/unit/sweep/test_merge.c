#include "sweep/merge.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "lib/fault.h"

static struct case_result results[8];
static size_t reports[8], count;

static void forget(void)
{
	for (size_t i = 0; i < count; i++)
		case_result_release(&results[i]);
}

TestSuite(sweep_merge, .fini = forget);

static void add(size_t report, const char *bug, uint64_t offset, enum finding_kind kind)
{
	struct case_result *r = &results[count];
	struct injection *injection;
	struct frame *frame;
	struct finding *finding = mem_append(&r->findings, &r->finding_count, sizeof(*finding));
	struct fault_result *fault = mem_append(&r->faults, &r->fault_count, sizeof(*fault));

	injection = mem_append(&fault->injections, &fault->injection_count, sizeof(*injection));
	frame = mem_append(&injection->stack.frames, &injection->stack.count, sizeof(*frame));
	frame->offset = offset;
	finding->kind = kind;
	r->verdict = VERDICT_FAIL;
	r->bug = mem_strdup(bug);
	r->occurrences = 1;
	reports[count++] = report;
}

static void merge(void)
{
	cr_assert(eq(int, bugs_merge(results, reports, &count), 0));
}

Test(sweep_merge, the_same_bug_of_two_reports_is_one)
{
	add(0, "a", 1, FINDING_CRASH);
	add(1, "b", 1, FINDING_CRASH);
	add(1, "a", 1, FINDING_CRASH);
	merge();
	cr_assert(eq(sz, count, 2));
	cr_expect(eq(u64, results[0].occurrences, 2));
	cr_expect(eq(str, results[1].bug, "b"));
}

Test(sweep_merge, another_place_is_another_bug)
{
	add(0, "a", 1, FINDING_CRASH);
	add(1, "a", 2, FINDING_CRASH);
	merge();
	cr_expect(eq(sz, count, 2));
}

/* Two threads at one place have the same words; no report names a bug twice. */
Test(sweep_merge, of_one_report_all_are_kept)
{
	for (size_t report = 0; report < 2; report++) {
		add(report, "a", 1, FINDING_CRASH);
		add(report, "a", 1, FINDING_CRASH);
	}
	merge();
	cr_expect(eq(sz, count, 2));
}

Test(sweep_merge, what_is_known_to_one_alone_fails)
{
	add(0, "a", 1, FINDING_CRASH);
	results[0].verdict = VERDICT_SKIP;
	results[0].reason = mem_strdup("known");
	add(1, "a", 1, FINDING_CRASH);
	merge();
	cr_assert(eq(sz, count, 1));
	cr_expect(eq(int, results[0].verdict, VERDICT_FAIL));
}

Test(sweep_merge, the_worst_comes_first)
{
	add(0, "a", 1, FINDING_UNREPORTED);
	add(1, "b", 1, FINDING_CRASH);
	merge();
	bugs_order(results, count);
	cr_expect(eq(str, results[0].bug, "b"));
}

static int merge_again(void *arg)
{
	size_t left = count;

	(void)arg;
	return bugs_merge(results, reports, &left);
}

Test(sweep_merge, survives_want_of_memory)
{
	add(0, "a", 1, FINDING_CRASH);
	add(1, "b", 1, FINDING_CRASH);
	fault_sweep(merge_again, NULL);
}
