#include "oracle/waitgraph.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"

#define NO_NODE SIZE_MAX

struct graph {
	const struct wait_node *nodes;
	size_t count;
	struct deadlock out;
};

static bool is_valid(const struct wait_node *nodes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < nodes[i].waker_count; k++) {
			if (nodes[i].wakers[k] >= count)
				return false;
		}
	}
	return true;
}

static bool has_living_waker(const struct graph *graph, size_t node)
{
	const struct wait_node *n = &graph->nodes[node];

	if (n->any && graph->out.dead_count < graph->count)
		return true;
	for (size_t k = 0; k < n->waker_count; k++) {
		if (!graph->out.dead[n->wakers[k]])
			return true;
	}
	return false;
}

static void find_dead(struct graph *graph)
{
	struct deadlock *out = &graph->out;
	bool changed = true;

	for (size_t i = 0; i < graph->count; i++) {
		out->dead[i] = graph->nodes[i].state == WAIT_BLOCKED;
		out->dead_count += out->dead[i];
	}
	while (changed) {
		changed = false;
		for (size_t i = 0; i < graph->count; i++) {
			if (!out->dead[i] || !has_living_waker(graph, i))
				continue;
			out->dead[i] = false;
			out->dead_count--;
			changed = true;
		}
	}
}

bool wait_node_is_alone(const struct wait_node *nodes, size_t count, size_t node)
{
	const struct wait_node *n = &nodes[node];

	if (n->any && count > 1)
		return false;
	for (size_t k = 0; k < n->waker_count; k++) {
		if (n->wakers[k] != node)
			return false;
	}
	return true;
}

/* A breadth-first search: from which node each was reached. */
struct search {
	size_t *from, *queue;
	size_t head, tail;
};

static void reach(struct search *search, size_t from, size_t to)
{
	if (search->from[to] != NO_NODE || from == to)
		return;
	search->from[to] = from;
	search->queue[search->tail++] = to;
}

static void reach_wakers(const struct graph *graph, struct search *search, size_t node)
{
	const struct wait_node *n = &graph->nodes[node];

	for (size_t k = 0; k < n->waker_count; k++)
		reach(search, node, n->wakers[k]);
}

/* The length of the shortest circle through @start; 0 = none.  search->from tells the way. */
static size_t circle_length(const struct graph *graph, struct search *search, size_t start)
{
	size_t length = 0;

	for (size_t i = 0; i < graph->count; i++)
		search->from[i] = NO_NODE;
	search->head = search->tail = 0;
	reach_wakers(graph, search, start);
	while (search->head < search->tail && search->from[start] == NO_NODE)
		reach_wakers(graph, search, search->queue[search->head++]);
	if (search->from[start] == NO_NODE)
		return 0;
	for (size_t node = start; length == 0 || node != start; length++)
		node = search->from[node];
	return length;
}

/* The shortest of all, the first of those that are equally short. */
static size_t find_shortest(const struct graph *graph, struct search *search, size_t *ret_length)
{
	size_t best = NO_NODE, best_length = 0;

	for (size_t i = 0; i < graph->count; i++) {
		size_t length = graph->out.dead[i] ? circle_length(graph, search, i) : 0;

		if (length && (best == NO_NODE || length < best_length)) {
			best = i;
			best_length = length;
		}
		if (best_length == 2)
			break; /* nothing is shorter */
	}
	*ret_length = best_length;
	return best;
}

static int write_circle(struct graph *graph, struct search *search, size_t start, size_t length)
{
	struct deadlock *out = &graph->out;
	size_t node = start;

	out->cycle = mem_zalloc(length * sizeof(*out->cycle));
	if (!out->cycle)
		return -ENOMEM;
	out->cycle_count = length;
	if (length > 1)
		circle_length(graph, search, start);
	out->cycle[0] = start;
	for (size_t i = length; i-- > 1;) { /* `from` leads backwards */
		node = search->from[node];
		out->cycle[i] = node;
	}
	return 0;
}

/* The first dead node that nobody, or only "anybody", could wake; a circle of others may exist. */
static size_t find_root(const struct graph *graph, bool use_any)
{
	for (size_t i = 0; i < graph->count; i++) {
		if (graph->out.dead[i] && (wait_node_is_alone(graph->nodes, graph->count, i) ||
					   (use_any && graph->nodes[i].any)))
			return i;
	}
	return NO_NODE;
}

static int find_cycle(struct graph *graph)
{
	cleanup_free size_t *from = mem_zalloc(graph->count * sizeof(*from));
	cleanup_free size_t *queue = mem_zalloc(graph->count * sizeof(*queue));
	struct search search = {from, queue, 0, 0};
	size_t start, length = 1;

	if (!from || !queue)
		return -ENOMEM;
	start = find_root(graph, false);
	if (start == NO_NODE)
		start = find_shortest(graph, &search, &length);
	if (start == NO_NODE) { /* all ways end where "anybody" could help: but nobody is left */
		length = 1;
		start = find_root(graph, true);
	}
	return write_circle(graph, &search, start, length);
}

int waitgraph_solve(const struct wait_node *nodes, size_t count, struct deadlock *ret_deadlock,
		    struct err *err)
{
	struct graph graph = {nodes, count, {NULL, 0, NULL, 0}};

	if (!is_valid(nodes, count))
		return err_set(err, -EINVAL, "a waker is no node of the graph");
	graph.out.dead = mem_zalloc(count * sizeof(*graph.out.dead));
	if (!graph.out.dead)
		return err_set(err, -ENOMEM, "out of memory");
	find_dead(&graph);
	if (graph.out.dead_count && find_cycle(&graph) != 0) {
		waitgraph_release(&graph.out);
		return err_set(err, -ENOMEM, "out of memory");
	}
	*ret_deadlock = graph.out;
	return 0;
}

int waitgraph_needs_newcomers(const struct wait_node *nodes, size_t count, bool *ret_needs)
{
	cleanup_free struct wait_node *open = mem_zalloc(count * sizeof(*open));
	struct deadlock deadlock;
	int rc;

	if (!open)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		open[i] = nodes[i];
		if (nodes[i].newcomer)
			open[i].state = WAIT_EXTERNAL;
	}
	rc = waitgraph_solve(open, count, &deadlock, NULL);
	if (rc)
		return rc;
	*ret_needs = !deadlock.dead_count;
	waitgraph_release(&deadlock);
	return 0;
}

void waitgraph_release(struct deadlock *deadlock)
{
	free(deadlock->dead);
	free(deadlock->cycle);
	memset(deadlock, 0, sizeof(*deadlock));
}
