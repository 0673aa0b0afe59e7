#include "sweep/bugs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/util.h"

/* From the worst on; what is not listed comes last. */
static const enum finding_kind badness[] = {
	FINDING_CRASH,	      FINDING_MEMORY_ERROR, FINDING_DEADLOCK,	FINDING_HANG,
	FINDING_SPIN,	      FINDING_SIGPIPE,	    FINDING_KILLED,	FINDING_WRONG_EXIT,
	FINDING_WRONG_OUTPUT, FINDING_LEAK,	    FINDING_UNREPORTED,
};

size_t finding_rank(enum finding_kind kind, bool silent)
{
	size_t i = 0;

	if (silent)
		return 0;
	while (i < ARRAY_SIZE(badness) && badness[i] != kind)
		i++;
	return i + 1;
}

const struct finding *worst_finding(const struct case_result *result)
{
	const struct finding *worst = NULL;

	for (size_t i = 0; i < result->finding_count; i++) {
		const struct finding *f = &result->findings[i];

		if (!worst ||
		    finding_rank(f->kind, f->silent) < finding_rank(worst->kind, worst->silent))
			worst = f;
	}
	return worst;
}

bool is_choice(enum finding_kind kind)
{
	return kind == FINDING_WRONG_EXIT || kind == FINDING_WRONG_OUTPUT ||
	       kind == FINDING_UNREPORTED || kind == FINDING_KILLED || kind == FINDING_LEAK;
}

static struct bug *find(struct bugs *bugs, const struct attempt *attempt,
			const struct finding *finding)
{
	for (size_t i = 0; i < bugs->count; i++) {
		struct bug *bug = &bugs->items[i];

		if (bug->kind == finding->kind && bug->silent == finding->silent &&
		    bug->site == attempt->site && bug->family == attempt->family &&
		    text_is_same(bug->process, finding->process))
			return bug;
	}
	return NULL;
}

/* The smallest ones stay. */
static void note_attempt(struct bug *bug, size_t index)
{
	size_t i = bug->shown_count < BUG_ATTEMPTS_MAX ? bug->shown_count++ : BUG_ATTEMPTS_MAX;

	for (; i > 0 && bug->shown_by[i - 1] > index; i--)
		if (i < BUG_ATTEMPTS_MAX)
			bug->shown_by[i] = bug->shown_by[i - 1];
	if (i < BUG_ATTEMPTS_MAX)
		bug->shown_by[i] = index;
}

void bug_take_result(struct bug *bug, size_t index, struct case_result *result)
{
	case_result_release(&bug->result);
	bug->result = *result;
	*result = (struct case_result){.file = NULL};
	bug->attempt = index;
}

int bugs_add(struct bugs *bugs, const struct attempt *attempt, size_t index,
	     struct case_result *result)
{
	const struct finding *finding = worst_finding(result);
	struct bug *bug = finding ? find(bugs, attempt, finding) : NULL;

	if (!finding)
		return 0;
	if (!bug) {
		bug = mem_append(&bugs->items, &bugs->count, sizeof(*bug));
		if (!bug)
			return -ENOMEM;
		*bug = (struct bug){.kind = finding->kind,
				    .silent = finding->silent,
				    .site = attempt->site,
				    .family = attempt->family,
				    .attempt = SIZE_MAX};
		bug->process = finding->process ? mem_strdup(finding->process) : NULL;
		if (finding->process && !bug->process) {
			bugs->count--;
			return -ENOMEM;
		}
	}
	bug->attempts++;
	note_attempt(bug, index);
	if (index < bug->attempt)
		bug_take_result(bug, index, result);
	return 0;
}

static int compare(const void *left, const void *right)
{
	const struct bug *a = left, *b = right;
	size_t ra = finding_rank(a->kind, a->silent), rb = finding_rank(b->kind, b->silent);

	if (ra != rb)
		return ra < rb ? -1 : 1;
	return a->attempt < b->attempt ? -1 : a->attempt > b->attempt;
}

void bugs_sort(struct bugs *bugs)
{
	if (bugs->count)
		qsort(bugs->items, bugs->count, sizeof(*bugs->items), compare);
}

size_t bugs_hung(const struct bugs *bugs, const struct attempt *attempt)
{
	size_t hung = 0;

	for (size_t i = 0; i < bugs->count; i++) {
		const struct bug *bug = &bugs->items[i];

		if ((bug->kind == FINDING_HANG || bug->kind == FINDING_SPIN) &&
		    bug->site == attempt->site && bug->family == attempt->family)
			hung += bug->attempts;
	}
	return hung;
}

bool bug_pauses(const struct bug *bug)
{
	const struct finding *finding = worst_finding(&bug->result);

	return bug->kind == FINDING_HANG && finding && finding->text &&
	       strstr(finding->text, WAIT_IS_LIMITED);
}

void bugs_release(struct bugs *bugs)
{
	for (size_t i = 0; i < bugs->count; i++) {
		case_result_release(&bugs->items[i].result);
		free(bugs->items[i].process);
		free(bugs->items[i].file);
	}
	free(bugs->items);
	*bugs = (struct bugs){NULL, 0};
}
