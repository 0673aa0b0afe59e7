/*
 * levels.c - one program, many compilations: the same behaviour from each?
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "qualifier/shipped.h"
#include "run/ahead.h"
#include "run/counted.h"
#include "run/levels_private.h"

static int compile_cell(struct job *job, struct cell *cell, struct err *err)
{
	int rc = job_compile(job, cell->compiler, cell->level, false, err);

	if (rc)
		return rc;
	cell->folder = mem_strdup(job->build.folder);
	return cell->folder ? 0 : err_errno(err, -ENOMEM, "run");
}

static int run_cell(struct job *job, struct cell *cell, struct err *err)
{
	int rc = compile_cell(job, cell, err);

	return rc ? rc : job_behave(job, &cell->seen, err);
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

/* Takes @text over; NULL is short memory. */
static int note(struct job *job, char *text)
{
	char **slot =
		text ? mem_append(&job->seen.notes, &job->seen.note_count, sizeof(*slot)) : NULL;

	if (!slot) {
		free(text);
		return -ENOMEM;
	}
	*slot = text;
	return 0;
}

static int note_missing(struct job *job, const char *compiler)
{
	return note(job, mem_printf("%s is not installed: its column is left out", compiler));
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
		rc = compile_cell(job, cell, err);
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

/* --- accesses ------------------------------------------------------------ */

#define AS_WRITTEN "-O0"

static bool is_optimised(const struct cell *cell)
{
	return !strstr(cell->level, AS_WRITTEN);
}

/* What belongs to one compiler while its levels are compared. */
struct comparison {
	struct job *job;
	struct levels *levels;
	struct image_set *images;
	struct counted reference;
	char *folder; /* of the programs as written, without the runtime */
};

/* The program @module of the reference, in @folder; NULL: it is not there. */
static struct image *image_in(const struct comparison *c, const char *folder, const char *module)
{
	size_t len = strlen(c->reference.folder);
	cleanup_free char *path = strncmp(module, c->reference.folder, len) == 0
					  ? mem_printf("%s%s", folder, module + len)
					  : NULL;

	return path ? accesses_image(c->images, path) : NULL;
}

static int compare_shipped(const struct comparison *c, const struct cell *cell,
			   struct differences *differences, struct err *err)
{
	const struct counts *counts = &c->reference.counts;
	int rc = 0;

	for (size_t i = 0; !rc && i < counts->process_count; i++) {
		const char *program = counts->processes[i].program;
		const struct shipped shipped = {image_in(c, c->folder, program),
						image_in(c, cell->folder, program)};
		bool is_seen = !shipped.as_written || !shipped.optimised;

		for (size_t k = 0; k < i; k++)
			is_seen |= strcmp(counts->processes[k].program, program) == 0;
		if (!is_seen)
			rc = shipped_find(&shipped, &c->reference.accesses, program, differences,
					  err);
	}
	return rc;
}

static int compare_cell(struct comparison *c, size_t index, struct err *err)
{
	const struct cell *cell = &c->levels->cells[index];
	struct differences differences = {0};
	struct counted counted;
	const struct culprit_runs runs = {.plain = &c->reference.accesses,
					  .optimised = &counted.accesses,
					  .images = c->images,
					  .cell = index,
					  .level = cell->level};
	int rc = counted_run(c->job, cell->compiler, cell->level, c->images, &c->reference,
			     &counted, err);

	if (rc)
		return rc;
	rc = differences_find(&c->reference.accesses, &counted.accesses, &differences);
	if (rc)
		err_errno(err, rc, "compare");
	rc = rc ? rc : compare_shipped(c, cell, &differences, err);
	rc = rc ? rc : culprits_add(&c->levels->culprits, &differences, &runs, err);
	differences_release(&differences);
	counted_release(&counted);
	return rc;
}

/* All levels of the compiler that stands at @first. */
static int compare_compiler(struct job *job, struct levels *levels, size_t first,
			    struct image_set *images, struct err *err)
{
	const char *compiler = levels->cells[first].compiler;
	struct comparison c = {.job = job, .levels = levels, .images = images};
	int rc = job_compile(job, compiler, AS_WRITTEN, false, err);

	if (rc)
		return rc;
	c.folder = TAKE_PTR(job->build.folder);
	rc = counted_run(job, compiler, AS_WRITTEN, images, NULL, &c.reference, err);
	for (size_t i = first; !rc && i < levels->count; i++)
		if (strcmp(levels->cells[i].compiler, compiler) == 0 &&
		    is_optimised(&levels->cells[i]))
			rc = compare_cell(&c, i, err);
	counted_release(&c.reference);
	free(c.folder);
	return rc;
}

static int compare_all(struct job *job, struct levels *levels, struct image_set *images,
		       struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < levels->count; i++)
		if (!levels->cells[i].missing &&
		    (i == 0 ||
		     strcmp(levels->cells[i].compiler, levels->cells[i - 1].compiler) != 0))
			rc = compare_compiler(job, levels, i, images, err);
	return rc;
}

