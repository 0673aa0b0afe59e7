/*
 * output.c - what processes wrote: stdout, stderr, files.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "oracle/internal.h"

const struct observed_process *fault_free_of(const struct judgement *j,
					     const struct observed_process *p)
{
	if (!j->fault_free)
		return NULL;
	for (size_t i = 0; i < j->fault_free->process_count; i++) {
		const struct observed_process *other = &j->fault_free->processes[i];

		if (other->spec == p->spec && other->copy == p->copy)
			return other;
	}
	return NULL;
}

static int add_wrong_output(struct judgement *j, const struct observed_process *p,
			    const char *stream, const char *why)
{
	struct finding *finding =
		findings_add(&j->findings, FINDING_WRONG_OUTPUT, p->name, "%s %s", stream, why);

	if (!finding)
		return -ENOMEM;
	finding->silent = p->exited && !p->signaled && p->status == 0;
	return 0;
}

static int judge_stream(struct judgement *j, const struct observed_process *p, const char *stream,
			const struct match *match, const struct output *output,
			const struct output *fault_free, struct err *err)
{
	cleanup_free char *why = NULL;
	int rc;

	if (match->kind == MATCH_NONE || !output->captured)
		return 0;
	rc = match_check(j, match, output->data ? output->data : "", output->size, fault_free, &why,
			 err);
	if (!rc && why)
		rc = add_wrong_output(j, p, stream, why);
	return rc;
}

static int judge_process(struct judgement *j, const struct observed_process *p, struct err *err)
{
	static const struct match same = {.kind = MATCH_FAULT_FREE};
	const struct process_expect *want = &j->scenario->expect.processes[p->spec];
	const struct observed_process *other = fault_free_of(j, p);
	int rc;

	/* A death that is a finding itself has cut the output short. */
	if (p->signaled && !p->killed_on_purpose &&
	    !(want->exit == EXIT_KILLED && want->signal == p->status))
		return 0;
	rc = judge_stream(j, p, "stdout", &want->out, &p->out, other ? &other->out : NULL, err);
	if (!rc)
		rc = judge_stream(j, p, "stderr", &want->err, &p->err, other ? &other->err : NULL,
				  err);
	if (!rc && j->scenario->expect.same_output && !p->signaled)
		rc = judge_stream(j, p, "stdout", &same, &p->out, other ? &other->out : NULL, err);
	return rc;
}

/* A run that had to be ended has printed what it had: no second finding for that. */
int judge_output(struct judgement *j, struct err *err)
{
	int rc = 0;

	if (was_cut_off(j))
		return 0;
	for (size_t i = 0; !rc && i < j->seen->process_count; i++)
		if (j->seen->processes[i].started)
			rc = judge_process(j, &j->seen->processes[i], err);
	return rc;
}

/* Whatever the program has put there: a FIFO must not be waited for.  -EINVAL: no regular file. */
static int read_whole(const char *path, char **ret_text, size_t *ret_size)
{
	cleanup_free char *text = NULL;
	cleanup_fclose FILE *file = NULL;
	cleanup_close int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	file = fdopen(fd, "r");
	if (!file)
		return -ENOMEM;
	fd = -1; /* the stream's now. NOLINT(clang-analyzer-deadcode.DeadStores): cleanup_close */
	text = mem_zalloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	*ret_size = fread(text, 1, (size_t)st.st_size, file);
	*ret_text = TAKE_PTR(text);
	return 0;
}

static bool all_exited_well(const struct judgement *j)
{
	for (size_t i = 0; i < j->seen->process_count; i++) {
		const struct observed_process *p = &j->seen->processes[i];

		if (p->exited && (p->signaled || p->status))
			return false;
	}
	return true;
}

static int add_wrong_file(struct judgement *j, const char *path, const char *why)
{
	struct finding *finding =
		findings_add(&j->findings, FINDING_WRONG_OUTPUT, NULL, "file %s %s", path, why);

	if (!finding)
		return -ENOMEM;
	finding->silent = all_exited_well(j);
	return 0;
}

static int judge_file(struct judgement *j, const struct file_expect *want, struct err *err)
{
	cleanup_free char *path = j->expand(j->ctx, want->path);
	cleanup_free char *text = NULL, *why = NULL;
	struct stat st;
	size_t size = 0;
	int rc;

	if (!path)
		return -ENOMEM;
	if (want->absent)
		return lstat(path, &st) ? 0 : add_wrong_file(j, path, "exists");
	if (want->content.kind == MATCH_NONE)
		return lstat(path, &st) ? add_wrong_file(j, path, strerror(errno)) : 0;
	rc = read_whole(path, &text, &size);
	if (rc == -ENOMEM)
		return rc;
	if (rc)
		return add_wrong_file(j, path,
				      rc == -EINVAL ? "is no regular file" : strerror(-rc));
	rc = match_check(j, &want->content, text, size, NULL, &why, err);
	return rc || !why ? rc : add_wrong_file(j, path, why);
}

int judge_files(struct judgement *j, struct err *err)
{
	int rc = 0;

	if (was_cut_off(j))
		return 0;
	for (size_t i = 0; !rc && i < j->scenario->expect.file_count; i++)
		rc = judge_file(j, &j->scenario->expect.files[i], err);
	return rc;
}
