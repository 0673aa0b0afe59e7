#include "run/behaviour.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "run/job.h"
#include "sys/names.h"

#define STUCK "hang"

/* "hang", "SIGSEGV", "exit 3", of every process when there are several. */
static char *outcome_of(const struct observed *seen)
{
	char *text = NULL;

	for (size_t i = 0; i < seen->finding_count; i++)
		if (seen->findings[i].kind == FINDING_HANG ||
		    seen->findings[i].kind == FINDING_SPIN ||
		    seen->findings[i].kind == FINDING_DEADLOCK)
			return mem_strdup(STUCK);
	for (size_t i = 0; i < seen->process_count; i++) {
		const struct observed_process *p = &seen->processes[i];
		cleanup_free char *before = text;
		char how[32];

		if (!p->started)
			snprintf(how, sizeof(how), "not started");
		else if (p->alive)
			snprintf(how, sizeof(how), "alive");
		else if (p->signaled)
			snprintf(how, sizeof(how), "%s", signal_name(p->status));
		else
			snprintf(how, sizeof(how), "exit %d", p->status);
		text = mem_printf("%s%s%s", before ? before : "", before ? ", " : "", how);
		if (!text)
			return NULL;
	}
	return text ? text : mem_strdup("");
}

static char *printed_of(const struct observed *seen)
{
	char *text = mem_strdup("");

	for (size_t i = 0; text && i < seen->process_count; i++) {
		const struct observed_process *p = &seen->processes[i];
		cleanup_free char *before = text;

		text = mem_printf("%s%s: %s\n%s\n", before, p->name, p->out.data ? p->out.data : "",
				  p->err.data ? p->err.data : "");
	}
	return text;
}

int behaviour_note(struct behaviour *b, const struct observed *seen)
{
	b->outcome = outcome_of(seen);
	b->stuck = b->outcome && strcmp(b->outcome, STUCK) == 0;
	b->printed = printed_of(seen);
	if (b->outcome && b->printed)
		return 0;
	behaviour_release(b);
	return -ENOMEM;
}

static int note_unfired(struct behaviour *b, const struct execution *x)
{
	for (size_t i = 0; x->faults && i < x->scenario->fault_count; i++)
		if (!x->faults[i].fired) {
			b->unfired = mem_strdup(x->faults[i].spec->name);
			return b->unfired ? 0 : -ENOMEM;
		}
	return 0;
}

int job_behave(struct job *job, struct behaviour *ret, struct err *err)
{
	struct observed seen = {0};
	struct behaviour behaviour = {0};
	struct execution x;
	int rc = job_execute(job, &x, &seen, true, err);

	if (rc == -ENOENT) /* a program that is not there is no missing compiler */
		rc = -EINVAL;
	if (!rc && note_unfired(&behaviour, &x))
		rc = err_errno(err, -ENOMEM, "run");
	execution_release(&x);
	if (!rc && behaviour_note(&behaviour, &seen))
		rc = err_errno(err, -ENOMEM, "run");
	observed_release(&seen);
	rc = rc ? rc : sandbox_clean(&job->worker->sandbox, err);
	if (rc)
		behaviour_release(&behaviour);
	else
		*ret = behaviour;
	return rc;
}

bool behaviour_is_comparable(const struct behaviour *b)
{
	return !b->unfired || b->stuck;
}

bool behaviour_differs(const struct behaviour *a, const struct behaviour *b)
{
	return strcmp(a->outcome, b->outcome) != 0 || strcmp(a->printed, b->printed) != 0;
}

void behaviour_release(struct behaviour *b)
{
	free(b->outcome);
	free(b->printed);
	free(b->unfired);
	*b = (struct behaviour){.outcome = NULL};
}
