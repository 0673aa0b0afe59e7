/*
 * build.c - what `build:` names, compiled for the job.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "compile/compile.h"
#include "run/job.h"

static int expand_sources(struct job *job, char ***ret_sources)
{
	const struct strings *from = &job->build_spec->sources;
	struct execution names = {.worker = job->worker, .scenario = job->c->scenario};
	char **sources = mem_zalloc((from->count + 1) * sizeof(*sources));
	struct scenario none = {0};

	names.dir = job->dir;
	names.scenario = &none;
	for (size_t i = 0; sources && i < from->count; i++)
		sources[i] = execution_expand(&names, from->items[i]);
	*ret_sources = sources;
	for (size_t i = 0; sources && i < from->count; i++)
		if (!sources[i])
			return -ENOMEM;
	return sources ? 0 : -ENOMEM;
}

void job_build_release(struct job *job)
{
	free(job->build.folder);
	free(job->build.flags);
	job->build = (struct job_build){.folder = NULL};
}

int job_request_make(struct job *job, const char *compiler, const char *level,
		     struct job_request *ret, struct err *err)
{
	const char *cache = job->worker->options->cache_dir;
	struct job_request made = {.sources = NULL};
	int rc = expand_sources(job, &made.sources);

	made.request = (struct compile_request){.spec = job->build_spec,
						.sources = (const char *const *)made.sources,
						.compiler = compiler,
						.level = level,
						.cache = cache,
						.ipcfault = job->worker->options->ipcfault};
	if (!cache)
		rc = err_set(err, -EINVAL, "no folder for compiled programs: set XDG_CACHE_HOME");
	else if (rc)
		err_errno(err, rc, "compile");
	if (rc)
		job_request_release(&made);
	else
		*ret = made;
	return rc;
}

void job_request_release(struct job_request *made)
{
	for (size_t i = 0; made->sources && made->sources[i]; i++)
		free(made->sources[i]);
	free(made->sources);
	made->sources = NULL;
}

int job_compile(struct job *job, const char *compiler, const char *level, bool is_counted,
		struct err *err)
{
	struct job_request made;
	int rc = job_request_make(job, compiler, level, &made, err);

	job_build_release(job);
	if (rc)
		return rc;
	made.request.is_counted = is_counted;
	rc = compile_get(&made.request, &job->build.folder, err);
	job_request_release(&made);
	if (rc)
		return rc;
	job->build.compiler = compiler;
	job->build.level = level;
	job->build.flags = compile_flags_text(job->build_spec, level);
	return job->build.flags ? 0 : err_errno(err, -ENOMEM, "compile");
}
