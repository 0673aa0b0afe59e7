#include "sweep/report.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "sweep/write.h"

/* "01-wrong-output-write-no-space.scn"; of a part "2-of-3-01-..." */
static char *path_of(const struct sweep *sweep, const struct bug *bug, const char *dir,
		     size_t number)
{
	const struct sweep_part *part = &sweep->options->part;
	char prefix[64] = "";

	if (part->count)
		snprintf(prefix, sizeof(prefix), "%zu-of-%zu-", part->index, part->count);
	return mem_printf("%s/%s%02zu-%s-%s-%s.scn", dir, prefix, number,
			  vocab_name(&finding_vocab, (int)bug->kind),
			  sweep->record.sites[bug->site].call,
			  vocab_name(&fault_family_vocab, (int)bug->family));
}

static void print_frame(FILE *out, const struct frame *frame)
{
	fprintf(out, " < %s", frame->function ? frame->function : "?");
	if (frame->file)
		fprintf(out, " (%s:%d)", frame->file, frame->line);
	else if (frame->module)
		fprintf(out, " [%s+%#llx]", frame->module, (unsigned long long)frame->offset);
}

/* What was found, and where in the program the fault strikes. */
static char *about_of(const struct sweep *sweep, const struct bug *bug)
{
	const struct finding *finding = worst_finding(&bug->result);
	const struct stack *stack = &sweep->record.sites[bug->site].stack;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fprintf(out, "Found by ipcfault sweep: %s%s%s%s: %s",
		vocab_name(&finding_vocab, (int)bug->kind), bug->silent ? " (silent)" : "",
		bug->process ? " in " : "", bug->process ? bug->process : "",
		finding && finding->text ? finding->text : "");
	if (stack->count)
		fprintf(out, ". The fault strikes at %s", sweep->record.sites[bug->site].call);
	for (size_t i = 0; i < stack->count; i++)
		print_frame(out, &stack->frames[i]);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

int bug_write(const struct sweep *sweep, struct bug *bug, const char *dir, size_t number,
	      struct err *err)
{
	cleanup_free char *path = path_of(sweep, bug, dir, number);
	cleanup_free char *about = path ? about_of(sweep, bug) : NULL;
	FILE *file;
	int rc;

	if (sweep->plan.attempts[bug->attempt]->written)
		return err_errno(err, -ENOTSUP, "sweep");
	if (!about)
		return err_errno(err, -ENOMEM, "sweep");
	file = fopen(path, "we");
	if (!file)
		return err_errno(err, -errno, "%s", path);
	fputs("# Written by `ipcfault sweep`; `ipcfault replay` says when a program has changed.\n",
	      file);
	programs_write(&sweep->programs, file);
	rc = scenario_write(&sweep->plan.attempts[bug->attempt]->scenario, about, file, err);
	if (fclose(file) && !rc)
		rc = err_errno(err, -errno, "%s", path);
	if (rc) {
		unlink(path);
		return rc;
	}
	bug->file = TAKE_PTR(path);
	return 0;
}

static int set_text(char **slot, char *text)
{
	free(*slot);
	*slot = text;
	return text ? 0 : -ENOMEM;
}

/* The finding that it is an entry for comes first. */
static void put_first(struct bug *bug)
{
	struct finding *findings = bug->result.findings, first;
	size_t index = 0;

	while (index < bug->result.finding_count &&
	       (findings[index].kind != bug->kind || findings[index].silent != bug->silent))
		index++;
	if (index == bug->result.finding_count)
		return;
	first = findings[index];
	memmove(findings + 1, findings, index * sizeof(first));
	findings[0] = first;
}

/* Where the fault that it is about has struck: the run did not look. */
static int add_stack(const struct sweep *sweep, struct bug *bug)
{
	size_t index = sweep->plan.attempts[bug->attempt]->main_fault;
	const struct stack *stack = &sweep->record.sites[bug->site].stack;
	struct fault_result *fault;

	if (index >= bug->result.fault_count)
		return 0;
	fault = &bug->result.faults[index];
	return fault->injection_count && !fault->injections[0].stack.count
		       ? stack_copy(stack, &fault->injections[0].stack)
		       : 0;
}

int bug_complete(const struct sweep *sweep, struct bug *bug)
{
	struct case_result *result = &bug->result;
	int rc;

	put_first(bug);
	rc = add_stack(sweep, bug);
	if (!rc && bug->attempts > 1)
		rc = case_result_note(result,
				      mem_printf("%zu faults of this kind at this place show it; "
						 "this is the smallest",
						 bug->attempts));
	result->occurrences = bug->attempts;
	if (!rc && bug->file) {
		rc = set_text(&result->file, mem_strdup(bug->file));
		result->line = 1;
		rc = rc ? rc
			: set_text(&result->reproduce, mem_printf("ipcfault replay %s", bug->file));
	}
	return rc;
}
