#include "run/clock.h"

#include <unistd.h>

#include "base/util.h"
#include "run/execution.h"
#include "sys/procfs.h"

#define SHORT_NS    (5 * NS_PER_MS) /* runs that end before are not looked at */
#define LIMIT_TIMES 10 /* a limit is never stretched to more than so many times itself */

static uint64_t smallest_limit(const struct execution *x)
{
	const struct expect_spec *expect = &x->scenario->expect;
	uint64_t limit = x->deadline_ns;

	if (expect->within_ns && expect->within_ns < limit)
		limit = expect->within_ns;
	if (expect->recovers_ns && expect->recovers_ns < limit)
		limit = expect->recovers_ns;
	return limit;
}

/* What @tid has waited since *@last. */
static void add(struct execution *x, pid_t tid, uint64_t *last)
{
	uint64_t waited;

	if (procfs_run_delay(x->engine.options.proc_fd, tid, &waited) || waited < *last)
		return;
	x->seen->starved_ns += waited - *last;
	*last = waited;
}

/* What the worker has waited before is not of this run. */
static void begin(struct execution *x)
{
	if (!x->worker_waited_ns)
		procfs_run_delay(x->engine.options.proc_fd, getpid(), &x->worker_waited_ns);
}

void clock_look(struct execution *x, uint64_t elapsed_ns)
{
	if (elapsed_ns < SHORT_NS)
		return;
	begin(x);
	if (elapsed_ns >= smallest_limit(x) / 2)
		clock_starved_ns(x);
}

uint64_t clock_starved_ns(struct execution *x)
{
	struct tracee *t, *tmp;

	begin(x);
	add(x, getpid(), &x->worker_waited_ns);
	HASH_ITER(hh, x->engine.tracees, t, tmp)
		if (t->process)
			add(x, t->tid, &t->waited_ns);
	return x->seen->starved_ns;
}

bool clock_is_over(const struct execution *x, uint64_t elapsed_ns, uint64_t limit_ns)
{
	return elapsed_ns >= limit_ns * LIMIT_TIMES || elapsed_ns >= limit_ns + x->seen->starved_ns;
}
