#include "run/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "explore/emulator.h"
#include "model/scenario.h"
#include "oracle/oracle.h"
#include "run/check.h"
#include "run/execution.h"
#include "run/explored.h"
#include "run/frozen.h"
#include "run/job.h"
#include "run/record.h"
#include "run/reports.h"
#include "run/stepped.h"
#include "run/verdict.h"
#include "sandbox/tmp.h"
#include "sys/probe.h"

#define TAIL_MAX 2048

int worker_init(struct worker *w, const struct pool_options *options, int cpu, struct err *err)
{
	struct sandbox_options sandbox = {.own_proc = true, .keep_tmp = options->keep};
	int rc;

	*w = (struct worker){.options = options, .cpu = cpu, .outer_proc_fd = -1};
	if (options->gdb)
		w->outer_proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	w->images = image_set_new();
	if (!w->images)
		return err_errno(err, -ENOMEM, "worker");
	rc = tmp_name(NULL, &w->tmp, err);
	if (rc)
		return rc;
	sandbox.tmp = w->tmp;
	engine_pin(cpu); /* pid 1 of the sandbox is on the same processor then */
	rc = sandbox_enter(&sandbox, &w->sandbox, err);
	if (!rc)
		w->entered = true;
	return rc;
}

void worker_release(struct worker *w)
{
	frozen_drop(w);
	if (w->entered)
		sandbox_release(&w->sandbox);
	usual_forget(&w->usual);
	if (w->outer_proc_fd >= 0)
		close(w->outer_proc_fd);
	image_set_free(w->images);
	filters_release(&w->filters);
	free(w->tmp);
}

/* A copy; NULL stays NULL. */
static int copy_text(const char *text, char **ret_copy)
{
	*ret_copy = text ? mem_strdup(text) : NULL;
	return text && !*ret_copy ? -ENOMEM : 0;
}

static int describe_value(struct case_result *result, const struct matrix_value *from)
{
	struct case_value *value =
		mem_append(&result->values, &result->value_count, sizeof(*value));
	char *before = result->variant;

	if (!value || copy_text(from->name, &value->name) || copy_text(from->value, &value->value))
		return -ENOMEM;
	result->variant = mem_printf("%s%s%s=%s", before ? before : "", before ? " " : "",
				     from->name, from->value);
	free(before);
	return result->variant ? 0 : -ENOMEM;
}

int worker_describe(const struct run_case *c, struct case_result *result)
{
	const struct scenario *s = c->scenario;
	const char *mechanism = vocab_name(&mechanism_vocab, (int)s->mechanism);
	int rc = 0;

	*result = (struct case_result){.line = s->pos.line, .role = c->role, .seed = c->seed};
	if (copy_text(s->file, &result->file) || copy_text(s->title, &result->scenario) ||
	    copy_text(mechanism, &result->mechanism))
		return -ENOMEM;
	for (size_t i = 0; !rc && i < s->matrix_count; i++)
		rc = describe_value(result, &s->matrix[i]);
	return rc;
}

static int choose_specs(struct job *job)
{
	const struct scenario *s = job->c->scenario;

	if (s->build.present)
		job->build_spec = job->c->role == ROLE_CONTROL && s->control.build.present
					  ? &s->control.build
					  : &s->build;
	job->specs = mem_zalloc(s->process_count * sizeof(*job->specs));
	if (!job->specs)
		return -ENOMEM;
	for (size_t i = 0; i < s->process_count; i++) {
		bool replaced = job->c->role == ROLE_CONTROL && s->control.processes &&
				s->control.processes[i].name;

		job->specs[i] = replaced ? &s->control.processes[i] : &s->processes[i];
	}
	return 0;
}

static int set_folders(struct job *job)
{
	cleanup_free char *copy = mem_strdup(job->c->scenario->file);

	if (!copy)
		return -ENOMEM;
	job->dir = mem_strdup(dirname(copy));
	return job->dir ? 0 : -ENOMEM;
}

static bool is_misplaced(struct job *job, char **ret_reason, struct err *err)
{
	for (size_t i = 0; i < job->c->scenario->process_count; i++) {
		struct err why = ERR_INIT;
		struct numa_place place;
		int rc = subject_place(job->specs[i], &place, &why);

		if (rc == -ENODEV)
			*ret_reason = mem_strdup(why.text);
		else if (rc)
			err_set(err, rc, "%s", why.text);
		if (rc)
			return true;
	}
	return false;
}

static bool lacks_emulator(const struct job *job, char **ret_reason)
{
	struct emulator emulator;
	struct err why = ERR_INIT;

	if (!job->c->explore || !job->c->explore->is_unmodified)
		return false;
	if (emulator_find(job->worker->options->ipcfault, &emulator, &why)) {
		*ret_reason = mem_strdup(why.text);
		return true;
	}
	emulator_release(&emulator);
	return false;
}

