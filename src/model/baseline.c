#include "model/baseline.h"

#include <stdlib.h>
#include <string.h>

static bool is_same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool known_is_same(const struct known *a, const struct known *b)
{
	return a->kind == b->kind && a->silent == b->silent && a->on == b->on &&
	       is_same_text(a->of, b->of) && is_same_text(a->process, b->process) &&
	       is_same_text(a->caller, b->caller) && is_same_text(a->call, b->call) &&
	       is_same_text(a->fault, b->fault) && is_same_text(a->at, b->at);
}

void known_release(struct known *known)
{
	free(known->of);
	free(known->process);
	free(known->caller);
	free(known->call);
	free(known->fault);
	free(known->at);
	free(known->reason);
	*known = (struct known){.of = NULL};
}

void baseline_release(struct baseline *baseline)
{
	for (size_t i = 0; i < baseline->count; i++)
		known_release(&baseline->items[i]);
	free(baseline->items);
	free(baseline->file);
	*baseline = (struct baseline){.file = NULL};
}
