/*
 * levels.c - one program, many compilations: the same behaviour from each?
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "compile/compile.h"
#include "run/job.h"
#include "sys/names.h"

struct cell {
	const char *compiler, *level;
	bool missing;  /* the compiler is not installed */
	char *outcome; /* "exit 0", "hang": what people read */
	char *printed; /* all that was printed */
};

struct levels {
	struct cell *cells;
	size_t count;
	size_t reference;
};

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

int job_compile(struct job *job, const char *compiler, const char *level, struct err *err)
{
	const char *cache = job->worker->options->cache_dir;
	char **sources = NULL;
	struct compile_request request = {
		.spec = job->build_spec, .compiler = compiler, .level = level, .cache = cache};
	int rc = expand_sources(job, &sources);

	job_build_release(job);
	request.sources = (const char *const *)sources;
	if (!cache)
		rc = err_set(err, -EINVAL, "no folder for compiled programs: set XDG_CACHE_HOME");
	else if (rc)
		err_errno(err, rc, "compile");
	else
		rc = compile_get(&request, &job->build.folder, err);
	for (size_t i = 0; sources && sources[i]; i++)
		free(sources[i]);
	free(sources);
	if (rc)
		return rc;
	job->build.compiler = compiler;
	job->build.level = level;
	job->build.flags = compile_flags_text(job->build_spec, level);
	return job->build.flags ? 0 : err_errno(err, -ENOMEM, "compile");
}

