#include "oracle/waitgraph.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"

#define NODES_MAX 8

struct drawn {
	struct wait_node nodes[NODES_MAX];
	size_t wakers[NODES_MAX][NODES_MAX];
	size_t count;
};

/*
 * "b:1 b:02 r t e b*": a node each; b:02 = blocked, woken by 0 and 2; b* = by
 * anybody; r runnable, t timed, e external.
 */
static void draw(struct drawn *drawn, const char *text)
{
	static const char letters[] = {[WAIT_RUNNABLE] = 'r',
				       [WAIT_TIMED] = 't',
				       [WAIT_EXTERNAL] = 'e',
				       [WAIT_BLOCKED] = 'b'};

	memset(drawn, 0, sizeof(*drawn));
	for (const char *c = text; *c; c++) {
		struct wait_node *node = &drawn->nodes[drawn->count ? drawn->count - 1 : 0];

		if (*c == ' ' || *c == ':')
			continue;
		if (*c == '*')
			node->any = true;
		else if (*c >= '0' && *c <= '9')
			drawn->wakers[drawn->count - 1][node->waker_count++] = (size_t)(*c - '0');
		else
			drawn->nodes[drawn->count++].state =
				(enum wait_state)((const char *)memchr(letters, *c, 4) - letters);
	}
	for (size_t i = 0; i < drawn->count; i++)
		drawn->nodes[i].wakers = drawn->wakers[i];
}

static void indices_of(const struct deadlock *deadlock, size_t count, char *dead, char *cycle)
{
	for (size_t i = 0; i < count; i++) {
		if (deadlock->dead[i])
			*dead++ = (char)('0' + i);
	}
	*dead = '\0';
	for (size_t i = 0; i < deadlock->cycle_count; i++)
		*cycle++ = (char)('0' + deadlock->cycle[i]);
	*cycle = '\0';
}

struct row {
	const char *graph, *dead, *cycle;
};

