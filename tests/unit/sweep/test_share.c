#include "sweep/share.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "recorded.h"

#define ATTEMPTS 40

static struct record record;
static struct attempt attempts[ATTEMPTS], *pointers[ATTEMPTS];
static struct plan plan = {.attempts = pointers, .count = ATTEMPTS};

static void begin(void)
{
	static const char *const calls[] = {"read", "write", "close", "poll", "fcntl"};

	for (int i = 0; i < 5; i++)
		record_add(&record, 0, "a", calls[i], FD_KIND_PIPE, i, 1, 0);
	for (size_t i = 0; i < ATTEMPTS; i++) {
		attempts[i] =
			(struct attempt){.site = i % 5, .family = (enum fault_family)(i % 8 / 2)};
		pointers[i] = &attempts[i];
	}
}

static void end(void)
{
	record_release(&record);
}

TestSuite(sweep_share, .init = begin, .fini = end);

Test(sweep_share, each_attempt_and_each_site_is_in_one_part)
{
	int had[ATTEMPTS] = {0};
	size_t sites = 0;

	for (size_t k = 1; k <= 3; k++) {
		const struct sweep_part part = {k, 3};
		size_t count;

		for (size_t i = 0; i < ATTEMPTS; i++)
			attempts[i].state = ATTEMPT_WAITS;
		cr_assert(eq(int, share_plan(&record, &part, &plan), 0));
		for (size_t i = 0; i < ATTEMPTS; i++)
			had[i] += attempts[i].state == ATTEMPT_WAITS;
		cr_assert(eq(int, share_sites(&record, &part, NULL, &count), 0));
		sites += count;
	}
	for (size_t i = 0; i < ATTEMPTS; i++)
		cr_expect(eq(int, had[i], 1), "%zu", i);
	cr_expect(eq(sz, sites, 5));
}

Test(sweep_share, all_attempts_that_can_show_one_bug_are_in_one_part)
{
	const struct sweep_part part = {1, 2};
	size_t elsewhere = 0;

	cr_assert(eq(int, share_plan(&record, &part, &plan), 0));
	for (size_t i = 0; i < ATTEMPTS; i++)
		for (size_t k = 0; k < i; k++)
			if (attempts[i].site == attempts[k].site &&
			    attempts[i].family == attempts[k].family)
				cr_expect(eq(int, attempts[i].state, attempts[k].state));
	for (size_t i = 0; i < ATTEMPTS; i++)
		elsewhere += attempts[i].state == ATTEMPT_ELSEWHERE;
	cr_expect(gt(sz, elsewhere, 0));
	cr_expect(lt(sz, elsewhere, ATTEMPTS));
}

Test(sweep_share, all_of_it_is_one_part)
{
	const struct sweep_part part = {0, 0};

	cr_assert(eq(int, share_plan(&record, &part, &plan), 0));
	for (size_t i = 0; i < ATTEMPTS; i++)
		cr_expect(eq(int, attempts[i].state, ATTEMPT_WAITS));
}
