#include "sweep/merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "sweep/bugs.h"

/* Faults that only serve another one have none. */
static const struct stack *place_of(const struct case_result *result)
{
	static const struct stack nowhere = {NULL, 0};

	for (size_t i = 0; i < result->fault_count; i++)
		if (result->faults[i].injection_count &&
		    result->faults[i].injections[0].stack.count)
			return &result->faults[i].injections[0].stack;
	return &nowhere;
}

static bool is_same_stack(const struct stack *a, const struct stack *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; same && i < a->count; i++)
		same = a->frames[i].offset == b->frames[i].offset &&
		       text_is_same(a->frames[i].module, b->frames[i].module);
	return same;
}

bool bug_is_same(const struct case_result *a, const struct case_result *b)
{
	return a->bug && b->bug && strcmp(a->bug, b->bug) == 0 &&
	       is_same_stack(place_of(a), place_of(b));
}

/* What fails in one of them fails. */
static void join(struct case_result *to, const struct case_result *from)
{
	to->occurrences += from->occurrences;
	if (from->verdict == VERDICT_FAIL) {
		to->verdict = VERDICT_FAIL;
		free(to->reason);
		to->reason = NULL;
	}
}

int bugs_merge(struct case_result *results, const size_t *report, size_t *count)
{
	/* From which report the last one came that was joined to it. */
	cleanup_free size_t *last = mem_zalloc((*count + 1) * sizeof(*last));
	size_t kept = 0;

	if (!last)
		return -ENOMEM;
	for (size_t i = 0; i < *count; i++) {
		size_t k = 0;

		while (k < kept && (last[k] == report[i] || !bug_is_same(&results[k], &results[i])))
			k++;
		last[k] = report[i];
		if (k < kept) {
			join(&results[k], &results[i]);
			case_result_release(&results[i]);
			continue;
		}
		if (kept != i) {
			results[kept] = results[i];
			results[i] = (struct case_result){.file = NULL};
		}
		kept++;
	}
	*count = kept;
	return 0;
}

static int compare(const void *left, const void *right)
{
	const struct case_result *a = left, *b = right;
	const struct finding *fa = worst_finding(a), *fb = worst_finding(b);
	size_t ra = fa ? finding_rank(fa->kind, fa->silent) : SIZE_MAX;
	size_t rb = fb ? finding_rank(fb->kind, fb->silent) : SIZE_MAX;

	if (ra != rb)
		return ra < rb ? -1 : 1;
	return strcmp(a->bug ? a->bug : "", b->bug ? b->bug : "");
}

void bugs_order(struct case_result *results, size_t count)
{
	if (count)
		qsort(results, count, sizeof(*results), compare);
}