static bool is_unmet(struct job *job, char **ret_reason, struct err *err)
{
	const struct strings *needs = &job->c->scenario->needs;

	for (size_t i = 0; i < needs->count; i++) {
		int rc = probe_need(needs->items[i], ret_reason);

		if (rc > 0)
			continue;
		if (rc < 0)
			err_set(err, rc, "unknown need '%s'", needs->items[i]);
		return true;
	}
	return is_misplaced(job, ret_reason, err) || lacks_emulator(job, ret_reason);
}

static bool compares_to_fault_free(const struct scenario *s)
{
	if (!s->fault_count || s->expect.survives)
		return false;
	if (s->expect.same_output || s->expect.recovers_ns)
		return true;
	for (size_t i = 0; i < s->process_count; i++)
		if (s->expect.processes[i].out.kind == MATCH_FAULT_FREE ||
		    s->expect.processes[i].err.kind == MATCH_FAULT_FREE)
			return true;
	return false;
}

/* Empty; one that is to be kept is another each time. */
static int fresh_folder(struct worker *w, char **ret_path, struct err *err)
{
	char *path = w->options->keep ? mem_printf("%s/%u", w->tmp, ++w->runs) : mem_strdup(w->tmp);
	int rc;

	if (!path)
		return err_errno(err, -ENOMEM, "run");
	*ret_path = path;
	if (!w->options->keep) {
		rc = w->tmp_is_empty ? 0 : tmp_empty(path, err);
		w->tmp_is_empty = false;
		return rc;
	}
	return mkdir(path, 0777) ? err_errno(err, -errno, "folder %s", path) : 0;
}

int job_execute(struct job *job, struct execution *x, struct observed *seen, bool with_faults,
		struct err *err)
{
	const struct scenario *s = job->c->scenario;
	uint64_t timeout = job->worker->options->timeout_ns;
	char **tmp = with_faults ? &job->tmp : &job->tmp_without;
	int rc;

	free(*tmp);
	*tmp = NULL;
	rc = fresh_folder(job->worker, tmp, err);

	*x = (struct execution){.worker = job->worker,
				.scenario = s,
				.specs = job->specs,
				.tmp = *tmp,
				.dir = job->dir,
				.build = job->build.folder,
				.cc = job->build.compiler,
				.cflags = job->build.flags,
				.counts_fd = job->counts_fd,
				.with_faults = with_faults,
				.recorder = with_faults ? job->recorder : NULL,
				.walk = with_faults ? job->walk : NULL,
				.deadline_ns = timeout ? timeout : s->deadline_ns,
				.seen = seen};
	if (job->deadline_ns && job->deadline_ns < x->deadline_ns)
		x->deadline_ns = job->deadline_ns;
	return rc ? rc : execution_run(x, job->c->seed, err);
}

static bool is_cut_off(const struct observed *seen)
{
	for (size_t i = 0; i < seen->finding_count; i++)
		if (seen->findings[i].kind == FINDING_DEADLOCK ||
		    seen->findings[i].kind == FINDING_HANG ||
		    seen->findings[i].kind == FINDING_SPIN)
			return true;
	return false;
}

/* The run without faults shows what is normal; one that fails shows nothing. */
int job_execute_without(struct job *job, struct observed *seen, struct err *err)
{
	struct err why = ERR_INIT;
	int rc = job_execute(job, &job->without, seen, false, &why);

	if (!rc)
		rc = reports_collect(&job->without, &why);
	execution_release(&job->without);
	if (!rc)
		rc = frozen_clean(job->worker, job->without.all_ended, &why);
	if (!rc && is_cut_off(seen))
		rc = err_set(&why, -EINVAL, "it does not end: %s", seen->findings[0].text);
	if (rc) {
		err_set(err, rc, "%s", why.text);
		return err_wrap(err, rc, "the run without faults");
	}
	return 0;
}

static int execute_fault_free(struct job *job, struct err *err)
{
	int rc = job_execute_without(job, &job->fault_free, err);

	if (!rc)
		job->usual = &job->fault_free;
	return rc;
}

static char *expand(void *ctx, const char *text)
{
	return execution_expand(ctx, text);
}

/* Only to tell leaks; where it does not end, they cannot be told. */
static void run_fault_free_for_leaks(struct job *job)
{
	struct err why = ERR_INIT;

	if (job->usual || !oracle_needs_fault_free(job->c->scenario, &job->seen))
		return;
	if (job->c->like ? usual_learn(job, &why) : execute_fault_free(job, &why))
		oracle_forget_leaks(&job->seen);
}

