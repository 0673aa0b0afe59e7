#include "run/loop.h"
#include "run/stale.h"

#include <errno.h>

#include "base/util.h"
#include "elf/endless.h"
#include "elf/unwind.h"
#include "engine/breakpoint.h"

#define FRAMES_MAX 16

/* Without a call, and with nobody else, these cannot come; a function only where the code goes. */
static bool needs_more_than_code(enum trigger_kind kind)
{
	return kind == TRIGGER_CALL || kind == TRIGGER_FUNCTION || kind == TRIGGER_OUTPUT ||
	       kind == TRIGGER_STARTED || kind == TRIGGER_AFTER;
}

static bool any_fault_to_come(const struct execution *x)
{
	for (size_t i = 0; x->with_faults && i < x->scenario->fault_count; i++)
		if (fault_is_live(&x->faults[i]) &&
		    !needs_more_than_code(x->faults[i].spec->at.kind))
			return true;
	return false;
}

static bool has_breakpoint(void *arg, uint64_t address)
{
	return breakpoint_find(arg, address);
}

bool loop_is_left_alone(struct execution *x, const struct tracee *t)
{
	for (const struct process *p = x->engine.processes; p; p = p->next)
		if (!p->exited && p != t->process)
			return false;
	for (size_t i = 0; i < x->subject_count; i++)
		if (!x->subjects[i].process && x->subjects[i].start_due)
			return false;
	return t->process->threads_live == 1 && !t->process->uses_timer &&
	       !t->process->under_valgrind && !t->stepping && !any_fault_to_come(x);
}

bool loop_check(struct execution *x, struct tracee *t)
{
	struct unwind_frame frames[FRAMES_MAX];
	struct process_map *map = NULL;
	size_t count = frames_of(x, t, frames, FRAMES_MAX, &map), endless = 0;
	const struct endless_stack code = {map, frames, count, has_breakpoint, t->process};
	struct stack stack = {0};
	char name[128];

	if (!count || !stack_is_endless(&code, &endless))
		return false;
	stale_note(x);
	if (stack_of(x, t, &stack))
		stack = (struct stack){0};
	if (observed_add(x->seen, FINDING_SPIN, subject_label(x, t->process, name, sizeof(name)),
			 "in a loop that has no way out%s%s",
			 endless < stack.count && stack.frames[endless].function ? ", of " : "",
			 endless < stack.count && stack.frames[endless].function
				 ? stack.frames[endless].function
				 : "")) {
		stack_release(&stack);
		execution_fail(x, -ENOMEM);
		return true;
	}
	x->seen->findings[x->seen->finding_count - 1].stack = stack;
	return true;
}
