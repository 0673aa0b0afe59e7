#include "run/counted.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"

/* A program that takes so much longer than as it is written does not end any more. */
#define DEADLINE_TIMES 10
#define DEADLINE_MIN   (300 * NS_PER_MS)

static bool is_cut_short(const struct observed *seen)
{
	for (size_t i = 0; i < seen->finding_count; i++)
		if (seen->findings[i].kind == FINDING_HANG ||
		    seen->findings[i].kind == FINDING_SPIN ||
		    seen->findings[i].kind == FINDING_DEADLOCK)
			return true;
	return false;
}

static uint64_t deadline_of(const struct counted *reference)
{
	uint64_t deadline = reference ? DEADLINE_TIMES * reference->duration_ns : 0;

	return reference && deadline < DEADLINE_MIN ? DEADLINE_MIN : deadline;
}

static int execute(struct job *job, int fd, uint64_t deadline_ns, struct observed *seen,
		   struct err *err)
{
	struct execution x;
	int rc;

	job->counts_fd = fd;
	job->deadline_ns = deadline_ns;
	rc = job_execute(job, &x, seen, true, err);
	execution_release(&x);
	job->counts_fd = 0;
	job->deadline_ns = 0;
	return rc ? rc : sandbox_clean(&job->worker->sandbox, err);
}

int counted_run(struct job *job, const char *compiler, const char *level, struct image_set *images,
		const struct counted *reference, struct counted *ret_counted, struct err *err)
{
	cleanup_close int fd = -1;
	struct counted counted = {.duration_ns = 0};
	struct observed seen = {0};
	int rc = job_compile(job, compiler, level, true, err);

	rc = rc ? rc : counts_segment_new(SEGMENT_GLOBALS | SEGMENT_YIELD, &fd, err);
	rc = rc ? rc : execute(job, fd, deadline_of(reference), &seen, err);
	if (!rc && reference)
		rc = counts_read_all(fd, &counted.counts, err);
	else if (!rc)
		rc = counts_read(fd, &counted.counts, err);
	rc = rc ? rc
		: accesses_read(&counted.counts, images, reference ? &reference->accesses : NULL,
				&counted.accesses, err);
	counted.accesses.cut_short = is_cut_short(&seen);
	counted.duration_ns = seen.duration_ns;
	observed_release(&seen);
	counted.folder = rc ? NULL : mem_strdup(job->build.folder);
	if (!rc && !counted.folder)
		rc = err_errno(err, -ENOMEM, "run");
	if (rc)
		counted_release(&counted);
	else
		*ret_counted = counted;
	return rc;
}

void counted_release(struct counted *counted)
{
	accesses_release(&counted->accesses);
	counts_release(&counted->counts);
	free(counted->folder);
	counted->folder = NULL;
}