static int judge(struct job *job, struct judgement *j, struct err *err)
{
	int rc;

	*j = (struct judgement){.scenario = job->c->scenario,
				.seen = &job->seen,
				.tmp = job->tmp,
				.expand = expand,
				.ctx = &job->with};
	rc = oracle_judge_files(j, err);
	if (rc)
		return rc;
	/* It empties ${tmp}: from here on the files are those of the other run. */
	run_fault_free_for_leaks(job);
	j->fault_free = job->usual;
	j->fault_free_again = job->usual_again;
	return oracle_judge(j, err);
}

int job_judge(struct job *job, struct findings *ret, struct err *err)
{
	struct judgement j = {0};
	int rc = reports_collect(&job->with, err);

	if (!rc)
		rc = check_run(&job->with, err);
	if (!rc)
		rc = judge(job, &j, err);
	*ret = j.findings;
	return rc;
}

/* The tail begins at a line where it can; NULL when nothing was printed. */
static int tail_of(const struct output *output, char **ret_tail)
{
	const char *from = output->data;

	*ret_tail = NULL;
	if (!output->captured || !output->size)
		return 0;
	if (output->size > TAIL_MAX) {
		from += output->size - TAIL_MAX;
		from = strchr(from, '\n') ? strchr(from, '\n') + 1 : from;
	}
	return copy_text(from, ret_tail);
}

static int report_processes(struct job *job)
{
	for (size_t i = 0; i < job->seen.process_count; i++) {
		const struct observed_process *p = &job->seen.processes[i];
		struct process_result *to = mem_append(&job->result->processes,
						       &job->result->process_count, sizeof(*to));

		if (!to)
			return -ENOMEM;
		*to = (struct process_result){.started = p->started,
					      .exited = p->exited && !p->signaled,
					      .signaled = p->signaled,
					      .alive = p->alive,
					      .status = p->status};
		if (copy_text(p->name, &to->name) || tail_of(&p->out, &to->out_tail) ||
		    tail_of(&p->err, &to->err_tail))
			return -ENOMEM;
	}
	return job->worker->options->keep
		       ? case_result_note(job->result,
					  mem_printf("its files were kept in %s", job->tmp))
		       : 0;
}

/* What was noted while it ran comes first. */
static int report_notes(struct job *job)
{
	struct observed *seen = &job->seen;
	int rc = 0;

	for (size_t i = 0; i < seen->note_count; i++) {
		if (case_result_note(job->result, seen->notes[i]))
			rc = -ENOMEM;
		seen->notes[i] = NULL;
	}
	return rc;
}

/* What was injected is handed over. */
static int report_fault(struct case_result *result, struct fault *fault)
{
	bool refused = !fault->fired && *fault->refused;
	struct fault_result *to = mem_append(&result->faults, &result->fault_count, sizeof(*to));

	if (!to)
		return -ENOMEM;
	to->fired = fault->fired;
	to->matched = fault->matched;
	if (copy_text(fault->spec->name, &to->name) ||
	    copy_text(refused ? fault->refused : NULL, &to->refused))
		return -ENOMEM;
	for (size_t i = 0; i < fault->injection_count; i++) {
		struct injection *injection =
			mem_append(&to->injections, &to->injection_count, sizeof(*injection));

		if (!injection)
			return -ENOMEM;
		*injection = fault->injections[i];
		fault->injections[i] = (struct injection){.process = NULL};
	}
	fault->injection_count = 0;
	return 0;
}

static int report_faults(struct job *job)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < job->c->scenario->fault_count; i++)
		rc = report_fault(job->result, &job->with.faults[i]);
	return rc;
}

/* For the run of the case itself; the others of `same-at-every-level` are over then. */
static int prepare_build(struct job *job, struct levels **ret_levels, struct err *err)
{
	const struct build_spec *spec = job->build_spec;

	if (!spec)
		return 0;
	if (job->c->explore)
		return job_compile(job, spec->compilers.items[0], spec->levels.items[0],
				   job->worker->options->ipcfault && !stepped_is_wanted(job->c) &&
					   !job->c->explore->is_unmodified,
				   err);
	if (job->c->scenario->expect.same_at_every_level)
		return levels_run(job, ret_levels, err);
	return job_compile(job, spec->compilers.items[0], spec->levels.items[0], false, err);
}

static int execute_with(struct job *job, struct err *err)
{
	struct record *record = &job->result->record;
	int rc;

	if (job->c->record) {
		job->recorder = recorder_new(record);
		if (!job->recorder || usual_report(job, record))
			return err_errno(err, -ENOMEM, "run");
	}
	rc = job_execute(job, &job->with, &job->seen, true, err);
	job->ran = true;
	for (const struct process *p = job->with.engine.processes; p; p = p->next)
		record->processes += job->c->record;
	return rc;
}

