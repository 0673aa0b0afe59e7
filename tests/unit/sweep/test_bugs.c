#include "sweep/bugs.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static struct bugs bugs;

static void forget(void)
{
	bugs_release(&bugs);
}

TestSuite(sweep_bugs, .fini = forget);

/* Attempt @index at @site has @kind in @process. */
static void found(size_t index, size_t site, enum fault_family family, enum finding_kind kind,
		  bool silent, const char *process)
{
	const struct attempt attempt = {.site = site, .family = family};
	struct case_result result = {.seed = index};
	struct finding *f = mem_append(&result.findings, &result.finding_count, sizeof(*f));

	*f = (struct finding){
		.kind = kind, .silent = silent, .process = process ? mem_strdup(process) : NULL};
	cr_assert(eq(int, bugs_add(&bugs, &attempt, index, &result), 0));
	case_result_release(&result);
}

Test(sweep_bugs, the_same_finding_site_and_family_is_one_bug)
{
	found(5, 1, FAULT_IO, FINDING_CRASH, false, "cat");
	found(9, 1, FAULT_IO, FINDING_CRASH, false, "cat");
	cr_assert(eq(sz, bugs.count, 1));
	cr_expect(eq(sz, bugs.items[0].attempts, 2));
}

Test(sweep_bugs, another_finding_process_site_or_family_is_another)
{
	found(1, 1, FAULT_IO, FINDING_CRASH, false, "cat");
	found(2, 2, FAULT_IO, FINDING_CRASH, false, "cat");
	found(3, 1, FAULT_SHORT, FINDING_CRASH, false, "cat");
	found(4, 1, FAULT_IO, FINDING_HANG, false, "cat");
	found(5, 1, FAULT_IO, FINDING_CRASH, false, "tac");
	found(6, 1, FAULT_IO, FINDING_CRASH, false, NULL);
	cr_expect(eq(sz, bugs.count, 6));
}

Test(sweep_bugs, the_smallest_fault_is_kept)
{
	found(9, 1, FAULT_IO, FINDING_CRASH, false, "cat");
	found(5, 1, FAULT_IO, FINDING_CRASH, false, "cat");
	found(7, 1, FAULT_IO, FINDING_CRASH, false, "cat");
	cr_expect(eq(sz, bugs.items[0].attempt, 5));
	cr_expect(eq(u64, bugs.items[0].result.seed, 5));
}

Test(sweep_bugs, the_smallest_faults_are_remembered_in_order)
{
	const size_t indices[] = {19, 15, 17, 16, 18, 14, 13, 12, 11, 10};

	for (size_t i = 0; i < sizeof(indices) / sizeof(*indices); i++)
		found(indices[i], 1, FAULT_IO, FINDING_CRASH, false, "cat");
	cr_assert(eq(sz, bugs.items[0].shown_count, BUG_ATTEMPTS_MAX));
	for (size_t i = 0; i < BUG_ATTEMPTS_MAX; i++)
		cr_expect(eq(sz, bugs.items[0].shown_by[i], 10 + i));
}

Test(sweep_bugs, silent_wrong_output_comes_first)
{
	found(1, 1, FAULT_IO, FINDING_UNREPORTED, false, "a");
	found(2, 2, FAULT_IO, FINDING_WRONG_OUTPUT, false, "a");
	found(3, 3, FAULT_IO, FINDING_HANG, false, "a");
	found(4, 4, FAULT_IO, FINDING_CRASH, false, "a");
	found(5, 5, FAULT_IO, FINDING_WRONG_OUTPUT, true, "a");
	found(6, 6, FAULT_IO, FINDING_CRASH, false, "a");
	bugs_sort(&bugs);
	cr_expect(eq(sz, bugs.items[0].site, 5));
	cr_expect(eq(sz, bugs.items[1].site, 4));
	cr_expect(eq(sz, bugs.items[2].site, 6));
	cr_expect(eq(sz, bugs.items[3].site, 3));
	cr_expect(eq(sz, bugs.items[4].site, 2));
	cr_expect(eq(sz, bugs.items[5].site, 1));
}

Test(sweep_bugs, the_worst_finding_of_a_run_counts)
{
	const struct attempt attempt = {.site = 1};
	struct case_result result = {.line = 1};
	struct finding *f = mem_append(&result.findings, &result.finding_count, sizeof(*f));

	f->kind = FINDING_LEAK;
	f = mem_append(&result.findings, &result.finding_count, sizeof(*f));
	f->kind = FINDING_CRASH;
	cr_assert(eq(int, bugs_add(&bugs, &attempt, 0, &result), 0));
	cr_expect(eq(int, bugs.items[0].kind, FINDING_CRASH));
}

Test(sweep_bugs, counts_what_hung_at_a_place)
{
	const struct attempt same = {.site = 1, .family = FAULT_IO};
	const struct attempt other = {.site = 1, .family = FAULT_SHORT};

	found(1, 1, FAULT_IO, FINDING_HANG, false, "a");
	found(2, 1, FAULT_IO, FINDING_SPIN, false, "a");
	found(3, 1, FAULT_IO, FINDING_CRASH, false, "a");
	cr_expect(eq(sz, bugs_hung(&bugs, &same), 2));
	cr_expect(eq(sz, bugs_hung(&bugs, &other), 0));
}
