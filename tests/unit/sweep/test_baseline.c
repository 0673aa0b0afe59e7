#include "sweep/baseline.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "lib/fault.h"
#include "recorded.h"
#include "scenario/baseline_file.h"
#include "sweep/site.h"

static struct sweep sweep;
static struct attempt attempts[4], *pointers[4];
static struct baseline baseline;
static enum known_state states[8];

static void add_frame(struct call_site *site, const char *module, const char *function,
		      uint64_t offset, int line)
{
	struct frame *frame = mem_append(&site->stack.frames, &site->stack.count, sizeof(*frame));

	*frame = (struct frame){.module = mem_strdup(module),
				.function = function ? mem_strdup(function) : NULL,
				.offset = offset,
				.line = line};
}

/* Two sites of a program, which were compiled @offset bytes further down. */
static void record(uint64_t offset)
{
	for (int i = 0; i < 2; i++) {
		struct call_site *site = record_add(&sweep.record, 0, "cat", i ? "write" : "read",
						    FD_KIND_PIPE, i, 1, 0);

		add_frame(site, "/usr/lib/libc.so.6", i ? "write" : "read", 7 + offset, 1);
		add_frame(site, "/usr/bin/cat", i ? "copy" : NULL, 100 + offset, (int)offset);
		add_frame(site, "/usr/bin/cat", "main", 200 + offset, (int)offset);
	}
	for (size_t i = 0; i < 4; i++) {
		attempts[i] = (struct attempt){.site = i / 2,
					       .family = i % 2 ? FAULT_SHORT : FAULT_IO,
					       .state = ATTEMPT_SURVIVED};
		pointers[i] = &attempts[i];
	}
	sweep.plan = (struct plan){.attempts = pointers, .count = 4};
}

static void find(size_t attempt, enum finding_kind kind)
{
	struct bug *bug = mem_append(&sweep.bugs.items, &sweep.bugs.count, sizeof(*bug));

	attempts[attempt].state = ATTEMPT_FOUND;
	*bug = (struct bug){.kind = kind,
			    .process = mem_strdup("cat"),
			    .site = attempts[attempt].site,
			    .family = attempts[attempt].family,
			    .attempt = attempt};
}

static void forget_sweep(void)
{
	bugs_release(&sweep.bugs);
	record_release(&sweep.record);
	sweep = (struct sweep){.runs = 0};
	memset(states, 0, sizeof(states));
}

static void forget(void)
{
	forget_sweep();
	baseline_release(&baseline);
}

TestSuite(sweep_baseline, .fini = forget);

/* As another build of the program, later. */
static void again(void)
{
	forget_sweep();
	record(64);
}

static void enter(size_t bug)
{
	cr_assert(eq(int, baseline_add(&baseline, "cat", &sweep, &sweep.bugs.items[bug]), 0));
}

static void compare(void)
{
	cr_assert(eq(int, baseline_compare(&baseline, "cat", &sweep, states), 0));
}

Test(sweep_baseline, a_site_is_told_without_the_c_library)
{
	char *at;

	record(0);
	at = site_at(&sweep.record.sites[1]);
	cr_expect(eq(str, at, "cat!copy < cat!main"));
	free(at);
	at = site_at(&sweep.record.sites[0]);
	cr_expect(eq(str, at, "cat+0x64 < cat!main"), "a function without a name");
	free(at);
}

Test(sweep_baseline, knows_a_finding_again_in_another_build)
{
	record(0);
	find(2, FINDING_CRASH);
	enter(0);
	again();
	find(2, FINDING_CRASH);
	find(3, FINDING_CRASH);
	compare();
	cr_expect(eq(ptr, (void *)sweep.bugs.items[0].known, &baseline.items[0]));
	cr_expect(eq(ptr, (void *)sweep.bugs.items[1].known, NULL), "another fault is new");
	cr_expect(eq(int, states[0], KNOWN_FOUND));
}

Test(sweep_baseline, another_finding_at_the_same_place_is_new)
{
	record(0);
	find(2, FINDING_CRASH);
	enter(0);
	again();
	find(2, FINDING_HANG);
	compare();
	cr_expect(eq(ptr, (void *)sweep.bugs.items[0].known, NULL));
	cr_expect(eq(int, states[0], KNOWN_MENDED), "it does not crash any more");
}

Test(sweep_baseline, one_entry_is_one_bug)
{
	record(0);
	find(2, FINDING_CRASH);
	enter(0);
	find(2, FINDING_CRASH);
	compare();
	cr_expect(ne(ptr, (void *)sweep.bugs.items[0].known, NULL));
	cr_expect(eq(ptr, (void *)sweep.bugs.items[1].known, NULL));
}

