/* Which bytes of a cache line belong to whom. */
#include "schedule/lines.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "play.h"
#include "schedule/order.h"

#define OFTEN 10

static struct control *c;

static void begin(void)
{
	c = play_new(CONTROL_REPLAY, 0, 2);
	c->command = 1;
	schedule_begin(c);
}

static void end(void)
{
	free(c);
}

TestSuite(schedule_lines, .init = begin, .fini = end);

static void use(uint32_t flow, uint64_t offset, bool is_write, unsigned times)
{
	const struct control_event event = {.flow = flow, .size = 4, .object = 1, .offset = offset};

	while (times--)
		lines_note(c, &event, is_write);
}

static const struct control_line *line_of(uint64_t offset)
{
	for (uint32_t i = 0; i < CONTROL_LINES; i++)
		if (c->lines[i].run == c->command && c->lines[i].offset == offset / 64 * 64)
			return &c->lines[i];
	cr_fatal("no such line");
}

Test(schedule_lines, each_its_own_bytes)
{
	for (int i = 0; i < OFTEN; i++) {
		use(1, 0, true, 1);
		use(2, 4, false, 1);
	}
	cr_expect(eq(u32, lines_false_sharing(line_of(0)), 2 * OFTEN));
	cr_expect(eq(u32, line_of(0)->changes, OFTEN));
	cr_expect(eq(u64, line_of(0)->users[0].written, 0xf));
	cr_expect(eq(u64, line_of(0)->users[1].read, 0xf0));
}

Test(schedule_lines, lines_of_their_own)
{
	use(1, 0, true, OFTEN);
	use(2, 64, true, OFTEN);
	cr_expect(eq(u32, lines_false_sharing(line_of(0)), 0));
	cr_expect(eq(u32, lines_false_sharing(line_of(64)), 0));
}

Test(schedule_lines, the_same_bytes_are_shared_for_a_reason)
{
	use(1, 0, true, OFTEN);
	use(2, 4, true, OFTEN);
	use(2, 0, false, 1);
	cr_expect(eq(u32, lines_false_sharing(line_of(0)), 0));
}

Test(schedule_lines, who_reads_only_takes_nothing_away)
{
	use(1, 0, false, OFTEN);
	use(2, 4, false, OFTEN);
	cr_expect(eq(u32, lines_false_sharing(line_of(0)), 0));
}

Test(schedule_lines, seldom_costs_nothing)
{
	use(1, 0, true, OFTEN);
	use(2, 4, true, 2);
	cr_expect(eq(u32, lines_false_sharing(line_of(0)), 0));
}

/* Who waits for the end of another, and gathers what it has left. */
Test(schedule_lines, what_is_ordered_behind_all_does_not_count)
{
	use(1, 0, true, OFTEN);
	use(2, 4, true, OFTEN);
	order_join(c, 1, 2);
	use(1, 4, false, OFTEN);
	cr_expect(eq(u32, lines_false_sharing(line_of(0)), 2 * OFTEN));
}

Test(schedule_lines, an_access_may_reach_into_the_next)
{
	const struct control_event event = {.flow = 1, .size = 16, .object = 1, .offset = 56};

	lines_note(c, &event, true);
	cr_expect(eq(u64, line_of(0)->users[0].written, UINT64_C(0xff) << 56));
	cr_expect(eq(u64, line_of(64)->users[0].written, 0xff));
}
