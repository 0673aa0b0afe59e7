/* Tables of accesses by hand: each rule, and the twin that it must let pass. */
#include "qualifier/difference.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"

#define PLACES 8

/* A program: its line is its place, too. */
struct program {
	struct access accesses[PLACES];
	struct site sites[PLACES];
	size_t access_count, site_count;
	bool cut_short;
};

enum { READER, WRITER };

static void put_site(struct program *p, unsigned line, bool is_write, unsigned loops)
{
	p->sites[p->site_count++] = (struct site){.is_write = is_write,
						  .source = {"a.c", line, 0},
						  .module = "a",
						  .place = line,
						  .loops = loops};
}

static struct access *put(struct program *p, unsigned line, bool is_write, unsigned loops,
			  uint64_t count, uint64_t changed)
{
	struct access *a = &p->accesses[p->access_count++];

	*a = (struct access){.offset = 0,
			     .size = 4,
			     .is_write = is_write,
			     .kind = SEGMENT_PLAIN,
			     .process = is_write ? WRITER : READER,
			     .source = {"a.c", line, 0},
			     .module = "a",
			     .place = line,
			     .first = p->access_count,
			     .count = count,
			     .changed = changed};
	put_site(p, line, is_write, loops);
	return a;
}

static struct accesses view(struct program *p)
{
	return (struct accesses){.items = p->accesses,
				 .count = p->access_count,
				 .sites = p->sites,
				 .site_count = p->site_count,
				 .cut_short = p->cut_short};
}

/* What is found, "" = nothing: "12 hoisted" */
static void expect(struct program *plain, struct program *optimised, const char *wanted)
{
	static const char *const names[DIFFERENCE_MAX_] = {
		[READS_HOISTED] = "hoisted",  [READS_CACHED] = "cached",
		[STORES_REMOVED] = "removed", [STORES_SUNK] = "sunk",
		[STORES_MERGED] = "merged",   [STORES_SWAPPED] = "swapped",
		[STORES_TORN] = "torn",
	};
	struct accesses a = view(plain), b = view(optimised);
	struct differences found;
	char text[256] = "";

	cr_assert(eq(int, differences_find(&a, &b, &found), 0));
	for (size_t i = 0; i < found.count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u %s", i ? ", " : "",
			 found.items[i].at->source.line, names[found.items[i].kind]);
	differences_release(&found);
	cr_expect(eq(str, text, (char *)(uintptr_t)wanted));
}

/* --- reads --------------------------------------------------------------- */

static struct program spinning(uint64_t changed)
{
	struct program p = {.access_count = 0};

	put(&p, 10, false, 1, 500, changed);
	return p;
}

Test(qualifier_difference, a_flag_that_is_read_in_front_of_the_loop)
{
	struct program plain = spinning(1), optimised = {.cut_short = true};

	put(&optimised, 10, false, 0, 1, 0);
	expect(&plain, &optimised, "10 hoisted");
}

Test(qualifier_difference, a_loop_that_the_compiler_has_deleted)
{
	struct program plain = spinning(1), optimised = {.access_count = 0};

	expect(&plain, &optimised, "10 hoisted");
}

Test(qualifier_difference, a_flag_that_is_still_read_in_its_loop_may_be_there_at_once)
{
	struct program plain = spinning(1), optimised = {.access_count = 0};

	put(&optimised, 10, false, 1, 1, 0);
	expect(&plain, &optimised, "");
}

Test(qualifier_difference, what_nobody_changes_may_be_read_in_front_of_the_loop)
{
	struct program plain = spinning(0), optimised = {.access_count = 0};

	put(&optimised, 10, false, 0, 1, 0);
	expect(&plain, &optimised, "");
}

Test(qualifier_difference, atomic_and_volatile_reads_are_never_looked_at)
{
	static const enum segment_access_kind kinds[] = {SEGMENT_ATOMIC, SEGMENT_VOLATILE};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct program plain = spinning(1), optimised = {.access_count = 0};

		plain.accesses[0].kind = kinds[i];
		expect(&plain, &optimised, "");
	}
}

Test(qualifier_difference, a_loop_that_is_unrolled_reads_as_often)
{
	struct program plain = {.access_count = 0}, optimised = {.access_count = 0};

	put(&plain, 10, false, 1, 4, 1);
	put(&optimised, 10, false, 0, 4, 1);
	expect(&plain, &optimised, "");
}

Test(qualifier_difference, what_a_program_that_hangs_has_not_reached_is_no_difference)
{
	struct program plain = spinning(1), optimised = {.cut_short = true};

	put_site(&optimised, 10, false, 0);
	expect(&plain, &optimised, "");
}

static struct program reading_twice(uint64_t changed)
{
	struct program p = {.access_count = 0};

	put(&p, 10, false, 0, 1, 0);
	put(&p, 12, false, 0, 1, changed);
	return p;
}

Test(qualifier_difference, a_second_read_that_takes_what_the_first_has_got)
{
	struct program plain = reading_twice(1), optimised = {.access_count = 0};

	put(&optimised, 10, false, 0, 1, 0);
	expect(&plain, &optimised, "12 cached");
}

