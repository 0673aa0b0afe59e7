#include "explore/campaign.h"


#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "base/vocab.h"

static struct control *control;

static void run(struct campaign *campaign, uint64_t schedules)
{
	const struct session_outcome outcome = {.end = CONTROL_DONE, .control = control};

	control->step = 10;
	control->flows_used = 2;
	while (schedules--) {
		struct session_request request;

		campaign_next(campaign, &request);
		campaign_note(campaign, &request, &outcome);
	}
}

static void begin(void)
{
	control = calloc(1, sizeof(*control));
}

static void end(void)
{
	free(control);
}

TestSuite(explore_campaign, .init = begin, .fini = end);

Test(explore_campaign, begins_plain_and_takes_all_in_turn)
{
	struct campaign campaign;
	bool seen[CONTROL_STRATEGY_MAX_] = {false};

	campaign_begin(&campaign, 1, -1);
	for (int i = 0; i < 40; i++) {
		struct session_request request;

		campaign_next(&campaign, &request);
		if (i < CAMPAIGN_PLAIN)
			cr_expect(eq(int, (int)request.strategy, CONTROL_REPLAY));
		seen[request.strategy] = true;
		run(&campaign, 1);
	}
	for (int i = 0; i < CONTROL_STRATEGY_MAX_; i++)
		cr_expect(seen[i], "%s", vocab_name(&strategy_vocab, i));
}

Test(explore_campaign, one_strategy_only)
{
	struct campaign campaign;

	campaign_begin(&campaign, 1, CONTROL_POS);
	run(&campaign, CAMPAIGN_PLAIN);
	for (int i = 0; i < 20; i++) {
		struct session_request request;

		campaign_next(&campaign, &request);
		cr_expect(eq(int, (int)request.strategy, CONTROL_POS));
		run(&campaign, 1);
	}
}

Test(explore_campaign, the_same_seed_is_the_same_and_another_is_not)
{
	struct campaign a, b, other;
	struct session_request one, two, three;

	campaign_begin(&a, 5, -1);
	campaign_begin(&b, 5, -1);
	campaign_begin(&other, 6, -1);
	campaign_next(&a, &one);
	campaign_next(&b, &two);
	campaign_next(&other, &three);
	cr_expect(eq(u64, one.seed, two.seed));
	cr_expect(ne(u64, one.seed, three.seed));
}

/* n = 2, k = 10, d = 2: a run finds it with 1/20 at least. */
Test(explore_campaign, the_chance_to_have_missed_one)
{
	struct campaign campaign;

	campaign_begin(&campaign, 1, CONTROL_PCT);
	cr_expect(eq(dbl, campaign_miss_chance(&campaign, 2), 1));
	run(&campaign, CAMPAIGN_PLAIN);
	cr_expect(eq(dbl, campaign_miss_chance(&campaign, 2), 1));
	run(&campaign, 20);
	cr_expect(epsilon_eq(dbl, campaign_miss_chance(&campaign, 2), 0.3585, 0.001));
	run(&campaign, 80);
	cr_expect(epsilon_eq(dbl, campaign_miss_chance(&campaign, 2), 0.00592, 0.0001));
	cr_expect(campaign_miss_chance(&campaign, 3) > campaign_miss_chance(&campaign, 2));
}