static int run_case(struct job *job, const struct levels *levels, struct err *err)
{
	const struct scenario *s = job->c->scenario;
	struct findings found = {.items = NULL};
	int rc = 0;

	if (stepped_is_wanted(job->c))
		return stepped_run(job, err);
	if (job->c->explore)
		return explored_run(job, err);
	if (compares_to_fault_free(s))
		rc = execute_fault_free(job, err);
	if (rc)
		return rc;
	if (s->expect.survives)
		rc = usual_learn(job, err);
	rc = rc ? rc : execute_with(job, err);
	if (rc)
		return rc;
	rc = job_judge(job, &found, err);
	if (!rc)
		rc = levels_judge(job, levels, &found);
	job->result->findings = found.items;
	job->result->finding_count = found.count;
	return rc;
}

/* Sent, but blocked by the program: that may just be the bug of a control. */
static bool any_struck(const struct job *job)
{
	if (job->c->explore)
		return true; /* what could not be tried is no result */
	for (size_t i = 0; i < job->c->scenario->fault_count; i++)
		if (job->with.faults[i].struck)
			return true;
	return job->c->scenario->fault_count == 0;
}

/* A fault that did not strike in each of the combinations proves nothing there. */
static int verdict_of_levels(const struct levels *levels, struct case_result *result)
{
	cleanup_free char *text = NULL;
	int rc = 0;

	if (result->role == ROLE_SUBJECT && result->verdict == VERDICT_PASS)
		rc = levels_say_unfired(levels, &text);
	return rc || !text ? rc : verdict_set(result, VERDICT_INCONCLUSIVE, text);
}

static const struct observed *longer(const struct observed *a, const struct observed *b)
{
	return a->duration_ns > b->duration_ns ? a : b;
}

static int finish(struct job *job, const struct levels *levels)
{
	struct case_result *result = job->result;
	int rc = report_notes(job);

	rc = rc ? rc : report_processes(job);
	if (!rc && !job->c->explore)
		rc = report_faults(job);
	if (rc)
		return rc;
	/* What it takes to write down each call is no part of what the program takes. */
	result->duration_ns = job->c->record && job->usual
				      ? longer(job->usual, job->usual_again)->duration_ns
				      : job->seen.duration_ns;
	if (job->with.handed_over)
		return verdict_set(result, VERDICT_INCONCLUSIVE, "handed over to gdb");
	if (job->doubt)
		return verdict_set(result, VERDICT_INCONCLUSIVE, job->doubt);
	rc = verdict_decide(job->c->scenario, any_struck(job), result);
	return rc ? rc : verdict_of_levels(levels, result);
}

static void job_release(struct job *job)
{
	if (job->ran)
		execution_release(&job->with);
	observed_release(&job->seen);
	observed_release(&job->fault_free);
	recorder_free(job->recorder);
	free(job->doubt);
	free(job->specs);
	free(job->dir);
	free(job->tmp);
	free(job->tmp_without);
	job_build_release(job);
}

int worker_run(struct worker *w, const struct run_case *c, struct case_result *ret_result,
	       struct err *err)
{
	struct job job = {.worker = w, .c = c, .result = ret_result};
	struct err why = ERR_INIT;
	cleanup_free char *unmet = NULL;
	struct levels *levels = NULL;
	bool is_missing;
	int rc = worker_describe(c, ret_result);

	if (!rc)
		rc = choose_specs(&job);
	if (!rc)
		frozen_begin(w, c, job.specs[0]);
	if (!rc)
		rc = set_folders(&job);
	if (rc) {
		job_release(&job);
		return err_errno(err, rc, "run");
	}
	if (is_unmet(&job, &unmet, &why)) {
		rc = why.code ? verdict_set(ret_result, VERDICT_ERROR, why.text)
			      : verdict_set(ret_result, VERDICT_SKIP, unmet ? unmet : "not here");
		job_release(&job);
		return rc;
	}
	rc = prepare_build(&job, &levels, &why);
	is_missing = rc == -ENOENT;
	if (!rc)
		rc = run_case(&job, levels, &why);
	if (!rc)
		rc = finish(&job, levels);
	levels_free(levels);
	if (is_missing)
		rc = verdict_set(ret_result, VERDICT_SKIP, why.text);
	else if (rc && rc != -ENOMEM)
		rc = verdict_set(ret_result, VERDICT_ERROR, why.text);
	job_release(&job);
	if (!rc)
		rc = frozen_clean(w, job.with.all_ended, err);
	return rc;
}
