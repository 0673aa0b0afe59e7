/*
 * name: race-stack
 * mechanism: mmap
 * bug: none
 * about: race-stack: nodes from a free list that two processes share, its head tagged
 */
/* A twin with a bug includes this file: race-stack-aba. */
#include "race.h"

#include <stdint.h>
#include <string.h>

#define NODES 3u

struct shared {
	_Atomic uint64_t head; /* node, 0 = none, and how often it was changed, above */
	atomic_uint next[NODES + 1];
	atomic_uint is_taken[NODES + 1];
};

#ifdef BUG_ABA
#define CHANGED(head, node) ((uint64_t)(node))
#else
#define CHANGED(head, node) ((((head) >> 32) + 1) << 32 | (node))
#endif

static unsigned take(struct shared *s)
{
	uint64_t head = atomic_load(&s->head);
	unsigned node;

	do {
		node = (unsigned)head;
		if (!node)
			return 0;
	} while (!atomic_compare_exchange_strong(&s->head, &head,
						 CHANGED(head, atomic_load(&s->next[node]))));
	if (atomic_exchange(&s->is_taken[node], 1))
		broken("two have the same node");
	return node;
}

static void give_back(struct shared *s, unsigned node)
{
	uint64_t head = atomic_load(&s->head);

	if (!node)
		return;
	atomic_store(&s->is_taken[node], 0);
	do
		atomic_store(&s->next[node], (unsigned)head);
	while (!atomic_compare_exchange_strong(&s->head, &head, CHANGED(head, node)));
}

static void work(struct shared *s, unsigned me)
{
	unsigned first = take(s);

	(void)me;
	take(s);
	give_back(s, first);
}

int main(void)
{
	static const struct shared all_free = {.head = 1, .next = {0, 2, 3, 0}};
	struct shared *s = share(sizeof(*s));

	memcpy(s, &all_free, sizeof(*s));
	in_two_processes(work, s);
	return 0;
}
