#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

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
	size_t *path;	      /* from the first node to the one being looked at */
	size_t depth;
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

/* The place in the path where a cycle begins that the last node closes; -1 = none there. */
static ssize_t find_on_path(const struct graph *g, int node)
{
	for (size_t i = 0; i < g->depth; i++)
		if (g->path[i] == (size_t)node)
			return (ssize_t)i;
	return -1;
}

/*
 * Depth first, with a stack of its own: a chain may have thousands of links.
 * Returns the place in the path where a cycle begins, or -1.
 */
static ssize_t find_cycle(struct graph *g, size_t start)
{
	g->path[0] = start;
	g->depth = 1;
	while (g->depth) {
		size_t node = g->path[g->depth - 1];
		int next[EDGES], deeper = INDEX_NONE;

		g->state[node] = 1;
		edges(g, node, next);
		for (int i = 0; i < EDGES; i++) {
			if (next[i] == INDEX_NONE || g->state[next[i]] == 2)
				continue;
			if (g->state[next[i]] == 1)
				return find_on_path(g, next[i]);
			deeper = next[i];
		}
		if (deeper != INDEX_NONE) {
			g->path[g->depth++] = (size_t)deeper;
		} else {
			g->state[node] = 2;
			g->depth--;
		}
	}
	return -1;
}

static const char *node_name(const struct graph *g, size_t node)
{
	const struct scenario *s = g->scenario;

	return node < s->process_count ? s->processes[node].name
				       : s->faults[node - s->process_count].name;
}

#define LINKS_SHOWN 4

/* "`a` would never start: it waits for `b`, which waits for `a`" */
static void complain_cycle(struct reader *reader, const struct graph *g, size_t begin)
{
	const struct scenario *s = reader->scenario;
	size_t first = g->path[begin];
	bool is_process = first < s->process_count;
	char chain[LINKS_SHOWN * 100];
	size_t used = 0;

	for (size_t i = begin + 1; i < g->depth && i - begin < LINKS_SHOWN; i++)
		used += (size_t)snprintf(chain + used, sizeof(chain) - used,
					 "`%.64s`, which waits for ", node_name(g, g->path[i]));
	if (g->depth - begin > LINKS_SHOWN)
		used += (size_t)snprintf(chain + used, sizeof(chain) - used, "… ");
	chain[used] = '\0';
	complain_at(reader,
		    is_process ? s->processes[first].pos : s->faults[first - s->process_count].pos,
		    NULL, "`%s` would never %s: it waits for %s%s", node_name(g, first),
		    is_process ? "start" : "fire", chain, g->depth - begin > 1 ? "it" : "itself");
}

void check_cycles(struct reader *reader)
{
	const struct scenario *s = reader->scenario;
	size_t count = s->process_count + s->fault_count;
	struct graph g = {.scenario = s, .state = mem_zalloc(count)};
	ssize_t begin = -1;

	g.path = mem_zalloc((count + 1) * sizeof(*g.path));
	if (!g.state || !g.path)
		reader->oom = true;
	for (size_t node = 0; node < count && !reader->oom && begin < 0; node++)
		if (!g.state[node])
			begin = find_cycle(&g, node);
	if (begin >= 0)
		complain_cycle(reader, &g, (size_t)begin);
	free(g.path);
	free(g.state);
}