static bool is_under_valgrind(const struct job *job)
{
	for (size_t i = 0; i < job->c->scenario->process_count; i++)
		if (job->specs[i]->under != UNDER_NONE)
			return true;
	return false;
}

static bool can_count(const struct job *job)
{
	return job->worker->options->ipcfault && !is_under_valgrind(job);
}

/* That accesses cannot be counted is no failure: the outcomes are there. */
static int compare_accesses(struct job *job, struct levels *levels, struct err *err)
{
	struct image_set *images;
	struct err why = ERR_INIT;
	int rc;

	if (!can_count(job))
		return 0;
	images = image_set_new();
	rc = images ? compare_all(job, levels, images, &why) : -ENOMEM;
	image_set_free(images);
	if (rc == -ENOPKG || rc == -ENOEXEC)
		rc = note(job, mem_printf("accesses are not compared: %s", why.text));
	return rc ? err_set(err, rc, "%s", why.text) : 0;
}

int levels_run(struct job *job, struct levels **ret_levels, struct err *err)
{
	struct levels *levels = mem_zalloc(sizeof(*levels));
	const struct cell *reference;
	int rc = levels ? make_cells(job->build_spec, levels) : -ENOMEM;

	if (rc)
		err_errno(err, rc, "run");
	else
		levels_compile_ahead(job, can_count(job));
	rc = rc ? rc : choose_reference(job, levels, err);
	rc = rc ? rc : run_others(job, levels, err);
	rc = rc ? rc : compare_accesses(job, levels, err);
	if (!rc) {
		reference = &levels->cells[levels->reference];
		rc = job_compile(job, reference->compiler, reference->level, false, err);
	}
	if (rc)
		levels_free(levels);
	else
		*ret_levels = levels;
	return rc;
}

static bool is_comparable(const struct cell *cell)
{
	return !cell->missing && behaviour_is_comparable(&cell->seen);
}

bool levels_differ(const struct cell *a, const struct cell *b)
{
	return is_comparable(a) && is_comparable(b) && behaviour_differs(&a->seen, &b->seen);
}

/* What stands in the table: the same, another output, or how it ended. */
static const char *cell_text(const struct cell *cell, const struct cell *reference)
{
	if (cell->missing)
		return "not installed";
	if (!is_comparable(cell))
		return "a fault did not fire";
	if (!levels_differ(cell, reference))
		return "same";
	return strcmp(cell->seen.outcome, reference->seen.outcome) == 0 ? "other output"
									: cell->seen.outcome;
}

/* "gcc: -O0 same · -O1 hang", a line for each compiler; @text_of tells of a cell. */
static char *table_of(const struct levels *levels, char *head,
		      const char *(*text_of)(const struct levels *levels, size_t cell,
					     const struct culprit *culprit),
		      const struct culprit *culprit)
{
	char *text = head;

	for (size_t i = 0; text && i < levels->count; i++) {
		const struct cell *cell = &levels->cells[i];
		cleanup_free char *before = text;
		bool first = i == 0 || strcmp(cell->compiler, levels->cells[i - 1].compiler) != 0;

		text = mem_printf("%s%s%s%s%s %s", before, first ? "\n  " : " · ",
				  first ? cell->compiler : "", first ? ": " : "", cell->level,
				  text_of(levels, i, culprit));
	}
	return text;
}

static const char *outcome_text(const struct levels *levels, size_t cell,
				const struct culprit *culprit)
{
	(void)culprit;
	return cell_text(&levels->cells[cell], &levels->cells[levels->reference]);
}

static const char *access_text(const struct levels *levels, size_t cell,
			       const struct culprit *culprit)
{
	if (levels->cells[cell].missing)
		return "not installed";
	for (size_t i = 0; i < culprit->cell_count; i++)
		if (culprit->cells[i] == cell)
			return "differs";
	return is_optimised(&levels->cells[cell]) ? "same" : "as written";
}

static char *text_of_outcomes(const struct levels *levels)
{
	const struct cell *reference = &levels->cells[levels->reference];

	return table_of(levels,
			mem_printf("it behaves differently once optimised; %s %s: %s",
				   reference->compiler, reference->level, reference->seen.outcome),
			outcome_text, NULL);
}

static char *text_of_culprit(const struct levels *levels, const struct culprit *culprit)
{
	cleanup_free char *text = culprit_text(culprit);

	return text ? table_of(levels, mem_printf("%s\n  where its accesses differ:", text),
			       access_text, culprit)
		    : NULL;
}