Test(oracle_waitgraph, decides)
{
	static const struct row rows[] = {
		{"", "", ""},
		{"r", "", ""},
		{"t", "", ""},
		{"e", "", ""},
		{"b", "0", "0"},   /* nobody can wake it */
		{"b:0", "0", "0"}, /* only itself: its own write end */
		{"b r", "0", "0"}, /* somebody lives, but it does not help */
		{"b:1 r", "", ""},
		{"b:1 t", "", ""},
		{"b:1 e", "", ""},
		{"b:1 b:0", "01", "01"},
		{"b:1 b:0 r", "01", "01"},
		{"b:1 b:02 r", "", ""}, /* OR: one living waker is enough */
		{"b:1 b:02 t", "", ""},
		{"b:1 b:2 b:0", "012", "012"},
		{"b:1 b:2 b:03 r", "", ""},	/* life spreads backwards */
		{"b:1 b:2 b:1", "012", "12"},	/* hangs on a circle, is not in it */
		{"b:1 b:2 b:3 b", "0123", "3"}, /* the root: nobody can wake 3 */
		{"b:1 b:0 b:3 b:2", "0123", "01"},
		{"b:12 b:0 b:0", "012", "01"},
		{"b:1 b:2 b:3 b:01", "0123", "123"}, /* the short way round */
		{"b:1 b:0 b:3 r", "01", "01"},
		{"b*", "0", "0"},
		{"b* r", "", ""},
		{"b* t", "", ""},
		{"b* b*", "01", "0"},
		{"b:1 b*", "01", "1"}, /* where all ways end */
		{"b* b:0", "01", "0"},
		{"b* b:2 b:1", "012", "12"}, /* the precise edges explain better */
		{"b* b:2 b:1 r", "12", "12"},
		{"b:1 b:0 b*", "012", "01"},
		{"b:1 b:0 b* e", "01", "01"},
		{"b* b:2 r", "", ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char dead[NODES_MAX + 1], cycle[NODES_MAX + 1];
		struct deadlock deadlock;
		struct drawn drawn;

		draw(&drawn, rows[i].graph);
		cr_assert(eq(int, waitgraph_solve(drawn.nodes, drawn.count, &deadlock, NULL), 0));
		indices_of(&deadlock, drawn.count, dead, cycle);
		cr_expect(eq(str, dead, (char *)rows[i].dead), "%s", rows[i].graph);
		cr_expect(eq(str, cycle, (char *)rows[i].cycle), "%s", rows[i].graph);
		cr_expect(eq(sz, deadlock.dead_count, strlen(rows[i].dead)), "%s", rows[i].graph);
		waitgraph_release(&deadlock);
	}
}

/* The words of the definition: every waker of every member is a member. */
static bool is_closed(const struct drawn *drawn, unsigned set)
{
	for (size_t i = 0; i < drawn->count; i++) {
		const struct wait_node *node = &drawn->nodes[i];

		if (!(set >> i & 1))
			continue;
		if (node->state != WAIT_BLOCKED)
			return false;
		if (node->any && set != (1U << drawn->count) - 1)
			return false;
		for (size_t k = 0; k < node->waker_count; k++) {
			if (!(set >> node->wakers[k] & 1))
				return false;
		}
	}
	return true;
}

static unsigned brute_force(const struct drawn *drawn)
{
	unsigned greatest = 0;

	for (unsigned set = 0; set < 1U << drawn->count; set++) {
		if (is_closed(drawn, set))
			greatest |= set; /* closed sets are closed under union */
	}
	return greatest;
}

static bool waits_for(const struct drawn *drawn, size_t node, size_t waker)
{
	const struct wait_node *n = &drawn->nodes[node];

	for (size_t k = 0; k < n->waker_count; k++) {
		if (n->wakers[k] == waker)
			return true;
	}
	return false;
}

static void check_cycle(const struct drawn *drawn, const struct deadlock *deadlock,
			const char *text)
{
	cr_expect(eq(int, deadlock->cycle_count > 0, deadlock->dead_count > 0), "%s", text);
	if (deadlock->cycle_count == 1) {
		size_t root = deadlock->cycle[0];

		cr_expect(deadlock->dead[root] &&
				  (drawn->nodes[root].any ||
				   wait_node_is_alone(drawn->nodes, drawn->count, root)),
			  "%s", text);
		return;
	}
	for (size_t i = 0; i < deadlock->cycle_count; i++) {
		size_t node = deadlock->cycle[i];
		size_t next = deadlock->cycle[(i + 1) % deadlock->cycle_count];

		cr_expect(deadlock->dead[node], "%s: %zu is not dead", text, node);
		cr_expect(waits_for(drawn, node, next), "%s: %zu waits not for %zu", text, node,
			  next);
		for (size_t k = 0; k < i; k++)
			cr_expect(ne(sz, deadlock->cycle[k], node), "%s: twice in it", text);
	}
}

static void check_against_definition(const struct drawn *drawn, const char *text)
{
	struct deadlock deadlock;
	unsigned set = 0;

	cr_assert(eq(int, waitgraph_solve(drawn->nodes, drawn->count, &deadlock, NULL), 0));
	for (size_t i = 0; i < drawn->count; i++)
		set |= (unsigned)deadlock.dead[i] << i;
	cr_expect(eq(uint, set, brute_force(drawn)), "%s", text);
	check_cycle(drawn, &deadlock, text);
	waitgraph_release(&deadlock);
}

Test(oracle_waitgraph, agrees_with_the_definition_on_random_graphs)
{
	srandom(42);
	for (int round = 0; round < 20000; round++) {
		char text[256];
		size_t used = 0, count = 1 + (size_t)random() % 7;
		int density = 1 + (int)(random() % 4);
		struct drawn drawn;

		for (size_t i = 0; i < count; i++) {
			bool blocked = random() % 8 != 0;

			text[used++] = blocked ? 'b' : "rte"[random() % 3];
			for (size_t k = 0; blocked && k < count; k++) {
				if (random() % (density + 1) == 0)
					text[used++] = (char)('0' + k);
			}
			if (blocked && random() % 10 == 0)
				text[used++] = '*';
		}
		text[used] = '\0';
		draw(&drawn, text);
		check_against_definition(&drawn, text);
	}
}

/* All graphs of three nodes: 4 kinds of state and all edges, 16^3 * … small enough. */
Test(oracle_waitgraph, agrees_with_the_definition_on_all_graphs_of_three)
{
	for (unsigned code = 0; code < 1U << 12; code++) {
		char text[32];
		struct drawn drawn;
		size_t used = 0;

		for (unsigned i = 0; i < 3; i++) {
			unsigned bits = code >> (4 * i) & 15;

			text[used++] = bits == 8 ? 'r' : bits == 9 ? 't' : bits == 10 ? 'e' : 'b';
			for (unsigned k = 0; k < 3 && (bits < 8 || bits > 10); k++) {
				if (bits >> k & 1)
					text[used++] = (char)('0' + k);
			}
			if (bits > 10)
				text[used++] = '*';
		}
		text[used] = '\0';
		draw(&drawn, text);
		check_against_definition(&drawn, text);
	}
}

Test(oracle_waitgraph, refuses_a_waker_that_is_no_node)
{
	struct deadlock deadlock = {NULL, 7, NULL, 7};
	struct err err = ERR_INIT;
	struct drawn drawn;

	draw(&drawn, "b:5");
	cr_expect(eq(int, waitgraph_solve(drawn.nodes, 1, &deadlock, &err), -EINVAL));
	cr_expect(eq(sz, deadlock.dead_count, 7), "the result is untouched on failure");
}

static unsigned allocations_left;

static bool fail_when_none_is_left(const char *operation)
{
	(void)operation;
	return allocations_left-- == 0;
}

Test(oracle_waitgraph, short_memory_is_an_error)
{
	struct drawn drawn;
	int failures = 0, r;

	draw(&drawn, "b:1 b:2 b:0");
	do {
		struct deadlock deadlock;

		allocations_left = (unsigned)failures;
		fault_point_hook = fail_when_none_is_left;
		r = waitgraph_solve(drawn.nodes, drawn.count, &deadlock, NULL);
		fault_point_hook = NULL;
		if (r == 0)
			waitgraph_release(&deadlock);
		else
			cr_expect(eq(int, r, -ENOMEM));
	} while (r != 0 && ++failures < 100);
	cr_expect(gt(int, failures, 1));
	cr_expect(eq(int, r, 0));
}

Test(oracle_waitgraph, a_server_needs_the_next_client)
{
	size_t server = 0;
	const struct wait_node nodes[] = {
		{.state = WAIT_BLOCKED, .any = true, .newcomer = true},
		{.state = WAIT_BLOCKED, .wakers = &server, .waker_count = 1},
	};
	bool needs = false;

	cr_assert(eq(int, waitgraph_needs_newcomers(nodes, 2, &needs), 0));
	cr_expect(needs);
}

Test(oracle_waitgraph, who_waits_for_the_dead_is_not_helped_by_newcomers)
{
	const struct wait_node nodes[] = {
		{.state = WAIT_BLOCKED, .any = true, .newcomer = true},
		{.state = WAIT_BLOCKED},
	};
	bool needs = true;

	cr_assert(eq(int, waitgraph_needs_newcomers(nodes, 2, &needs), 0));
	cr_expect(not(needs));
}
