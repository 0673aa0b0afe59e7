/*
 * start.c - a process that is to be there until the end, and cannot start.
 */
#include <string.h>

#include "oracle/internal.h"

/* Nobody who waits for what it prints was started. */
static bool never_came_up(const struct judgement *j, const struct observed_process *p)
{
	bool waited_for = false;

	for (size_t i = 0; i < j->seen->process_count; i++) {
		const struct observed_process *other = &j->seen->processes[i];

		if (j->scenario->processes[other->spec].start.of != p->spec)
			continue;
		if (other->started)
			return false;
		waited_for = true;
	}
	return waited_for;
}

/* Who writes somewhere else may have written something. */
static bool says_what_it_never_says(const struct output *out, const struct output *usual)
{
	return !out->captured || out->size > usual->size ||
	       (out->size && memcmp(out->data, usual->data, out->size) != 0);
}

bool fails_to_start(const struct judgement *j, const struct observed_process *p)
{
	const struct observed_process *usual = j->fault_free ? fault_free_of(j, p) : NULL;

	if (!usual || !p->status || j->scenario->expect.survives == SURVIVAL_SAME)
		return false;
	return never_came_up(j, p) && (says_what_it_never_says(&p->err, &usual->err) ||
				       says_what_it_never_says(&p->out, &usual->out));
}