Test(qualifier_difference, a_second_read_of_what_cannot_change_between)
{
	struct program plain = reading_twice(0), optimised = {.access_count = 0};

	put(&optimised, 10, false, 0, 1, 0);
	expect(&plain, &optimised, "");
}

/* clang: the line of two loads that are one now is 0. */
Test(qualifier_difference, joined_reads_have_no_line)
{
	struct program plain = reading_twice(1), optimised = {.access_count = 0};

	put(&optimised, 0, false, 0, 1, 0);
	expect(&plain, &optimised, "12 cached");
}

Test(qualifier_difference, both_reads_are_there_without_a_line)
{
	struct program plain = reading_twice(1), optimised = {.access_count = 0};

	put(&optimised, 0, false, 0, 1, 0);
	put(&optimised, 0, false, 0, 1, 0)->place = 1;
	optimised.sites[1].place = 1;
	expect(&plain, &optimised, "");
}

Test(qualifier_difference, a_store_of_a_careful_writer_is_a_witness_too)
{
	struct program plain = reading_twice(0), optimised = {.access_count = 0};

	put(&plain, 40, true, 0, 3, 0)->kind = SEGMENT_ATOMIC;
	put(&optimised, 10, false, 0, 1, 0);
	expect(&plain, &optimised, "12 cached");
}

Test(qualifier_difference, ones_own_careful_stores_are_no_witness)
{
	struct program plain = reading_twice(0), optimised = {.access_count = 0};
	struct access *own = put(&plain, 40, true, 0, 3, 0);

	own->kind = SEGMENT_ATOMIC;
	own->process = READER;
	put(&optimised, 10, false, 0, 1, 0);
	expect(&plain, &optimised, "");
}

/* --- stores -------------------------------------------------------------- */

static struct program storing_twice(uint64_t seen)
{
	struct program p = {.access_count = 0};

	put(&p, 20, true, 0, 1, seen);
	put(&p, 22, true, 0, 1, 1);
	return p;
}

Test(qualifier_difference, a_store_that_was_seen_and_is_gone)
{
	struct program plain = storing_twice(1), optimised = {.access_count = 0};

	put(&optimised, 22, true, 0, 1, 1);
	expect(&plain, &optimised, "20 removed");
}

Test(qualifier_difference, a_store_that_nobody_sees_may_go)
{
	struct program plain = storing_twice(0), optimised = {.access_count = 0};

	put(&optimised, 22, true, 0, 1, 1);
	expect(&plain, &optimised, "");
}

static struct program counting(uint64_t seen)
{
	struct program p = {.access_count = 0};

	put(&p, 30, true, 1, 1000, seen);
	return p;
}

Test(qualifier_difference, stores_behind_the_loop)
{
	struct program plain = counting(7), optimised = {.access_count = 0};

	put(&optimised, 30, true, 0, 1, 1);
	expect(&plain, &optimised, "30 sunk");
}

Test(qualifier_difference, stores_of_another_duration_in_the_same_loop)
{
	struct program plain = counting(7), optimised = {.access_count = 0};

	put(&optimised, 30, true, 1, 90, 2);
	expect(&plain, &optimised, "");
}

Test(qualifier_difference, stores_before_a_hang_are_fewer_anyway)
{
	struct program plain = counting(7), optimised = {.cut_short = true};

	put(&optimised, 30, true, 0, 1, 1);
	expect(&plain, &optimised, "");
}

Test(qualifier_difference, vectors_store_as_many_bytes)
{
	struct program plain = {.access_count = 0}, optimised = {.access_count = 0};

	for (unsigned i = 0; i < 4; i++) {
		struct access *a = put(&plain, 30, true, 1, 1, 1);

		a->offset = 4 * i;
		a->place = 30;
	}
	put(&optimised, 30, true, 0, 1, 1)->size = 16;
	expect(&plain, &optimised, "");
}

/* data = 42; ready = 1; */
static struct program publishing(void)
{
	struct program p = {.access_count = 0};

	put(&p, 20, true, 0, 1, 1);
	put(&p, 22, true, 0, 1, 1)->offset = 4;
	return p;
}

Test(qualifier_difference, one_store_for_the_data_and_its_careful_flag)
{
	struct program plain = publishing(), optimised = {.access_count = 0};
	struct access *reader = put(&plain, 10, false, 1, 9, 1);

	reader->kind = SEGMENT_VOLATILE;
	reader->offset = 4;
	put(&optimised, 22, true, 0, 1, 1)->size = 8;
	expect(&plain, &optimised, "22 merged");
}

Test(qualifier_difference, one_store_for_two_words_of_the_data)
{
	struct program plain = publishing(), optimised = {.access_count = 0};

	put(&optimised, 22, true, 0, 1, 1)->size = 8;
	expect(&plain, &optimised, "");
}

Test(qualifier_difference, equal_programs)
{
	struct program plain = publishing(), optimised = publishing();

	expect(&plain, &optimised, "");
}
