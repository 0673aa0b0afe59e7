#include "model/baseline.h"

#include <stdlib.h>

#include "base/util.h"

bool known_is_same(const struct known *a, const struct known *b)
{
	return a->kind == b->kind && a->silent == b->silent && a->on == b->on &&
	       text_is_same(a->of, b->of) && text_is_same(a->process, b->process) &&
	       text_is_same(a->caller, b->caller) && text_is_same(a->call, b->call) &&
	       text_is_same(a->fault, b->fault) && text_is_same(a->at, b->at);
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
