/* Runs that aim at who reads what whom has written. */
#include "schedule/reads_from.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "play.h"

#define STORES 5
#define RUNS   600

static struct control_event access_of(uint32_t flow, uint64_t place, bool is_write)
{
	return (struct control_event){.flow = flow,
				      .kind = is_write ? POINT_WRITE : POINT_READ,
				      .size = 4,
				      .object = 1,
				      .offset = 8,
				      .place = place};
}

/* Flow 1 stores to a word at places 1, 2, ..., flow 2 loads it once: which store was read? */
static uint32_t play_ring(struct control *c)
{
	uint32_t stores = 0, seen = 0, now;

	c->command++;
	c->seed++;
	schedule_begin(c);
	c->flows[1].next = access_of(1, 1, true);
	c->flows[2].next = access_of(2, 100, false);
	for (now = schedule_pick(c, 1); now; now = schedule_pick(c, now)) {
		struct control_flow *flow = &c->flows[now];

		reads_from_note(c, &flow->next, now == 2, now == 1);
		seen = now == 2 ? stores : seen;
		stores += now == 1;
		if (now == 2 || stores == STORES)
			flow->state = FLOW_ENDED;
		flow->next.place++;
		c->step++;
	}
	cr_expect(eq(u32, c->end, CONTROL_DONE));
	return seen;
}

static void count_seen(enum control_strategy strategy, uint32_t *counts)
{
	struct control *c = play_new(strategy, 1, 2);

	for (uint32_t run = 0; run < RUNS; run++)
		counts[play_ring(c)]++;
	free(c);
}

/* 100 of each, but for the runs without an aim; pct alone comes to the ends, mostly. */
Test(schedule_reads_from, each_store_is_read_as_often)
{
	uint32_t rf[STORES + 1] = {0}, pct[STORES + 1] = {0}, seldom = 0;

	count_seen(CONTROL_RF, rf);
	count_seen(CONTROL_PCT, pct);
	for (uint32_t i = 0; i <= STORES; i++) {
		cr_expect(rf[i] > 70 && rf[i] < 150, "%u: %u times", i, rf[i]);
		seldom += pct[i] < 60;
	}
	cr_expect(seldom >= 3, "pct does the same: the test tells nothing");
}

/* Among the pairs that were seen least each is as likely. */
Test(schedule_reads_from, aims_are_drawn_evenly)
{
	struct control *c = play_new(CONTROL_RF, 1, 2);
	uint32_t counts[8] = {0}, aimless = 0;

	c->reads.sites_used = 8;
	for (uint32_t store = 0; store < 8; store++)
		c->reads.pairs[store][8].is_possible = 1;
	for (c->seed = 1; c->seed <= 8000; c->seed++) {
		schedule_begin(c);
		aimless += !c->aim_load;
		if (c->aim_load)
			counts[c->aim_store]++;
		for (uint32_t store = 0; store < 8; store++)
			c->reads.pairs[store][8].tries = 0;
	}
	cr_expect(aimless > 1800 && aimless < 2200, "%u", aimless);
	for (size_t i = 0; i < 8; i++)
		cr_expect(counts[i] > 600 && counts[i] < 900, "%zu: %u", i, counts[i]);
	free(c);
}

Test(schedule_reads_from, what_cannot_be_had_is_given_up)
{
	struct control *c = play_new(CONTROL_RF, 1, 2);

	c->reads.sites_used = 2;
	c->reads.sites[1] = (struct control_site){.flow = 1, .place = 77}; /* never comes */
	c->reads.sites[2] = (struct control_site){.flow = 2, .place = 100};
	c->reads.pairs[1][2].is_possible = 1;
	for (int run = 0; run < 20; run++)
		play_ring(c);
	cr_expect(gt(u32, c->reads.pairs[1][2].tries, 0));
	free(c);
}

/* A read-modify-write reads from the one before it and is read from by the one behind. */
Test(schedule_reads_from, a_chain_of_modifications)
{
	struct control *c = play_new(CONTROL_RF, 1, 3);

	c->command = 1;
	schedule_begin(c);
	for (uint32_t flow = 1; flow <= 3; flow++) {
		struct control_event event = access_of(flow, 5, true);

		event.kind = POINT_ATOMIC;
		reads_from_note(c, &event, true, true);
	}
	cr_expect(eq(u32, c->reads.sites_used, 3));
	cr_expect(eq(u32, c->reads.pairs[0][1].seen, 1));
	cr_expect(eq(u32, c->reads.pairs[1][2].seen, 1));
	cr_expect(eq(u32, c->reads.pairs[2][3].seen, 1));
	cr_expect(eq(u32, c->reads.pairs[1][3].seen, 0));
	cr_expect(eq(u32, c->reads.pairs[1][3].is_possible, 1));
	cr_expect(eq(u32, c->reads.pairs[3][1].is_possible, 1));
	free(c);
}

/* Private memory, and a table that is full: nothing is noted, nothing breaks. */
Test(schedule_reads_from, what_has_no_room_is_forgotten)
{
	struct control *c = play_new(CONTROL_RF, 1, 2);
	struct control_event event = access_of(1, 5, true);

	c->command = 1;
	schedule_begin(c);
	event.object = 0;
	reads_from_note(c, &event, false, true);
	cr_expect(eq(u32, c->reads.sites_used, 0));
	for (uint32_t i = 0; i < 2 * CONTROL_READS_WORDS; i++) {
		event = access_of(1 + i % 2, i, i % 2);
		event.offset = i / 4 * 4;
		reads_from_note(c, &event, !(i % 2), i % 2);
	}
	cr_expect(lt(u32, c->reads.sites_used, CONTROL_SITES));
	free(c);
}
