/* Whose word has become another since it was read. */
#include "explore/stale.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static struct control *control;
static int proc_fd;
static uint32_t words[2];

static void begin(void)
{
	control = calloc(1, sizeof(*control));
	control->flows_used = 2;
	control->flows[1].pid = getpid();
	words[0] = words[1] = 0;
	proc_fd = open("/proc", O_RDONLY | O_DIRECTORY);
}

static void end(void)
{
	close(proc_fd);
	free(control);
}

TestSuite(explore_stale, .init = begin, .fini = end);

static void add(uint32_t flow, uint16_t kind, unsigned word, uint64_t value)
{
	control->events[control->event_count++ % CONTROL_EVENTS] =
		(struct control_event){.flow = flow,
				       .kind = kind,
				       .size = 4,
				       .object = 1,
				       .offset = 4 * word,
				       .address = (uintptr_t)&words[word],
				       .value = value};
}

static bool find(struct stale_read *ret)
{
	return stale_find(control, 1, proc_fd, ret);
}

Test(explore_stale, what_another_has_written_since)
{
	struct stale_read stale;

	add(2, POINT_WRITE, 0, 0);
	add(1, POINT_READ, 0, 0);
	add(1, POINT_READ, 1, 0);
	add(2, POINT_WRITE, 0, 0);
	words[0] = 7;
	cr_assert(find(&stale));
	cr_expect(eq(u64, stale.now, 7));
	cr_expect(eq(u64, stale.read.offset, 0));
	cr_expect(eq(u64, stale.read.value, 0));
	cr_expect(eq(u32, stale.written.flow, 2));
}

Test(explore_stale, the_same_is_still_there)
{
	struct stale_read stale;

	add(1, POINT_READ, 0, 0);
	add(2, POINT_WRITE, 1, 0);
	words[1] = 7;
	cr_expect(not(find(&stale)));
}

Test(explore_stale, its_own_store_is_no_news)
{
	struct stale_read stale;

	add(1, POINT_READ, 0, 0);
	add(1, POINT_WRITE, 0, 0);
	words[0] = 7;
	cr_expect(not(find(&stale)));
}

/* No compiler keeps an atomic in a register; of another flow's reads nothing is known here. */
Test(explore_stale, atomics_and_others)
{
	struct stale_read stale;

	add(1, POINT_ATOMIC, 0, 0);
	add(2, POINT_READ, 0, 0);
	words[0] = 7;
	cr_expect(not(find(&stale)));
}

Test(explore_stale, the_process_is_gone)
{
	struct stale_read stale;

	control->flows[1].pid = 0x3fffffff;
	add(1, POINT_READ, 0, 0);
	words[0] = 7;
	cr_expect(not(find(&stale)));
}
