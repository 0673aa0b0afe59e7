#include <stdlib.h>

#include "base/mem.h"
#include "scenario/reader.h"

/*
 * What waits for what: a process for another one's output or for a fault, a
 * fault for another fault or for a moment of its process.  A cycle would never
 * begin.  Nodes are the processes, then the faults.
 */
struct graph {
	const struct scenario *scenario;
	unsigned char *state; /* 0 not seen, 1 on the path, 2 done */
	size_t cycle;	      /* a node on a cycle */
};

#define EDGES 2

static void edges(const struct graph *g, size_t node, int ret[EDGES])
{
	const struct scenario *s = g->scenario;
	int processes = (int)s->process_count;

	ret[0] = ret[1] = INDEX_NONE;
	if (node < s->process_count) {
		const struct process_spec *p = &s->processes[node];

		ret[0] = p->start.of;
		if (p->start.fault != INDEX_NONE)
			ret[1] = processes + p->start.fault;
	} else {
		const struct trigger_spec *at = &s->faults[node - s->process_count].at;

		ret[0] = at->process.process;
		if (at->kind == TRIGGER_AFTER && at->after != INDEX_NONE)
			ret[1] = processes + at->after;
	}
}

/* Depth first, with its own stack: a chain may have thousands of links. */
static bool has_cycle_from(struct graph *g, size_t start, size_t *stack)
{
	size_t depth = 0;

	stack[depth++] = start;
	while (depth) {
		size_t node = stack[depth - 1];
		int next[EDGES];
		bool deeper = false;

		g->state[node] = 1;
		edges(g, node, next);
		for (int i = 0; i < EDGES && !deeper; i++) {
			if (next[i] == INDEX_NONE || g->state[next[i]] == 2)
				continue;
			if (g->state[next[i]] == 1) {
				g->cycle = (size_t)next[i];
				return true;
			}
			stack[depth++] = (size_t)next[i];
			deeper = true;
		}
		if (!deeper) {
			g->state[node] = 2;
			depth--;
		}
	}
	return false;
}

static void complain_cycle(struct reader *reader, size_t node)
{
	const struct scenario *s = reader->scenario;

	if (node < s->process_count)
		complain_at(reader, s->processes[node].pos, NULL,
			    "`%s` would never start: it waits for itself", s->processes[node].name);
	else
		complain_at(reader, s->faults[node - s->process_count].pos, NULL,
			    "`%s` would never fire: it waits for itself",
			    s->faults[node - s->process_count].name);
}

void check_cycles(struct reader *reader)
{
	const struct scenario *s = reader->scenario;
	size_t count = s->process_count + s->fault_count;
	struct graph g = {.scenario = s, .state = mem_zalloc(count)};
	size_t *stack = mem_zalloc((count + 1) * sizeof(*stack));

	if (!g.state || !stack)
		reader->oom = true;
	for (size_t node = 0; node < count && !reader->oom; node++)
		if (!g.state[node] && has_cycle_from(&g, node, stack)) {
			complain_cycle(reader, g.cycle);
			break;
		}
	free(stack);
	free(g.state);
}
