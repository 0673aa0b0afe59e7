#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "oracle/oracle.h"
#include "run/execution.h"
#include "run/outputs.h"

int output_read(int fd, struct output *ret_output)
{
	struct output output = {.captured = true};
	struct stat st;
	size_t size;
	ssize_t n;

	if (fd < 0)
		return 0;
	if (fstat(fd, &st))
		return -errno;
	size = st.st_size < OUTPUT_MAX ? (size_t)st.st_size : OUTPUT_MAX;
	output.data = mem_zalloc(size + 1);
	if (!output.data)
		return -ENOMEM;
	n = pread(fd, output.data, size, 0);
	output.size = n > 0 ? (size_t)n : 0;
	*ret_output = output;
	return 0;
}

static bool has_printed(struct subject *s, const struct match *match)
{
	const int fds[] = {s->out_fd, s->err_fd};

	for (size_t i = 0; i < 2; i++) {
		struct output output = {0};
		bool found;

		if (output_read(fds[i], &output) || !output.data)
			continue;
		found = match_occurs(match, output.data, output.size) > 0;
		free(output.data);
		if (found)
			return true;
	}
	return false;
}

static void check_triggers(struct execution *x, struct subject *s, struct process *p)
{
	for (size_t i = 0; x->with_faults && i < x->scenario->fault_count; i++) {
		struct fault *fault = &x->faults[i];
		const struct trigger_spec *at = &fault->spec->at;
		const struct moment moment = {.p = p->exited ? NULL : p};

		if (at->kind != TRIGGER_OUTPUT || fault->matched || !fault->armed ||
		    (at->process.process != INDEX_NONE && at->process.process != s->index))
			continue;
		if (has_printed(s, &at->output))
			moment_count(x, fault, &moment);
	}
}

static void check_starts(struct execution *x, struct subject *s)
{
	for (size_t i = 0; i < x->subject_count; i++) {
		struct subject *waiting = &x->subjects[i];

		if (waiting->start_due || waiting->spec->start.of != s->index)
			continue;
		if (has_printed(s, &waiting->spec->start.output))
			waiting->start_due = true;
	}
}

static bool is_too_long(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && st.st_size > OUTPUT_MAX;
}

bool outputs_overflow(struct execution *x)
{
	for (size_t i = 0; i < x->subject_count; i++) {
		const struct subject *s = &x->subjects[i];
		bool is_out = is_too_long(s->out_fd);
		char name[128];

		if (!is_out && !is_too_long(s->err_fd))
			continue;
		if (observed_add(x->seen, FINDING_SPIN,
				 s->process ? subject_label(x, s->process, name, sizeof(name))
					    : NULL,
				 "has printed more than %u MiB to its %s", OUTPUT_MAX >> 20,
				 is_out ? "stdout" : "stderr"))
			execution_fail(x, -ENOMEM);
		return true;
	}
	return false;
}

void outputs_check(struct execution *x, struct process *p)
{
	struct subject *s = subject_of(x, p);

	if (!s)
		return;
	check_triggers(x, s, p);
	check_starts(x, s);
}
