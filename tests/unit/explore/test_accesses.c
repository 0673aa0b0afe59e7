#include "explore/accesses.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "base/mem.h"

static const char *role_name(void *ctx, uint32_t role)
{
	(void)ctx;
	return role == 1 ? "count" : "?";
}

static void add(struct control *c, uint32_t flow, enum point_kind kind, uint32_t object,
		uint64_t offset, uint16_t size)
{
	c->events[c->event_count++ % CONTROL_EVENTS] =
		(struct control_event){.flow = flow,
				       .kind = (uint16_t)kind,
				       .object = object,
				       .offset = offset,
				       .size = size};
}

/* A process and its child. */
static void make(struct session_outcome *ret)
{
	struct control *c = mem_zalloc(sizeof(*c));
	struct segment *segment = mem_zalloc(sizeof(*segment));

	cr_assert(c && segment);
	c->flows_used = 2;
	c->flows[1].role = 1;
	c->flows[2].parent = c->flows[2].child = 1;
	segment->objects[1].kind = SEGMENT_ANONYMOUS;
	*ret = (struct session_outcome){.control = c, .segment = segment};
}

static void release(struct session_outcome *outcome)
{
	free((void *)outcome->control);
	free((void *)outcome->segment);
}

Test(explore_accesses, each_word_has_a_line)
{
	struct session_outcome outcome;
	struct teller teller = {.outcome = &outcome, .role_name = role_name};
	struct control *c;
	char **lines;

	make(&outcome);
	c = (struct control *)outcome.control;
	add(c, 1, POINT_READ, 1, 8, 4);
	add(c, 2, POINT_ATOMIC, 1, 0, 8);
	add(c, 2, POINT_WRITE, 1, 8, 4);
	add(c, 1, POINT_FORK, 0, 0, 0);
	add(c, 1, POINT_LOAD, 1, 8, 4);
	add(c, 1, POINT_STORE, 1, 8, 4);
	add(c, 1, POINT_READ, 0, 8, 4); /* of its own */
	add(c, 1, POINT_READ, 1, 8, 1);
	cr_assert(eq(int, accesses_tell(&teller, &lines), 0));
	cr_expect(eq(str, lines[0],
		     (char *)"shared memory +8, 4 bytes: count 2 reads, 1 write; "
			     "count/child[1] 1 write"));
	cr_expect(eq(str, lines[1], (char *)"shared memory +0, 8 bytes: count/child[1] 1 change"));
	cr_expect(eq(str, lines[2], (char *)"shared memory +8, 1 byte: count 1 read"));
	cr_expect(eq(ptr, lines[3], NULL));
	accesses_free(lines);
	release(&outcome);
}

Test(explore_accesses, of_a_long_run_the_end)
{
	struct session_outcome outcome;
	struct teller teller = {.outcome = &outcome, .role_name = role_name};
	char **lines;

	make(&outcome);
	for (uint32_t i = 0; i < CONTROL_EVENTS + 3; i++)
		add((struct control *)outcome.control, 1, i < 3 ? POINT_WRITE : POINT_READ, 1, 0,
		    4);
	cr_assert(eq(int, accesses_tell(&teller, &lines), 0));
	cr_expect(eq(str, lines[0], (char *)"shared memory +0, 4 bytes: count 32768 reads"));
	cr_expect(eq(ptr, lines[1], NULL));
	accesses_free(lines);
	release(&outcome);
}
