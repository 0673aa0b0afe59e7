#include "trigger/count.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"

#define LAST 40 /* ordinals that each row is asked for */

static uint64_t three[] = {3}, some[] = {1, 4, 40}, pair[] = {39, 40};

/* The same set three times: as the language has it, as numbers, and as what is left of it. */
static const struct row {
	const char *name;
	struct count_spec count;
	const char *fires; /* the ordinals up to LAST */
	uint64_t over;	   /* from this ordinal on no other can fire; 0 = never */
	bool persistent;
} rows[] = {
	{"nth: 3", {.kind = COUNT_LIST, .list = three, .list_count = 1}, "3", 3, false},
	{"nth: [1, 4, 40]",
	 {.kind = COUNT_LIST, .list = some, .list_count = 3},
	 "1 4 40",
	 40,
	 false},
	{"nth: [39, 40]", {.kind = COUNT_LIST, .list = pair, .list_count = 2}, "39 40", 40, false},
	{"nothing", {.kind = COUNT_LIST}, "", 1, false},
	{"nth: 1..1", {.kind = COUNT_RANGE, .first = 1, .last = 1}, "1", 1, false},
	{"nth: 3..7", {.kind = COUNT_RANGE, .first = 3, .last = 7}, "3 4 5 6 7", 7, false},
	{"nth: 38..", {.kind = COUNT_RANGE, .first = 38, .last = UINT64_MAX}, "38 39 40", 0, true},
	{"nth: 41..50", {.kind = COUNT_RANGE, .first = 41, .last = 50}, "", 50, false},
	{"every: 1",
	 {.kind = COUNT_EVERY, .every = 1},
	 "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 "
	 "33 "
	 "34 35 36 37 38 39 40",
	 0,
	 true},
	{"every: 9", {.kind = COUNT_EVERY, .every = 9}, "9 18 27 36", 0, false},
	{"every: 40", {.kind = COUNT_EVERY, .every = 40}, "40", 0, false},
	{"every: 41", {.kind = COUNT_EVERY, .every = 41}, "", 0, false},
};

Test(trigger_count, each_kind_fires_at_its_ordinals)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct rng rng = {7};
		char fires[256] = "";

		for (uint64_t n = 1; n <= LAST; n++)
			if (count_fires(&rows[i].count, n, &rng))
				sprintf(fires + strlen(fires), "%s%d", *fires ? " " : "", (int)n);
		cr_expect(eq(str, fires, (char *)rows[i].fires), "%s", rows[i].name);
		cr_expect(eq(u64, rng.state, 7), "%s draws without need", rows[i].name);
	}
}

Test(trigger_count, nothing_fires_after_the_last)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (uint64_t n = 1; n <= LAST + 20; n++) {
			bool over = rows[i].over && n >= rows[i].over;

			cr_expect(eq(int, count_is_over(&rows[i].count, n), over), "%s at %d",
				  rows[i].name, (int)n);
		}
		for (uint64_t n = rows[i].over + 1; rows[i].over && n < LAST + 20; n++) {
			struct rng rng = {7};

			cr_expect(not(count_fires(&rows[i].count, n, &rng)),
				  "%s at %d, after its end", rows[i].name, (int)n);
		}
	}
}

Test(trigger_count, persistent_is_what_fires_for_ever)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		cr_expect(eq(int, count_is_persistent(&rows[i].count), rows[i].persistent), "%s",
			  rows[i].name);
}

/* 64 bit: the ordinals beyond what 32 bits hold. */
Test(trigger_count, counts_beyond_four_thousand_million)
{
	const uint64_t far = UINT64_C(5) << 32;
	uint64_t list[] = {far + 3};
	const struct count_spec nth = {.kind = COUNT_LIST, .list = list, .list_count = 1};
	const struct count_spec range = {.kind = COUNT_RANGE, .first = far, .last = UINT64_MAX};
	const struct count_spec every = {.kind = COUNT_EVERY, .every = far};
	struct rng rng = {0};

	cr_expect(not(count_fires(&nth, 3, &rng)));
	cr_expect(count_fires(&nth, far + 3, &rng));
	cr_expect(not(count_fires(&range, 1, &rng)));
	cr_expect(count_fires(&range, UINT64_MAX - 1, &rng));
	cr_expect(count_fires(&range, UINT64_MAX, &rng));
	cr_expect(not(count_is_over(&range, UINT64_MAX - 1)));
	cr_expect(not(count_fires(&every, far / 2, &rng)));
	cr_expect(count_fires(&every, far * 3, &rng));
}

#define DRAWS 20000

/* How often it fires among DRAWS moments. */
static unsigned hits_of(double chance, uint64_t seed)
{
	const struct count_spec count = {.kind = COUNT_CHANCE, .chance = chance};
	struct rng rng = rng_stream(seed, 0);
	unsigned hits = 0;

	for (uint64_t n = 1; n <= DRAWS; n++)
		hits += count_fires(&count, n, &rng);
	return hits;
}

/* Five standard deviations: one wrong alarm in 1.7 million draws of a fair generator. */
static bool is_near(unsigned hits, double chance)
{
	double off = hits - DRAWS * chance;

	return off * off <= 25 * DRAWS * chance * (1 - chance) + 1e-9;
}

Test(trigger_count, chance_is_what_was_asked_for_whatever_the_seed)
{
	static const double chances[] = {0.0001, 0.01, 0.1, 0.5, 0.9, 1.0};

	for (size_t i = 0; i < ARRAY_SIZE(chances); i++)
		for (uint64_t seed = 0; seed < 50; seed++) {
			unsigned hits = hits_of(chances[i], seed * UINT64_C(0x123456789abcd));

			cr_expect(is_near(hits, chances[i]), "chance %g, seed %d: %u of %u",
				  chances[i], (int)seed, hits, DRAWS);
		}
}

Test(trigger_count, chance_is_the_same_for_the_same_seed)
{
	const struct count_spec half = {.kind = COUNT_CHANCE, .chance = 0.5};
	struct rng a = rng_stream(42, 3), b = rng_stream(42, 3);

	for (uint64_t n = 1; n < 1000; n++)
		cr_assert(eq(int, count_fires(&half, n, &a), count_fires(&half, n, &b)), "%d",
			  (int)n);
	cr_expect(not(count_is_over(&half, UINT64_MAX)));
	cr_expect(not(count_is_persistent(&half)));
}

/* The faults of a scenario draw from streams 0, 1, …, and `repeat` uses seed, seed + 1, … */
Test(trigger_count, streams_do_not_follow_each_other)
{
	const struct count_spec half = {.kind = COUNT_CHANCE, .chance = 0.5};

	for (uint64_t pair_no = 0; pair_no < 64; pair_no++) {
		struct rng a = rng_stream(pair_no, 0), b = rng_stream(pair_no, 1);
		struct rng c = rng_stream(pair_no + 1, 0);
		unsigned same_stream = 0, same_seed = 0;

		for (uint64_t n = 1; n <= DRAWS; n++) {
			bool fires = count_fires(&half, n, &a);

			same_stream += fires == count_fires(&half, n, &b);
			same_seed += fires == count_fires(&half, n, &c);
		}
		cr_expect(is_near(same_stream, 0.5), "seed %d: streams 0 and 1 agree %u times",
			  (int)pair_no, same_stream);
		cr_expect(is_near(same_seed, 0.5), "seeds %d and the next agree %u times",
			  (int)pair_no, same_seed);
	}
}
