#include "model/result.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void frame_release(struct frame *frame)
{
	free(frame->function);
	free(frame->file);
	free(frame->module);
	memset(frame, 0, sizeof(*frame));
}

void stack_release(struct stack *stack)
{
	for (size_t i = 0; i < stack->count; i++)
		frame_release(&stack->frames[i]);
	free(stack->frames);
	memset(stack, 0, sizeof(*stack));
}

/* NULL stays NULL. */
static int dup_text(const char *text, char **ret_copy)
{
	*ret_copy = text ? mem_strdup(text) : NULL;
	return text && !*ret_copy ? -ENOMEM : 0;
}

int stack_copy(const struct stack *from, struct stack *to)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct frame *frame = &from->frames[i];
		struct frame *copy = mem_append(&to->frames, &to->count, sizeof(*copy));

		if (!copy)
			return -ENOMEM;
		*copy = (struct frame){.line = frame->line, .offset = frame->offset};
		if (dup_text(frame->function, &copy->function) ||
		    dup_text(frame->file, &copy->file) || dup_text(frame->module, &copy->module))
			return -ENOMEM;
	}
	return 0;
}

void finding_release(struct finding *finding)
{
	free(finding->process);
	free(finding->text);
	free(finding->variable);
	stack_release(&finding->stack);
	memset(finding, 0, sizeof(*finding));
}

void record_release(struct record *record)
{
	for (size_t i = 0; i < record->site_count; i++) {
		free(record->sites[i].label);
		free(record->sites[i].call);
		free(record->sites[i].places);
		stack_release(&record->sites[i].stack);
	}
	for (size_t i = 0; i < record->unsteady_count; i++)
		free(record->unsteady[i]);
	free(record->sites);
	free(record->unsteady);
	memset(record, 0, sizeof(*record));
}

static void fault_result_release(struct fault_result *fault)
{
	for (size_t i = 0; i < fault->injection_count; i++) {
		free(fault->injections[i].process);
		free(fault->injections[i].text);
		stack_release(&fault->injections[i].stack);
	}
	free(fault->injections);
	free(fault->name);
	free(fault->refused);
}

static void process_result_release(struct process_result *process)
{
	free(process->name);
	free(process->out_tail);
	free(process->err_tail);
}

static void values_release(struct case_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(values[i].name);
		free(values[i].value);
	}
	free(values);
}

void case_result_release(struct case_result *result)
{
	values_release(result->values, result->value_count);
	values_release(result->explore.code, result->explore.code_count);
	for (size_t i = 0; i < result->fault_count; i++)
		fault_result_release(&result->faults[i]);
	for (size_t i = 0; i < result->finding_count; i++)
		finding_release(&result->findings[i]);
	for (size_t i = 0; i < result->process_count; i++)
		process_result_release(&result->processes[i]);
	for (size_t i = 0; i < result->note_count; i++)
		free(result->notes[i]);
	free(result->faults);
	free(result->findings);
	free(result->processes);
	free(result->notes);
	free(result->file);
	free(result->scenario);
	free(result->mechanism);
	free(result->variant);
	free(result->reason);
	free(result->reproduce);
	for (size_t i = 0; i < result->explore.outcome_count; i++) {
		free(result->explore.outcomes[i].text);
		free(result->explore.outcomes[i].end);
	}
	free(result->explore.outcomes);
	free(result->explore.strategy);
	free(result->explore.bound);
	free(result->explore.schedule);
	free(result->bug);
	record_release(&result->record);
	memset(result, 0, sizeof(*result));
}

int case_result_note(struct case_result *result, char *text)
{
	char **slot = text ? mem_append(&result->notes, &result->note_count, sizeof(*slot)) : NULL;

	if (!slot) {
		free(text);
		return -ENOMEM;
	}
	*slot = text;
	return 0;
}

int summary_exit_code(const struct summary *summary)
{
	const unsigned *count = summary->count;

	if (count[VERDICT_FAIL])
		return 1;
	if (count[VERDICT_INCONCLUSIVE] || count[VERDICT_ERROR])
		return 3;
	if (count[VERDICT_SKIP] && !count[VERDICT_PASS])
		return 77;
	return 0;
}