/* "hang", "SIGSEGV", "exit 3", of every process when there are several. */
static char *outcome_of(const struct observed *seen)
{
	char *text = NULL;

	for (size_t i = 0; i < seen->finding_count; i++)
		if (seen->findings[i].kind == FINDING_HANG ||
		    seen->findings[i].kind == FINDING_SPIN ||
		    seen->findings[i].kind == FINDING_DEADLOCK)
			return mem_strdup("hang");
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

static int note_cell(struct cell *cell, const struct observed *seen)
{
	cell->outcome = outcome_of(seen);
	cell->printed = printed_of(seen);
	return cell->outcome && cell->printed ? 0 : -ENOMEM;
}

static int run_cell(struct job *job, struct cell *cell, struct err *err)
{
	struct observed seen = {0};
	struct execution x;
	int rc = job_compile(job, cell->compiler, cell->level, err);

	if (rc)
		return rc;
	rc = job_execute(job, &x, &seen, true, err);
	if (rc == -ENOENT) /* a program that is not there is no missing compiler */
		rc = -EINVAL;
	execution_release(&x);
	if (!rc && note_cell(cell, &seen))
		rc = err_errno(err, -ENOMEM, "run");
	observed_release(&seen);
	return rc ? rc : sandbox_clean(&job->worker->sandbox, err);
}

static int make_cells(const struct build_spec *spec, struct levels *levels)
{
	levels->count = spec->compilers.count * spec->levels.count;
	levels->cells = mem_zalloc(levels->count * sizeof(*levels->cells));
	if (!levels->cells)
		return -ENOMEM;
	for (size_t i = 0; i < levels->count; i++) {
		levels->cells[i].compiler = spec->compilers.items[i / spec->levels.count];
		levels->cells[i].level = spec->levels.items[i % spec->levels.count];
	}
	return 0;
}

static bool is_missing(struct levels *levels, const char *compiler)
{
	for (size_t i = 0; i < levels->count; i++)
		if (levels->cells[i].missing && strcmp(levels->cells[i].compiler, compiler) == 0)
			return true;
	return false;
}

static int note_missing(struct job *job, const char *compiler)
{
	char **slot = mem_append(&job->seen.notes, &job->seen.note_count, sizeof(*slot));

	if (slot)
		*slot = mem_printf("%s is not installed: its column is left out", compiler);
	return slot && *slot ? 0 : -ENOMEM;
}

/* The first that compiles; its run is that of the case. */
static int choose_reference(struct job *job, struct levels *levels, struct err *err)
{
	for (size_t i = 0; i < levels->count; i++) {
		struct cell *cell = &levels->cells[i];
		int rc;

		cell->missing = is_missing(levels, cell->compiler);
		if (cell->missing)
			continue;
		rc = job_compile(job, cell->compiler, cell->level, err);
		if (rc != -ENOENT) {
			levels->reference = i;
			return rc;
		}
		cell->missing = true;
		if (note_missing(job, cell->compiler))
			return err_errno(err, -ENOMEM, "run");
	}
	return err_set(err, -ENOENT, "no compiler of this scenario is installed");
}

static int run_others(struct job *job, struct levels *levels, struct err *err)
{
	for (size_t i = levels->reference + 1; i < levels->count; i++) {
		struct cell *cell = &levels->cells[i];
		int rc;

		cell->missing = is_missing(levels, cell->compiler);
		if (cell->missing)
			continue;
		rc = run_cell(job, cell, err);
		if (rc == -ENOENT) {
			cell->missing = true;
			rc = note_missing(job, cell->compiler);
		}
		if (rc)
			return rc;
	}
	return 0;
}

int levels_run(struct job *job, struct levels **ret_levels, struct err *err)
{
	struct levels *levels = mem_zalloc(sizeof(*levels));
	const struct cell *reference;
	int rc = levels ? make_cells(job->build_spec, levels) : -ENOMEM;

	if (rc)
		err_errno(err, rc, "run");
	rc = rc ? rc : choose_reference(job, levels, err);
	rc = rc ? rc : run_others(job, levels, err);
	if (!rc) {
		reference = &levels->cells[levels->reference];
		rc = job_compile(job, reference->compiler, reference->level, err);
	}
	if (rc)
		levels_free(levels);
	else
		*ret_levels = levels;
	return rc;
}

static bool differs(const struct cell *a, const struct cell *b)
{
	return !a->missing && !b->missing &&
	       (strcmp(a->outcome, b->outcome) != 0 || strcmp(a->printed, b->printed) != 0);
}

/* What stands in the table: the same, another output, or how it ended. */
static const char *cell_text(const struct cell *cell, const struct cell *reference)
{
	if (cell->missing)
		return "not installed";
	if (!differs(cell, reference))
		return "same";
	return strcmp(cell->outcome, reference->outcome) == 0 ? "other output" : cell->outcome;
}

static char *table_of(const struct levels *levels)
{
	const struct cell *reference = &levels->cells[levels->reference];
	char *text = mem_printf("it behaves differently once optimised; %s %s: %s",
				reference->compiler, reference->level, reference->outcome);

	for (size_t i = 0; text && i < levels->count; i++) {
		const struct cell *cell = &levels->cells[i];
		cleanup_free char *before = text;
		bool first = i == 0 || strcmp(cell->compiler, levels->cells[i - 1].compiler) != 0;

		text = mem_printf("%s%s%s%s %s", before, first ? "\n" : " · ",
				  first ? cell->compiler : "", first ? ": " : "", cell->level);
		if (text) {
			cleanup_free char *head = text;

			text = mem_printf("%s %s", head, cell_text(cell, reference));
		}
	}
	return text;
}

int levels_judge(struct job *job, const struct levels *levels, struct findings *findings)
{
	struct cell *reference = levels ? &levels->cells[levels->reference] : NULL;
	cleanup_free char *table = NULL;
	bool any = false;

	if (!levels)
		return 0;
	if (note_cell(reference, &job->seen))
		return -ENOMEM;
	for (size_t i = 0; i < levels->count; i++)
		any |= differs(&levels->cells[i], reference);
	if (!any)
		return 0;
	table = table_of(levels);
	if (!table || !findings_add(findings, FINDING_OPTIMIZATION, NULL, "%s", table))
		return -ENOMEM;
	return 0;
}

void levels_free(struct levels *levels)
{
	for (size_t i = 0; levels && levels->cells && i < levels->count; i++) {
		free(levels->cells[i].outcome);
		free(levels->cells[i].printed);
	}
	if (levels)
		free(levels->cells);
	free(levels);
}
