#include "schedule/schedule.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "play.h"

static struct control *c;

static void begin(void)
{
	c = play_new(CONTROL_REPLAY, 0, 3);
	schedule_begin(c);
}

static void end(void)
{
	free(c);
}

TestSuite(schedule, .init = begin, .fini = end);

static void block(uint32_t flow, uint64_t key, uint64_t until)
{
	c->flows[flow].state = FLOW_BLOCKED;
	c->flows[flow].key = key;
	c->flows[flow].until_ns = until;
}

Test(schedule, the_roles_are_there_and_ready)
{
	cr_expect(eq(u32, c->flows_used, 3));
	for (uint32_t i = 1; i <= 3; i++) {
		cr_expect(eq(u32, c->flows[i].role, i));
		cr_expect(eq(u32, c->flows[i].state, FLOW_READY));
	}
}

Test(schedule, who_is_blocked_has_no_turn_until_it_is_woken)
{
	block(1, 77, UINT64_MAX);
	cr_expect(eq(u32, schedule_pick(c, 1), 2));
	schedule_wake(c, 78);
	cr_expect(eq(u32, c->flows[1].state, FLOW_BLOCKED));
	schedule_wake(c, 77);
	cr_expect(eq(u32, schedule_pick(c, 1), 1));
}

Test(schedule, one_of_them_is_woken_in_their_order)
{
	block(2, 5, UINT64_MAX);
	block(3, 5, UINT64_MAX);
	cr_expect(schedule_wake_one(c, 5));
	cr_expect(eq(u32, c->flows[2].state, FLOW_READY));
	cr_expect(eq(u32, c->flows[3].state, FLOW_BLOCKED));
	cr_expect(schedule_wake_one(c, 5));
	cr_expect(not(schedule_wake_one(c, 5)));
}

Test(schedule, all_blocked_is_a_deadlock)
{
	for (uint32_t i = 1; i <= 3; i++)
		block(i, i, UINT64_MAX);
	cr_expect(eq(u32, schedule_pick(c, 1), 0));
	cr_expect(eq(u32, c->end, CONTROL_DEADLOCK));
}

Test(schedule, some_blocked_and_the_rest_ended_too)
{
	block(1, 1, UINT64_MAX);
	c->flows[2].state = FLOW_ENDED;
	c->flows[3].state = FLOW_DEAD;
	cr_expect(eq(u32, schedule_pick(c, 3), 0));
	cr_expect(eq(u32, c->end, CONTROL_DEADLOCK));
}

Test(schedule, time_passes_only_when_nobody_can_do_anything)
{
	block(1, 1, 500);
	block(2, 2, 300);
	cr_expect(eq(u32, schedule_pick(c, 1), 3));
	cr_expect(eq(u64, c->now_ns, 0));
	block(3, 3, UINT64_MAX);
	cr_expect(eq(u32, schedule_pick(c, 3), 2));
	cr_expect(eq(u64, c->now_ns, 300));
	cr_expect(eq(u32, c->flows[2].timed_out, 1));
}

Test(schedule, a_loop_that_waits_goes_on_when_something_is_written)
{
	c->flows[1].state = FLOW_SPINS;
	c->flows[1].epoch = c->epoch;
	cr_expect(eq(u32, schedule_pick(c, 1), 2));
	schedule_written(c);
	cr_expect(eq(u32, schedule_pick(c, 1), 1));
}

/* It may count its rounds: it gets some more before it is called a spin. */
Test(schedule, only_loops_that_wait_are_a_spin_in_the_end)
{
	uint32_t rounds = 0;

	c->flows[2].state = c->flows[3].state = FLOW_ENDED;
	do {
		c->flows[1].state = FLOW_SPINS;
		c->flows[1].epoch = c->epoch;
		rounds++;
	} while (schedule_pick(c, 1) == 1 && rounds < 1000);
	cr_expect(eq(u32, c->end, CONTROL_SPINS));
	cr_expect(rounds > 4 && rounds < 100, "%u", rounds);
}

