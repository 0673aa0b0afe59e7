#include "sweep/memcheck.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"

#define SLOWER		30		/* than without valgrind */
#define DEADLINE_MIN_NS (30 * NS_PER_S) /* it takes a second to start */

struct memcheck {
	struct sweep *sweep;
	struct process_spec *processes; /* of all scenarios: under memcheck */
	struct scenario base;
	struct scenario *scenarios; /* one for each bug */
	struct run_case *cases;
	int rc;
};

/* The findings that memcheck makes go from @from to @to. */
static int take_errors(struct case_result *from, struct case_result *to, size_t *ret_count)
{
	size_t count = 0;

	for (size_t i = 0; i < from->finding_count; i++) {
		struct finding *slot;

		if (from->findings[i].kind != FINDING_MEMORY_ERROR)
			continue;
		slot = mem_append(&to->findings, &to->finding_count, sizeof(*slot));
		if (!slot)
			return -ENOMEM;
		*slot = from->findings[i];
		from->findings[i] = (struct finding){.kind = FINDING_MEMORY_ERROR};
		count++;
	}
	*ret_count = count;
	return 0;
}

static char *reason_of(const struct case_result *result)
{
	if (result->verdict == VERDICT_PASS || result->verdict == VERDICT_FAIL)
		return mem_strdup("memcheck sees no memory error behind it");
	return mem_printf("not checked by memcheck: %s",
			  result->reason ? result->reason : "the fault did not strike there");
}

static void on_checked(void *ctx, const struct run_case *c, struct case_result *result)
{
	struct memcheck *memcheck = ctx;
	struct bug *bug = &memcheck->sweep->bugs.items[c - memcheck->cases];
	size_t found = 0;
	int rc = take_errors(result, &bug->result, &found);

	memcheck->sweep->runs++;
	if (!rc && !found)
		rc = case_result_note(&bug->result, reason_of(result));
	if (!rc && found)
		rc = case_result_note(&bug->result,
				      mem_printf("memcheck sees %zu memory error%s behind it",
						 found, found == 1 ? "" : "s"));
	memcheck->rc = memcheck->rc ? memcheck->rc : rc;
}

static void set_up(struct memcheck *memcheck, struct scenario *s, const struct scenario *from)
{
	uint64_t deadline = from->deadline_ns * SLOWER;

	*s = *from;
	s->processes = memcheck->processes;
	s->deadline_ns = deadline > DEADLINE_MIN_NS ? deadline : DEADLINE_MIN_NS;
}

static int make_cases(struct memcheck *memcheck)
{
	const struct sweep *sweep = memcheck->sweep;
	const struct scenario *base = sweep->base;
	size_t count = sweep->bugs.count;

	memcheck->processes = mem_zalloc((base->process_count + 1) * sizeof(struct process_spec));
	memcheck->scenarios = mem_zalloc((count + 1) * sizeof(struct scenario));
	memcheck->cases = mem_zalloc((count + 1) * sizeof(struct run_case));
	if (!memcheck->processes || !memcheck->scenarios || !memcheck->cases)
		return -ENOMEM;
	for (size_t i = 0; i < base->process_count; i++) {
		memcheck->processes[i] = base->processes[i];
		memcheck->processes[i].under = UNDER_MEMCHECK;
	}
	set_up(memcheck, &memcheck->base, base);
	for (size_t i = 0; i < count; i++) {
		set_up(memcheck, &memcheck->scenarios[i],
		       &sweep->plan.attempts[sweep->bugs.items[i].attempt]->scenario);
		memcheck->cases[i] = (struct run_case){.scenario = &memcheck->scenarios[i],
						       .role = ROLE_SUBJECT,
						       .seed = sweep->options->seed,
						       .like = &memcheck->base};
	}
	return 0;
}

int sweep_memcheck(struct sweep *sweep, struct err *err)
{
	struct memcheck memcheck = {.sweep = sweep};
	const struct pool_events events = {.done = on_checked, .ctx = &memcheck};
	int rc = make_cases(&memcheck);

	if (rc)
		err_errno(err, rc, "sweep");
	else if (sweep->bugs.count)
		rc = sweep->options->pool_run(memcheck.cases, sweep->bugs.count,
					      &sweep->options->pool, &events, err);
	if (!rc && memcheck.rc)
		rc = err_errno(err, memcheck.rc, "sweep");
	free(memcheck.processes);
	free(memcheck.scenarios);
	free(memcheck.cases);
	return rc;
}
