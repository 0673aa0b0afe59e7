/*
 * job.h - what belongs to one case while a worker is at it.
 */
#ifndef RUN_JOB_H
#define RUN_JOB_H

#include "compile/compile.h"
#include "run/execution.h"

/* What `build:` has made of one combination. */
struct job_build {
	char *folder, *flags;
	const char *compiler, *level;
};

struct job {
	struct worker *worker;
	const struct run_case *c;
	const struct process_spec **specs;
	const struct build_spec *build_spec; /* the control may have another; NULL = none */
	struct job_build build;
	int counts_fd;			/* for the programs: instrument/counts.h; 0 = none */
	uint64_t deadline_ns;		/* instead of the scenario's; 0 = not */
	char *dir, *tmp, *tmp_without;	/* folders of the scenario and of the two executions */
	struct execution with, without; /* with faults, without */
	struct observed seen, fault_free;
	/* fault_free, or what the worker keeps; NULL: there was no such run */
	const struct observed *usual, *usual_again;
	bool ran;
	char *doubt;		   /* why what was seen is no verdict; NULL */
	struct recorder *recorder; /* NULL: the calls are not noted */
	struct walk *walk;	   /* of stepped.c; NULL */
	struct case_result *result;
};

/* Run @x of the job; what it came to is in @seen. */
int job_execute(struct job *job, struct execution *x, struct observed *seen, bool with_faults,
		struct err *err);

/*
 * What there is to say of job->with, run with faults: the caller releases the
 * findings, also of a failure.
 */
int job_judge(struct job *job, struct findings *ret_findings, struct err *err);

/* The same without faults, to its end and tidied up; one that does not end is -EINVAL. */
int job_execute_without(struct job *job, struct observed *seen, struct err *err);

/*
 * usual.c.  Set job->usual and job->usual_again: once for all cases that are
 * alike, two runs, so that what is chance is known.
 */
int usual_learn(struct job *job, struct err *err);
/* Which outputs differ between the two. */
int usual_report(struct job *job, struct record *record);

/*
 * build.c.  Compile for the job, so that accesses are counted or not:
 * -ENOENT, the compiler is not installed; -ENOEXEC, it refuses; -ENOPKG, the
 * runtime is not there.
 */
int job_compile(struct job *job, const char *compiler, const char *level, bool is_counted,
		struct err *err);
void job_build_release(struct job *job);

/* What there is to compile, with the texts that it needs. */
struct job_request {
	struct compile_request request;
	char **sources;
};
int job_request_make(struct job *job, const char *compiler, const char *level,
		     struct job_request *ret, struct err *err);
void job_request_release(struct job_request *made);

/*
 * `same-at-every-level`: run every combination but the first one that can be
 * compiled, for which the job is ready then; what behaved otherwise is told
 * by levels_judge(), once job->seen is there.
 */
struct levels;
int levels_run(struct job *job, struct levels **ret_levels, struct err *err);
/* NULL is allowed; the finding, if any, is appended. */
int levels_judge(struct job *job, const struct levels *levels, struct findings *findings);
/* A fault that did not fire in one of the combinations: for the caller to free.  Else untouched. */
int levels_say_unfired(const struct levels *levels, char **ret_text);
void levels_free(struct levels *levels);

#endif
