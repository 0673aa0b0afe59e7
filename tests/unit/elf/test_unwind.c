#include "elf/unwind.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/util.h"
#include "look.h"

struct row {
	const char *subject, *arg, *begins, *holds;
};

/* How the stack begins, and what stands in it somewhere; libraries differ in the rest. */
static void check(const struct row *row, bool stopped)
{
	const char *how = stopped ? "stopped" : "asleep", *have;
	struct look look = look_at(row->subject, row->arg);
	struct stack stack = {NULL, 0};
	struct err err = ERR_INIT;
	struct unwind_regs regs;
	int r;

	if (stopped) {
		regs = look_regs(&look);
		r = unwind_stack(look.tid, &regs, &look.map, 64, &stack, &err);
	} else {
		r = unwind_sleeping(look.proc_fd, look.tid, &look.map, 64, &stack, &err);
	}
	have = stack_functions(&stack);
	cr_expect(eq(int, r, 0), "%s: %s", row->subject, err.text);
	cr_expect(strncmp(have, row->begins, strlen(row->begins)) == 0,
		  "%s, %s: '%s' does not begin with '%s'", row->subject, how, have, row->begins);
	cr_expect(strstr(have, row->holds) != NULL, "%s, %s: '%s' does not hold '%s'", row->subject,
		  how, have, row->holds);
	stack_release(&stack);
	look_end(&look);
}

#define CALLS "sleep_here inner middle outer"

static const struct row rows[] = {
	{"elf-pie", NULL, "read " CALLS " main", "__libc_start_main _start"},
	{"elf-pie", "thread", "read " CALLS, "outer run "},
	{"elf-nopie", NULL, "read " CALLS " main", "__libc_start_main _start"},
	{"elf-stripped", NULL, "read " CALLS " main", "__libc_start_main"},
	{"elf-static", NULL, "read " CALLS " main", "__libc_start_main _start"},
	{"elf-static", "thread", "read " CALLS, "outer run start_thread"},
	{"elf-musl", NULL, "sccp read " CALLS " main", ""},
	{"elf-notables", NULL, "read " CALLS " main", ""},
	{"elf-go", NULL, "runtime/internal/syscall.Syscall6 ",
	 "syscall.read main.inner main.outer main.main runtime.main"},
};

Test(elf_unwind, stopped_thread)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check(&rows[i], true);
}

Test(elf_unwind, sleeping_thread_that_is_never_stopped)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check(&rows[i], false);
}

#define HANDLED "sleep_here handler <signal handler called> "
#define RAISED	"raise inner middle outer main"

/* Over the kernel's signal frame, and from the handler's stack to the thread's own. */
Test(elf_unwind, signal_handler_on_another_stack)
{
	static const struct row handlers[] = {
		{"elf-pie", "handler", "read " HANDLED, RAISED},
		{"elf-nopie", "handler", "read " HANDLED, RAISED},
		{"elf-static", "handler", "read " HANDLED, RAISED},
		{"elf-musl", "handler", "sccp read " HANDLED, RAISED},
	};

	for (size_t i = 0; i < ARRAY_SIZE(handlers); i++)
		check(&handlers[i], true);
}

static double us_since(const struct timespec *start)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	return (double)(end.tv_sec - start->tv_sec) * 1e6 +
	       (double)(end.tv_nsec - start->tv_nsec) / 1e3;
}

/* A filter by call site unwinds at every call: it must cost far less than the stop itself. */
Test(elf_unwind, is_cheap_once_the_rules_are_known)
{
	struct look look = look_at("elf-pie", NULL);
	struct unwind_regs regs = look_regs(&look);
	struct unwind_frame frames[64];
	struct timespec start;
	double first, best = 1e9;
	size_t count;

	clock_gettime(CLOCK_MONOTONIC, &start);
	count = unwind_frames(look.tid, &regs, &look.map, frames, 64);
	first = us_since(&start);
	for (int i = 0; i < 200; i++) {
		double us;

		clock_gettime(CLOCK_MONOTONIC, &start);
		unwind_frames(look.tid, &regs, &look.map, frames, 64);
		us = us_since(&start);
		best = us < best ? us : best;
	}
	cr_log_info("%zu frames: first %.0f us, then %.1f us", count, first, best);
	cr_expect(lt(dbl, best, 1000));
	look_end(&look);
}

Test(elf_unwind, never_more_frames_than_asked_for)
{
	struct look look = look_at("elf-pie", NULL);
	struct unwind_regs regs = look_regs(&look);
	struct unwind_frame frames[3];

	cr_expect(eq(sz, unwind_frames(look.tid, &regs, &look.map, frames, 0), 0));
	cr_expect(eq(sz, unwind_frames(look.tid, &regs, &look.map, frames, 3), 3));
	look_end(&look);
}

/* Garbage in the registers: some frames or one, but an end. */
Test(elf_unwind, ends_whatever_the_registers_are)
{
	struct look look = look_at("elf-pie", NULL);
	struct unwind_regs good = look_regs(&look);
	struct unwind_frame frames[64];

	srandom(1);
	for (int round = 0; round < 300; round++) {
		struct unwind_regs regs = good;
		unsigned which = (unsigned)random() % 17;

		regs.value[which] = round % 3 == 0
					    ? (uint64_t)random() << 17 | (uint64_t)random()
					    : good.value[which] + (uint64_t)(random() % 4096);
		if (round % 5 == 0)
			regs.value[7] += (uint64_t)(random() % 2048);
		cr_expect(ge(sz, unwind_frames(look.tid, &regs, &look.map, frames, 64), 1),
			  "round %d", round);
	}
	look_end(&look);
}