Test(schedule, who_is_outside_is_waited_for)
{
	c->flows[1].is_outside = 1;
	c->flows[2].state = c->flows[3].state = FLOW_ENDED;
	cr_expect(eq(u32, schedule_pick(c, 3), 0));
	cr_expect(eq(u32, c->end, CONTROL_RUNS));
}

Test(schedule, with_a_process_that_is_gone_all_that_try_do_so_again)
{
	block(1, 1, UINT64_MAX);
	block(2, 2, UINT64_MAX);
	c->flows[1].retries = 1;
	c->flows[3].is_gone = 2;
	cr_expect(eq(u32, schedule_pick(c, 3), 1));
	cr_expect(eq(u32, c->flows[2].state, FLOW_BLOCKED));
	cr_expect(eq(u32, c->flows[3].state, FLOW_DEAD));
}

Test(schedule, a_sleeper_may_wake_early_and_a_replay_does_the_same)
{
	uint32_t early = 0;

	for (uint64_t seed = 0; seed < 200; seed++) {
		c->strategy = CONTROL_RANDOM;
		c->seed = seed;
		schedule_begin(c);
		c->flows[3].state = FLOW_SLEEPS;
		c->flows[3].until_ns = 1000;
		if (schedule_pick(c, 1) != 3)
			continue;
		early++;
		cr_assert(eq(u64, c->taken_count, 1));
		c->strategy = CONTROL_REPLAY;
		c->switches[0] = c->taken[0];
		c->switch_count = 1;
		schedule_begin(c);
		c->flows[3].state = FLOW_SLEEPS;
		c->flows[3].until_ns = 1000;
		cr_expect(eq(u32, schedule_pick(c, 1), 3));
		c->switch_count = 0;
	}
	cr_expect(early > 2 && early < 40, "%u", early);
}

Test(schedule, too_many_flows_end_the_run)
{
	while (c->flows_used < CONTROL_FLOWS)
		cr_assert(ne(u32, schedule_add(c, 1), 0));
	cr_expect(eq(u32, schedule_add(c, 1), 0));
	cr_expect(eq(u32, c->end, CONTROL_FULL));
	cr_expect(eq(u32, schedule_pick(c, 1), 0));
}

Test(schedule, a_signal_gives_the_turn_to_who_waits)
{
	for (uint32_t i = 1; i <= 3; i++)
		c->flows[i].pid = (int32_t)i;
	block(2, 5, UINT64_MAX);
	c->flows[1].state = FLOW_ENDED;
	c->flows[3].state = FLOW_ENDED;
	schedule_interrupt(c, 3, 0);
	cr_expect(eq(u32, c->flows[2].interrupted, 0), "it is another's");
	schedule_interrupt(c, 2, 7);
	cr_expect(eq(u32, c->flows[2].interrupted, 0), "another thread's");
	schedule_interrupt(c, 2, 0);
	cr_expect(eq(u32, schedule_pick(c, 1), 2));
	cr_expect(eq(u32, c->flows[2].state, FLOW_BLOCKED), "and it waits still");
}

Test(schedule, who_is_in_a_handler_can_be_woken)
{
	c->flows[2].waits = 5;
	block(3, 5, UINT64_MAX);
	cr_expect(schedule_wake_one(c, 5));
	cr_expect(eq(u64, c->flows[2].waits, 0));
	cr_expect(eq(u32, c->flows[3].state, FLOW_BLOCKED), "it was another's turn");
}

Test(schedule, who_tries_again_does_so_when_somebody_has_gone)
{
	block(2, 5, UINT64_MAX);
	block(3, 5, UINT64_MAX);
	c->flows[3].retries = 1;
	schedule_retry(c);
	cr_expect(eq(u32, c->flows[2].state, FLOW_BLOCKED));
	cr_expect(eq(u32, c->flows[3].state, FLOW_READY));
}
