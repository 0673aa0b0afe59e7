/* Each way to order two accesses, with the twin that does not. */
#include "schedule/order.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "play.h"

#define DATA 0
#define FLAG 64
#define KEY  (UINT64_C(1) << 44 | FLAG)

static struct control *c;

static void begin(void)
{
	c = play_new(CONTROL_REPLAY, 0, 3);
	c->command = 1;
	schedule_begin(c);
}

static void end(void)
{
	free(c);
}

TestSuite(schedule_order, .init = begin, .fini = end);

static void access_at(uint32_t flow, uint64_t offset, uint16_t size, bool is_write,
		      enum access_kind kind, uint64_t place)
{
	const struct control_event event = {
		.flow = flow, .size = size, .object = 1, .offset = offset, .place = place};

	order_access(c, &event, is_write, kind);
}

static void put(uint32_t flow)
{
	access_at(flow, DATA, 4, true, ACCESS_PLAIN, 100 + flow);
}

static void get(uint32_t flow)
{
	access_at(flow, DATA, 4, false, ACCESS_PLAIN, 200 + flow);
}

Test(schedule_order, nothing_between_is_a_race)
{
	put(1);
	get(2);
	cr_expect(eq(u32, c->race_count, 1));
	cr_expect(eq(u64, c->races[0].first.place, 101));
	cr_expect(eq(u64, c->races[0].second.place, 202));
	get(2);
	cr_expect(eq(u32, c->race_count, 1), "the same pair twice");
}

Test(schedule_order, reads_are_none)
{
	get(1);
	get(2);
	cr_expect(eq(u32, c->race_count, 0));
}

Test(schedule_order, a_write_behind_a_read_is_one)
{
	get(1);
	put(2);
	cr_expect(eq(u32, c->race_count, 1));
}

Test(schedule_order, the_same_flow_is_none)
{
	put(1);
	put(1);
	get(1);
	cr_expect(eq(u32, c->race_count, 0));
}

Test(schedule_order, a_lock_orders)
{
	put(1);
	order_release(c, 1, KEY);
	order_acquire(c, 2, KEY);
	get(2);
	cr_expect(eq(u32, c->race_count, 0));
	put(2);
	get(1); /* …but not back */
	cr_expect(eq(u32, c->race_count, 1));
}

Test(schedule_order, another_lock_does_not)
{
	put(1);
	order_release(c, 1, KEY);
	order_acquire(c, 2, KEY + 8);
	get(2);
	cr_expect(eq(u32, c->race_count, 1));
}

/* What each order of a store and of a load does: only release with acquire. */
Test(schedule_order, atomics_by_their_orders)
{
	static const uint32_t orders[] = {ORDER_RELAXED, ORDER_ACQUIRE, ORDER_RELEASE,
					  ORDER_ACQ_REL, ORDER_SEQ_CST};

	for (size_t s = 0; s < 5; s++)
		for (size_t l = 0; l < 5; l++) {
			bool releases = orders[s] >= ORDER_RELEASE;
			bool acquires = orders[l] == ORDER_ACQUIRE || orders[l] >= ORDER_ACQ_REL;

			schedule_begin(c);
			c->command++;
			put(1);
			order_atomic(c, 1, KEY, false, true, orders[s]);
			order_atomic(c, 2, KEY, true, false, orders[l]);
			get(2);
			cr_expect(eq(u32, c->race_count, !(releases && acquires)), "%u, %u",
				  orders[s], orders[l]);
		}
}

Test(schedule_order, fences_make_relaxed_ones_order)
{
	for (int with = 0; with < 4; with++) {
		schedule_begin(c);
		c->command++;
		put(1);
		if (with & 1)
			order_fence(c, 1, ORDER_RELEASE);
		order_atomic(c, 1, KEY, false, true, ORDER_RELAXED);
		order_atomic(c, 2, KEY, true, false, ORDER_RELAXED);
		if (with & 2)
			order_fence(c, 2, ORDER_ACQUIRE);
		get(2);
		cr_expect(eq(u32, c->race_count, with != 3), "%d", with);
	}
}

Test(schedule_order, a_release_sequence_goes_through_another_flow)
{
	put(1);
	order_atomic(c, 1, KEY, false, true, ORDER_RELEASE);
	order_atomic(c, 3, KEY, true, true, ORDER_RELAXED); /* a relaxed fetch_add */
	order_atomic(c, 2, KEY, true, false, ORDER_ACQUIRE);
	get(2);
	cr_expect(eq(u32, c->race_count, 0));
}

Test(schedule_order, a_plain_store_ends_it)
{
	put(1);
	order_atomic(c, 1, KEY, false, true, ORDER_RELEASE);
	order_atomic(c, 3, KEY, false, true, ORDER_RELAXED);
	order_atomic(c, 2, KEY, true, false, ORDER_ACQUIRE);
	get(2);
	cr_expect(eq(u32, c->race_count, 1));
}

Test(schedule_order, children_come_behind_their_making_and_in_front_of_their_end)
{
	uint32_t child;

	put(1);
	child = schedule_add(c, 1);
	get(child);
	put(child);
	cr_expect(eq(u32, c->race_count, 0));
	order_join(c, 1, child);
	get(1);
	cr_expect(eq(u32, c->race_count, 0));
}

