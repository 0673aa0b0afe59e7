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