/* `where` is the access; the declaration stands in the text. */
static int set_where(struct finding *finding, const struct culprit *culprit)
{
	const struct culprit_place *place = &culprit->places[0];
	struct frame *frame;

	finding->variable = mem_strdup(culprit->field.name);
	frame = mem_append(&finding->stack.frames, &finding->stack.count, sizeof(*frame));
	if (!frame || !finding->variable)
		return -ENOMEM;
	*frame = (struct frame){.line = (int)place->line,
				.file = mem_strdup(place->file),
				.function = place->function ? mem_strdup(place->function) : NULL};
	return frame->file ? 0 : -ENOMEM;
}

/*
 * What nobody was seen to notice counts where its qualifier is proven to mend
 * the program; and where nothing is proven, if the program behaves differently
 * and nothing else is known.
 */
static bool is_believed(const struct levels *levels, const struct culprit *culprit,
			const struct mended_list *mended)
{
	const struct cell *reference = &levels->cells[levels->reference];

	if (!culprit->is_doubtful || levels_is_proven(mended, culprit))
		return true;
	if (mended->count)
		return false;
	for (size_t i = 0; i < levels->culprits.count; i++)
		if (!levels->culprits.items[i].is_doubtful)
			return false;
	for (size_t i = 0; i < culprit->cell_count; i++)
		if (levels_differ(&levels->cells[culprit->cells[i]], reference))
			return true;
	return false;
}

static int add_finding(struct job *job, const struct levels *levels, const struct culprit *culprit,
		       const char *outcomes, struct mended_list *mended, struct findings *findings)
{
	char *text = text_of_culprit(levels, culprit);
	struct finding *finding = NULL;
	int rc = text ? levels_add_proof(job, levels, culprit, mended, &text) : -ENOMEM;

	if (!rc)
		finding = findings_add(findings, FINDING_OPTIMIZATION, NULL, "%s%s%s", outcomes,
				       *outcomes ? "\n" : "", text);
	free(text);
	return finding ? set_where(finding, culprit) : -ENOMEM;
}

/* One finding for each variable; how the program behaves stands in the first. */
static int add_findings(struct job *job, const struct levels *levels, const char *outcomes,
			struct mended_list *mended, struct findings *findings)
{
	size_t before = findings->count;
	int rc = 0;

	for (size_t i = 0; !rc && i < levels->culprits.count; i++)
		if (is_believed(levels, &levels->culprits.items[i], mended))
			rc = add_finding(job, levels, &levels->culprits.items[i],
					 outcomes && findings->count == before ? outcomes : "",
					 mended, findings);
	for (size_t i = 0; !rc && i < mended->count; i++)
		if (mended->items[i].text)
			rc = levels_add_mended(&mended->items[i],
					       findings->count == before ? outcomes : NULL,
					       findings);
	if (!rc && outcomes && findings->count == before &&
	    !findings_add(findings, FINDING_OPTIMIZATION, NULL, "%s", outcomes))
		rc = -ENOMEM;
	return rc;
}

int levels_judge(struct job *job, const struct levels *levels, struct findings *findings)
{
	struct cell *reference = levels ? &levels->cells[levels->reference] : NULL;
	struct mended_list mended = {0};
	cleanup_free char *outcomes = NULL;
	bool any = false;
	int rc;

	if (!levels)
		return 0;
	if (behaviour_note(&reference->seen, &job->seen))
		return -ENOMEM;
	for (size_t i = 0; i < levels->count; i++)
		any |= levels_differ(&levels->cells[i], reference);
	outcomes = any ? text_of_outcomes(levels) : NULL;
	if (any && !outcomes)
		return -ENOMEM;
	rc = any ? levels_find_mended(job, levels, findings->count > 0, &mended) : 0;
	rc = rc ? rc : add_findings(job, levels, outcomes, &mended, findings);
	mended_list_release(&mended);
	return rc;
}

int levels_say_unfired(const struct levels *levels, char **ret_text)
{
	for (size_t i = 0; levels && i < levels->count; i++) {
		const struct cell *cell = &levels->cells[i];

		if (!cell->seen.unfired)
			continue;
		*ret_text = mem_printf("fault '%s' did not fire in the program of %s %s",
				       cell->seen.unfired, cell->compiler, cell->level);
		return *ret_text ? 0 : -ENOMEM;
	}
	return 0;
}

void levels_free(struct levels *levels)
{
	for (size_t i = 0; levels && levels->cells && i < levels->count; i++) {
		behaviour_release(&levels->cells[i].seen);
		free(levels->cells[i].folder);
	}
	if (levels) {
		culprits_release(&levels->culprits);
		free(levels->cells);
	}
	free(levels);
}