Test(schedule_order, what_the_maker_does_later_is_not_ordered)
{
	uint32_t child = schedule_add(c, 1);

	put(1);
	get(child);
	cr_expect(eq(u32, c->race_count, 1));
}

Test(schedule_order, kinds_of_accesses)
{
	for (int a = 0; a < 3; a++)
		for (int b = 0; b < 3; b++) {
			bool is_race = a == ACCESS_PLAIN || b == ACCESS_PLAIN;

			schedule_begin(c);
			c->command++;
			access_at(1, DATA, 4, true, (enum access_kind)a, 1);
			access_at(2, DATA, 4, true, (enum access_kind)b, 2);
			cr_expect(eq(u32, c->race_count, is_race), "%d, %d", a, b);
		}
}

Test(schedule_order, bytes_that_do_not_overlap)
{
	access_at(1, 0, 2, true, ACCESS_PLAIN, 1);
	access_at(2, 2, 2, true, ACCESS_PLAIN, 2);
	access_at(2, 4, 4, true, ACCESS_PLAIN, 3);
	cr_expect(eq(u32, c->race_count, 0));
	access_at(2, 1, 1, true, ACCESS_PLAIN, 4);
	cr_expect(eq(u32, c->race_count, 1));
}

Test(schedule_order, a_copied_struct_overlaps_its_fields)
{
	access_at(1, 8, 4, true, ACCESS_PLAIN, 1);
	access_at(2, 0, 32, false, ACCESS_PLAIN, 2);
	cr_expect(eq(u32, c->race_count, 1));
}

Test(schedule_order, a_run_knows_nothing_of_the_last)
{
	put(1);
	schedule_begin(c);
	c->command++;
	get(2);
	cr_expect(eq(u32, c->race_count, 0));
}

Test(schedule_order, a_full_table_forgets_and_makes_nothing_up)
{
	for (uint64_t i = 0; i < 2 * CONTROL_WORDS; i++)
		access_at(1, i * 4, 4, true, ACCESS_PLAIN, 1);
	for (uint64_t key = 0; key < 2 * CONTROL_SYNCS; key++)
		order_release(c, 1, key);
	order_acquire(c, 2, 2 * CONTROL_SYNCS);
	cr_expect(eq(u32, c->race_count, 0));
}

/* --- what if ---------------------------------------------------------------- */

static struct control_event event_at(uint32_t flow, uint64_t offset)
{
	return (struct control_event){.flow = flow, .size = 4, .object = 1, .offset = offset};
}

Test(schedule_order, a_field_is_taken_as_atomic)
{
	const struct control_event flag = event_at(1, FLAG), inside = event_at(1, FLAG + 6);
	const struct control_event data = event_at(1, DATA), private = {.flow = 1, .offset = FLAG};

	cr_expect(not(order_is_strong(c, &flag, ACCESS_VOLATILE)));
	c->field_count = 1;
	c->fields[0] = (struct control_field){.object = 1, .size = 8, .offset = FLAG};
	cr_expect(order_is_strong(c, &flag, ACCESS_PLAIN));
	cr_expect(order_is_strong(c, &inside, ACCESS_PLAIN));
	cr_expect(not(order_is_strong(c, &data, ACCESS_VOLATILE)));
	cr_expect(not(order_is_strong(c, &private, ACCESS_PLAIN)));
}

Test(schedule_order, all_that_are_volatile_or_atomic_are_and_are_named)
{
	const struct control_event flag = event_at(1, FLAG), data = event_at(2, DATA);

	c->field_count = CONTROL_ALL_FIELDS;
	cr_expect(order_is_strong(c, &flag, ACCESS_VOLATILE));
	cr_expect(order_is_strong(c, &flag, ACCESS_ATOMIC));
	cr_expect(not(order_is_strong(c, &data, ACCESS_PLAIN)));
	cr_expect(eq(u32, c->ordered_count, 1));
	cr_expect(eq(u64, c->ordered[0].offset, FLAG));
}

/* The same address in two processes, which is not shared. */
static void put_own(uint32_t flow, uint32_t process)
{
	const struct control_event event = {
		.flow = flow, .size = 4, .offset = 4096, .process = process, .place = 100 + flow};

	order_access(c, &event, true, ACCESS_PLAIN);
}

Test(schedule_order, memory_of_its_own_is_nobody_elses)
{
	put_own(1, 1);
	put_own(2, 2);
	cr_expect(eq(u32, c->race_count, 0));
	put_own(3, 2);
	cr_expect(eq(u32, c->race_count, 1), "two threads of one process");
}

Test(schedule_order, what_is_given_back_is_forgotten)
{
	put_own(1, 1);
	order_forget(c, 1, 4000, 200);
	put_own(2, 1);
	cr_expect(eq(u32, c->race_count, 0));
	order_forget(c, 2, 4000, 200);
	order_forget(c, 1, 5000, 200);
	put_own(3, 1);
	cr_expect(eq(u32, c->race_count, 1), "another's, and elsewhere");
	order_forget(c, 1, 0, UINT64_C(1) << 30);
	put_own(1, 1);
	cr_expect(eq(u32, c->race_count, 1));
}