Test(sweep_baseline, mended_is_what_was_tried_and_survived)
{
	record(0);
	find(2, FINDING_CRASH);
	enter(0);
	again();
	compare();
	cr_expect(eq(int, states[0], KNOWN_MENDED));
}

Test(sweep_baseline, what_was_not_tried_is_not_mended)
{
	static const enum attempt_state unsure[] = {ATTEMPT_WAITS, ATTEMPT_ERROR, ATTEMPT_LEFT_OUT};

	record(0);
	find(2, FINDING_CRASH);
	enter(0);
	for (size_t i = 0; i < 3; i++) {
		again();
		attempts[2].state = unsure[i];
		compare();
		cr_expect(eq(int, states[0], KNOWN_UNSURE), "%zu", i);
	}
	again();
	attempts[2].doubted = true;
	compare();
	cr_expect(eq(int, states[0], KNOWN_UNSURE), "it was found, but not again");
}

Test(sweep_baseline, what_waits_elsewhere_is_of_no_account)
{
	record(0);
	find(2, FINDING_CRASH);
	enter(0);
	again();
	attempts[0].state = attempts[3].state = ATTEMPT_WAITS;
	compare();
	cr_expect(eq(int, states[0], KNOWN_MENDED));
}

Test(sweep_baseline, of_another_program_nothing_is_said)
{
	record(0);
	find(2, FINDING_CRASH);
	enter(0);
	again();
	cr_assert(eq(int, baseline_compare(&baseline, "tac", &sweep, states), 0));
	cr_expect(eq(int, states[0], KNOWN_NOT_TRIED));
}

static char *written(struct baseline *from)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	cr_assert(eq(int, baseline_write(from, out), 0));
	fclose(out);
	return text;
}

/* What is read back is the same, with what people have added. */
Test(sweep_baseline, what_is_written_can_be_read)
{
	struct problems problems;
	struct baseline copy;
	struct err err = ERR_INIT;
	char *text, *twice;

	record(0);
	find(2, FINDING_WRONG_OUTPUT);
	find(0, FINDING_CRASH);
	enter(0);
	enter(1);
	baseline.items[0].silent = true;
	baseline.items[0].judged = true;
	baseline.items[0].reason = mem_strdup("tab\there, \"quoted\" and\nmore");
	text = written(&baseline);
	cr_assert(eq(int, baseline_text_read("b", text, strlen(text), &copy, &problems, &err), 0));
	cr_assert(eq(sz, problems.count, 0), "%s", text);
	cr_assert(eq(sz, copy.count, 2));
	for (size_t i = 0; i < 2; i++)
		cr_expect(known_is_same(&copy.items[i], &baseline.items[i]), "%zu", i);
	twice = written(&copy);
	cr_expect(eq(str, twice, text));
	free(text);
	free(twice);
	problems_release(&problems);
	baseline_release(&copy);
}

Test(sweep_baseline, an_empty_one_can_be_read)
{
	struct problems problems;
	struct baseline copy;
	struct err err = ERR_INIT;
	char *text = written(&baseline);

	cr_assert(eq(int, baseline_text_read("b", text, strlen(text), &copy, &problems, &err), 0));
	cr_expect(eq(sz, problems.count + copy.count, 0));
	free(text);
	problems_release(&problems);
	baseline_release(&copy);
}

static int know_it_again(void *arg)
{
	struct baseline own = {.file = NULL};
	enum known_state state = KNOWN_NOT_TRIED;
	int rc = baseline_add(&own, "cat", &sweep, &sweep.bugs.items[0]);

	(void)arg;
	if (!rc)
		rc = baseline_compare(&own, "cat", &sweep, &state);
	baseline_release(&own);
	return rc;
}

Test(sweep_baseline, survives_want_of_memory)
{
	record(0);
	find(2, FINDING_CRASH);
	fault_sweep(know_it_again, NULL);
}

static int read_it(void *text)
{
	struct problems problems = {.file = NULL};
	struct baseline own = {.file = NULL};
	int rc = baseline_text_read("b", text, strlen(text), &own, &problems, NULL);

	baseline_release(&own);
	problems_release(&problems);
	return rc;
}

Test(sweep_baseline, can_be_read_without_memory_to_spare)
{
	char *text;

	record(0);
	find(2, FINDING_CRASH);
	enter(0);
	text = written(&baseline);
	fault_sweep(read_it, text);
	free(text);
}
