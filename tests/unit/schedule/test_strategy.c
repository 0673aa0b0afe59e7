/* Not only that each strategy runs: that it draws as it promises. */
#include "schedule/strategy.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "play.h"

static const enum control_strategy all[] = {CONTROL_RANDOM, CONTROL_PCT, CONTROL_POS,
					    CONTROL_STARVE, CONTROL_RF, CONTROL_REPLAY};
#define EACH(i) (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)

Test(schedule_strategy, each_runs_everybody_to_the_end)
{
	for
		EACH(i)
	for (uint64_t seed = 0; seed < 50; seed++) {
		struct control *c = play_new(all[i], seed, 3);
		struct play play;

		play_steps(c, 5, &play);
		cr_expect(eq(u32, play.count, 15));
		cr_expect(eq(u32, c->end, CONTROL_DONE));
		free(c);
	}
}

Test(schedule_strategy, the_same_seed_is_the_same_schedule)
{
	for
		EACH(i)
		{
			struct control *a = play_new(all[i], 7, 3), *b = play_new(all[i], 7, 3);
			struct play one, two;

			play_steps(a, 6, &one);
			play_steps(b, 6, &two);
			cr_expect(eq(u64, a->digest, b->digest));
			cr_expect(eq(int,
				     memcmp(one.order, two.order, sizeof(*one.order) * one.count),
				     0));
			play_steps(a, 6, &one); /* also in a segment that was used */
			cr_expect(eq(u64, a->digest, b->digest));
			free(a);
			free(b);
		}
}

Test(schedule_strategy, what_was_taken_replays)
{
	for
		EACH(i)
	for (uint64_t seed = 0; seed < 50; seed++) {
		struct control *c = play_new(all[i], seed, 3);
		struct control *again = play_new(CONTROL_REPLAY, 0, 3);
		struct play one, two;

		play_steps(c, 6, &one);
		again->switch_count = (uint32_t)c->taken_count;
		memcpy(again->switches, c->taken, sizeof(c->taken));
		play_steps(again, 6, &two);
		cr_expect(eq(u32, one.count, two.count));
		cr_expect(eq(int, memcmp(one.order, two.order, sizeof(*one.order) * one.count), 0));
		cr_expect(eq(u64, again->taken_count, c->taken_count));
		cr_expect(eq(u32, again->is_diverged, 0));
		free(c);
		free(again);
	}
}

/* Else a loop that yields until another has done something would never end. */
Test(schedule_strategy, who_yields_is_not_next_where_nobody_is_interrupted)
{
	struct control *c = play_new(CONTROL_REPLAY, 0, 3);

	schedule_begin(c);
	cr_expect(eq(u32, schedule_pick(c, 1), 1));
	for (uint32_t i = 1; i <= 3; i++) {
		c->flows[i].next.kind = POINT_YIELD;
		cr_expect(eq(u32, schedule_pick(c, i), 1 + i % 3));
	}
	cr_expect(eq(u64, c->taken_count, 0));
	c->flows[1].state = c->flows[2].state = FLOW_BLOCKED;
	cr_expect(eq(u32, schedule_pick(c, 3), 3));
	free(c);
}

Test(schedule_strategy, a_replay_that_does_not_fit_says_so)
{
	struct control *c = play_new(CONTROL_REPLAY, 0, 2);
	struct play play;

	c->switches[0] = (struct control_switch){.step = 3, .flow = 9};
	c->switch_count = 1;
	play_steps(c, 4, &play);
	cr_expect(eq(u32, c->is_diverged, 1));
	cr_expect(eq(u32, c->end, CONTROL_DONE));
	free(c);
}

/* Two flows of one step each, and of two: how often does which order come? */
static uint32_t count_second_first(enum control_strategy strategy, uint32_t runs)
{
	uint32_t count = 0;

	for (uint64_t seed = 0; seed < runs; seed++) {
		struct control *c = play_new(strategy, seed, 2);
		struct play play;

		play_steps(c, 1, &play);
		count += play.order[0] == 2;
		free(c);
	}
	return count;
}

/* Of 4,000 fair draws, 2,000 +- 5 sigma (158) and some. */
Test(schedule_strategy, two_flows_come_in_either_order_equally_often)
{
	static const enum control_strategy fair[] = {CONTROL_PCT, CONTROL_POS};

	for (size_t i = 0; i < 2; i++) {
		uint32_t count = count_second_first(fair[i], 4000);

		cr_expect(count > 1800 && count < 2200, "%d: %u", (int)fair[i], count);
	}
}

/* Half of the seeds stay with a flow seven times of eight. */
Test(schedule_strategy, random_reaches_every_interleaving)
{
	uint32_t seen[64] = {0}, different = 0;

	for (uint64_t seed = 0; seed < 4000; seed++) {
		struct control *c = play_new(CONTROL_RANDOM, seed, 2);
		struct play play;
		uint32_t word = 0;

		play_steps(c, 3, &play);
		for (uint32_t i = 0; i < play.count; i++)
			word = word << 1 | (play.order[i] - 1);
		seen[word]++;
		free(c);
	}
	for (size_t i = 0; i < 64; i++) {
		different += seen[i] > 0;
		cr_expect(seen[i] == 0 || seen[i] > 20, "%zu: %u times", i, seen[i]);
	}
	cr_expect(eq(u32, different, 20)); /* 6 choose 3 */
}

/* A bug of depth 2: flow 2 between two certain steps of flow 1.  PCT promises 1/(n k). */
Test(schedule_strategy, pct_keeps_its_promise)
{
	uint32_t hits = 0, runs = 4000;

	for (uint64_t seed = 0; seed < runs; seed++) {
		struct control *c = play_new(CONTROL_PCT, seed, 2);
		struct play play;
		uint32_t of_first = 0;
		bool hit = false;

		play_steps(c, 5, &play);
		for (uint32_t i = 0; i < play.count; i++) {
			of_first += play.order[i] == 1;
			hit |= play.order[i] == 2 && of_first == 3;
		}
		hits += hit;
		free(c);
	}
	cr_expect(hits > runs / (2 * 10), "%u", hits);
}

Test(schedule_strategy, starve_leaves_one_out_for_long)
{
	uint32_t long_runs = 0;

	for (uint64_t seed = 0; seed < 200; seed++) {
		struct control *c = play_new(CONTROL_STARVE, seed, 3);
		struct play play;
		uint32_t last = 0;

		play_steps(c, 8, &play);
		for (uint32_t i = 0; i < play.count && play.order[i] != 3; i++)
			last = i;
		long_runs += last >= 10;
		free(c);
	}
	cr_expect(long_runs > 20, "%u", long_runs);
}

Test(schedule_strategy, draws_are_even)
{
	struct control *c = play_new(CONTROL_RANDOM, 1, 1);
	uint32_t count[10] = {0};

	schedule_begin(c);
	for (size_t i = 0; i < 10000; i++)
		count[schedule_draw(c, 10)]++;
	for (size_t i = 0; i < 10; i++)
		cr_expect(count[i] > 850 && count[i] < 1150, "%zu: %u", i, count[i]);
	cr_expect(eq(u64, schedule_draw(c, 1), 0));
	cr_expect(eq(u64, schedule_draw(c, 0), 0));
	free(c);
}
