#include "explore/shrink.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

struct wanted {
	uint64_t steps[4];
	size_t count;
	unsigned tests;
	int rc;
};

static int has_all(void *ctx, const struct control_switch *switches, size_t count)
{
	struct wanted *wanted = ctx;
	size_t found = 0;

	wanted->tests++;
	if (wanted->rc)
		return wanted->rc;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < wanted->count; k++)
			found += switches[i].step == wanted->steps[k];
	return found == wanted->count;
}

static size_t shrink_hundred(struct wanted *wanted, unsigned tests, int *ret_rc)
{
	struct control_switch switches[100];
	size_t count = 100;

	for (size_t i = 0; i < count; i++)
		switches[i] = (struct control_switch){.step = i, .flow = 1};
	*ret_rc = shrink(switches, &count, tests, has_all, wanted);
	if (!wanted->rc)
		cr_expect(eq(int, has_all(wanted, switches, count), 1));
	return count;
}

Test(explore_shrink, what_matters_is_left)
{
	struct wanted cases[] = {{.count = 0},
				 {.steps = {0}, .count = 1},
				 {.steps = {99}, .count = 1},
				 {.steps = {3, 50, 51}, .count = 3}};
	int rc;

	for (size_t i = 0; i < 4; i++) {
		cr_expect(eq(sz, shrink_hundred(&cases[i], 1000, &rc), cases[i].count));
		cr_expect(eq(int, rc, 0));
	}
}

/* Flow 1 has the turn first; the bug: all four steps of flow 2 between its second and its sixth. */
static int is_between(void *ctx, const struct control_switch *switches, size_t count)
{
	unsigned done[3] = {0}, now = 1;
	size_t next = 0;

	(void)ctx;
	for (uint64_t step = 0; step < 20; step++) {
		if (next < count && switches[next].step == step)
			now = switches[next++].flow;
		if (now == 2 && (done[1] < 2 || done[1] >= 6))
			return 0;
		done[now]++;
		if (done[2] == 4)
			now = 1;
	}
	return done[2] == 4;
}

Test(explore_shrink, stretches_of_a_flow_are_joined)
{
	struct control_switch switches[] = {{.step = 2, .flow = 2},
					    {.step = 3, .flow = 1},
					    {.step = 4, .flow = 2},
					    {.step = 6, .flow = 1},
					    {.step = 7, .flow = 2}};
	size_t count = 5;

	cr_assert(eq(int, is_between(NULL, switches, count), 1));
	cr_expect(eq(int, shrink(switches, &count, 100, is_between, NULL), 0));
	cr_expect(eq(sz, count, 1));
	cr_expect(eq(int, is_between(NULL, switches, count), 1));
}

Test(explore_shrink, few_tests_leave_more_but_nothing_wrong)
{
	struct wanted wanted = {.steps = {3, 50}, .count = 2};
	int rc;

	cr_expect(shrink_hundred(&wanted, 5, &rc) >= 2);
	cr_expect(eq(u32, wanted.tests, 6)); /* and ours */
}

Test(explore_shrink, an_error_ends_it)
{
	struct wanted wanted = {.rc = -EIO};
	int rc;

	shrink_hundred(&wanted, 1000, &rc);
	cr_expect(eq(int, rc, -EIO));
	cr_expect(eq(u32, wanted.tests, 1));
}
