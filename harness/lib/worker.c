#include "lib/worker.h"

#include <stdio.h>
#include <sys/wait.h>

#include "lib/record.h"
#include "lib/safe.h"

static int answer_all(int in, int out, unsigned writer)
{
	struct record r;
	unsigned answered = 0;

	while (safe_read(in, &r, sizeof(r)) == sizeof(r)) {
		if (!record_is_sound(&r))
			return STATUS_WRONG;
		if (r.kind == RECORD_END)
			break;
		record_fill(&r, RECORD_DATA, writer, answered++);
		if (safe_write(out, &r, sizeof(r)) < 0)
			return STATUS_GONE;
	}
	record_fill(&r, RECORD_END, writer, answered);
	return safe_write(out, &r, sizeof(r)) < 0 ? STATUS_GONE : 0;
}

int worker_answer(int in, int out, unsigned writer)
{
	int status = answer_all(in, out, writer);

	safe_close(&in);
	safe_close(&out);
	return status;
}

int worker_judge(const char *who, int wait_status)
{
	if (WIFSIGNALED(wait_status)) {
		fprintf(stderr, "%s was killed by signal %d\n", who, WTERMSIG(wait_status));
		return STATUS_GONE;
	}
	if (WEXITSTATUS(wait_status) != 0) {
		fprintf(stderr, "%s failed with status %d\n", who, WEXITSTATUS(wait_status));
		return STATUS_GONE;
	}
	return 0;
}
