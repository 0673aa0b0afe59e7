/*
 * usual.c - what a program does without faults, learnt once for many cases.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "oracle/oracle.h"
#include "run/job.h"

void usual_forget(struct usual *usual)
{
	if (usual->first)
		observed_release(usual->first);
	if (usual->again)
		observed_release(usual->again);
	free(usual->first);
	free(usual->again);
	*usual = (struct usual){.of = NULL};
}

int usual_learn(struct job *job, struct err *err)
{
	const struct scenario *of = job->c->like ? job->c->like : job->c->scenario;
	struct usual *usual = &job->worker->usual;
	int rc = 0;

	if (usual->of != of) {
		usual_forget(usual);
		usual->first = mem_zalloc(sizeof(*usual->first));
		usual->again = mem_zalloc(sizeof(*usual->again));
		if (!usual->first || !usual->again)
			return err_errno(err, -ENOMEM, "run");
		rc = job_execute_without(job, usual->first, err);
		rc = rc ? rc : job_execute_without(job, usual->again, err);
		if (rc)
			return rc;
		usual->of = of;
	}
	job->usual = usual->first;
	job->usual_again = usual->again;
	return 0;
}

int usual_report(struct job *job, struct record *record)
{
	for (size_t i = 0; job->usual_again && i < job->usual->process_count; i++) {
		char **slot;

		if (survive_is_steady(job->usual, job->usual_again, i))
			continue;
		slot = mem_append(&record->unsteady, &record->unsteady_count, sizeof(*slot));
		if (slot)
			*slot = mem_strdup(job->usual->processes[i].name);
		if (!slot || !*slot)
			return -ENOMEM;
	}
	return 0;
}
