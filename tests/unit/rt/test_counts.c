/* Real programs, compiled by real compilers, and what they did with shared memory. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "lib/needs.h"
#include "lib/tmpdir.h"
#include "programs.h"

TestSuite(rt_counts, .init = programs_begin, .fini = programs_end);

static const char *const compilers[] = {"gcc", "clang"};

/* --- the doorbell: one file, two programs, the word is at 4096 in it ------ */

static struct counts ring(const char *compiler, const char *level)
{
	char zeros[8193], *command, *path;
	char *host = programs_compile("doorbell", compiler, level);
	char *device = programs_compile("doorbell_device", compiler, level);
	struct counts counts;
	int status;

	memset(zeros, ' ', sizeof(zeros) - 1);
	zeros[8192] = '\0';
	path = tmpdir_write(programs_dir, "bell", zeros);
	command = mem_printf("%s %s %s", host, path, device);
	counts = programs_count(command, 0, &status);
	cr_assert(eq(int, status, 0));
	cr_assert(eq(u32, counts.unplaced, 0));
	cr_assert(eq(u64, counts.lost, 0));
	free(command);
	free(path);
	free(host);
	free(device);
	return counts;
}

Test(rt_counts, dead_first_store_is_there_at_O0_and_not_at_O2)
{
	for (size_t i = 0; i < ARRAY_SIZE(compilers); i++) {
		struct counts plain = ring(compilers[i], "-O0");
		struct counts optimized = ring(compilers[i], "-O2");

		cr_expect(eq(u64, programs_sum(&plain, SEGMENT_FILE, 4096, 4, true), 2), "%s",
			  compilers[i]);
		cr_expect(eq(u64, programs_sum(&optimized, SEGMENT_FILE, 4096, 4, true), 1), "%s",
			  compilers[i]);
		counts_release(&plain);
		counts_release(&optimized);
	}
}

Test(rt_counts, two_programs_count_the_same_word_at_different_addresses)
{
	struct counts counts = ring("gcc", "-O1");
	bool host = false, device = false;

	cr_assert(eq(sz, counts.process_count, 2)); /* execl() in the same process */
	for (size_t i = 0; i < counts.count; i++) {
		const struct count *c = &counts.items[i];

		cr_expect(eq(int, c->object->kind, SEGMENT_FILE));
		cr_expect(strstr(c->object->path, "/bell") != NULL);
		cr_expect(eq(ptr, (void *)c->object, (void *)counts.items[0].object));
		if (c->offset != 4096)
			continue;
		host |= c->is_write && strstr(c->module, "/doorbell-");
		device |= !c->is_write && strstr(c->module, "/doorbell_device-");
	}
	cr_expect(host && device);
	counts_release(&counts);
}

Test(rt_counts, place_is_the_line_of_the_access)
{
	char *program = programs_compile("order", "gcc", "-O2"), where[500];
	int status;
	struct counts counts = programs_count(program, 0, &status);

	cr_assert(counts.count > 0);
	for (size_t i = 0; i < counts.count; i++) {
		cr_assert(eq(int,
			     programs_sh(where, sizeof(where), "addr2line -e %s %#llx",
					 counts.items[i].module,
					 (unsigned long long)counts.items[i].place - 1),
			     0));
		cr_expect(strstr(where, "/order.c:") != NULL, "%s", where);
	}
	counts_release(&counts);
	free(program);
}

/* --- objects and the order ------------------------------------------------ */

static const struct count *find(const struct counts *counts, enum segment_object_kind kind,
				uint64_t offset)
{
	for (size_t i = 0; i < counts->count; i++)
		if (counts->items[i].object->kind == kind && counts->items[i].offset == offset)
			return &counts->items[i];
	cr_fatal("nothing at %d %llu", (int)kind, (unsigned long long)offset);
	return NULL;
}

Test(rt_counts, all_kinds_of_shared_memory_and_the_order_of_stores)
{
	for (size_t i = 0; i < ARRAY_SIZE(compilers); i++) {
		char *program = programs_compile("order", compilers[i], "-O2");
		int status;
		struct counts counts = programs_count(program, 0, &status);
		const struct count *payload = find(&counts, SEGMENT_ANONYMOUS, 0);
		const struct count *flag = find(&counts, SEGMENT_ANONYMOUS, 4);
		const struct count *copy = find(&counts, SEGMENT_SYSV, 100);

		cr_expect(eq(int, status, 0));
		cr_expect(lt(u64, flag->first, payload->first));
		cr_expect(lt(u64, payload->first, copy->first));
		cr_expect(eq(int, copy->kind, SEGMENT_RANGE));
		cr_expect(eq(u64, copy->size, 6));
		/* behind mremap() */
		cr_expect(eq(u64, find(&counts, SEGMENT_ANONYMOUS, 8)->size, 1));
		cr_expect(eq(u32, counts.unplaced, 0));
		counts_release(&counts);
		free(program);
	}
}

Test(rt_counts, items_are_sorted_by_object_and_offset)
{
	char *program = programs_compile("normal", "gcc", "-O2");
	int status;
	struct counts counts = programs_count(program, 0, &status);

	cr_expect(eq(int, status, 7));
	cr_expect(eq(sz, counts.process_count, 3)); /* the child of fork(), and behind exec */
	for (size_t i = 1; i < counts.count; i++) {
		const struct count *a = &counts.items[i - 1], *b = &counts.items[i];

		cr_expect(a->object < b->object ||
			  (a->object == b->object && a->offset <= b->offset));
	}
	/* 1000 of the parent, of the child and of its thread */
	cr_expect(eq(u64, programs_sum(&counts, SEGMENT_ANONYMOUS, 0, 4, true), 3000));
	counts_release(&counts);
	free(program);
}

Test(rt_counts, survive_the_kill_of_the_writer)
{
	char *program = programs_compile("killed", "gcc", "-O2");
	int status;
	struct counts counts = programs_count(program, 0, &status);

	cr_expect(eq(int, status, 128 + SIGKILL));
	cr_assert(eq(sz, counts.process_count, 2));
	cr_assert(eq(sz, counts.count, 2));
	cr_expect(eq(u64, counts.items[0].count, 100));
	cr_expect(eq(u64, counts.items[1].count, 100));
	cr_expect(eq(int, counts.items[0].kind, SEGMENT_VOLATILE));
	cr_expect(eq(int, counts.processes[1].parent, counts.processes[0].pid));
	counts_release(&counts);
	free(program);
}

/* --- variables shared with a handler -------------------------------------- */

static void flag_reads(const char *compiler, const char *level, uint64_t *ret_reads)
{
	char *program = programs_compile("flag", compiler, level);
	int status;
	struct counts counts = programs_count(program, SEGMENT_GLOBALS, &status);
	uint64_t handler_writes = 0;

	*ret_reads = 0;
	cr_expect(eq(int, status, 0));
	for (size_t i = 0; i < counts.count; i++) {
		const struct count *c = &counts.items[i];

		cr_expect(eq(int, c->object->kind, SEGMENT_VARIABLES));
		cr_expect(eq(u64, c->offset, counts.items[0].offset)); /* `stop` only */
		if (c->is_in_handler)
			handler_writes += c->is_write ? c->count : 0;
		else
			*ret_reads += c->count;
	}
	cr_expect(eq(u64, handler_writes, 1));
	counts_release(&counts);
	free(program);
}

Test(rt_counts, flag_of_a_handler_is_read_less_often_at_O2)
{
	for (size_t i = 0; i < ARRAY_SIZE(compilers); i++) {
		uint64_t plain, optimized;

		flag_reads(compilers[i], "-O0", &plain);
		flag_reads(compilers[i], "-O2", &optimized);
		cr_expect(eq(u64, plain, 12), "%s", compilers[i]);
		cr_expect(eq(u64, optimized, 2), "%s", compilers[i]);
	}
}

/* --- a program that is not counted ---------------------------------------- */

static void run_alone(const char *compiler, const char *flags, const char *wanted)
{
	char *program = programs_compile("normal", compiler, flags);
	char out[1000];

	cr_expect(eq(int, programs_sh(out, sizeof(out), "%s 2>&1", program), 7), "%s %s", compiler,
		  flags);
	cr_expect(eq(str, out, (char *)wanted), "%s %s", compiler, flags);
	free(program);
}

Test(rt_counts, without_a_segment_a_program_is_as_any_other)
{
	static const char *const flags[] = {"-O0", "-O2", "-O2 -static", "-O2 -no-pie"};
	char wanted[1000];

	cr_assert(eq(int,
		     programs_sh(wanted, sizeof(wanted),
				 "gcc -w -D_GNU_SOURCE -pthread -o %s/plain " TESTS
				 "/specimens/normal.c && %s/plain 2>&1",
				 programs_dir, programs_dir),
		     7));
	cr_assert(strstr(wanted, "arena 0") != NULL);
	for (size_t i = 0; i < ARRAY_SIZE(compilers); i++)
		for (size_t k = 0; k < ARRAY_SIZE(flags); k++)
			run_alone(compilers[i], flags[k], wanted);
	run_alone("gcc", "-O2 -flto", wanted);
	run_alone("gcc", "-O2 -flto -static", wanted);
}

Test(rt_counts, link_time_optimization_is_counted_too)
{
	char *program = programs_compile("killed", "gcc", "-O2 -flto");
	int status;
	struct counts counts = programs_count(program, 0, &status);

	cr_expect(eq(u64, programs_sum(&counts, SEGMENT_ANONYMOUS, 0, 4, true), 200));
	counts_release(&counts);
	free(program);
}

/* The number in the environment may be that of another file by then. */
Test(rt_counts, a_wrong_segment_is_none)
{
	static const char *const numbers[] = {"0", "99", "x", "", "99999999999"};
	char *program = programs_compile("normal", "gcc", "-O2"), out[1000];

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		cr_expect(eq(int,
			     programs_sh(out, sizeof(out), SEGMENT_ENV "=%s %s </dev/null 2>&1",
					 numbers[i], program),
			     7));
		cr_expect(strstr(out, "arena 0") != NULL, "%s", numbers[i]);
	}
	free(program);
}

Test(rt_counts, reader_refuses_what_is_no_segment)
{
	char *path = tmpdir_write(programs_dir, "x", "text");
	FILE *file = fopen(path, "r");
	struct err err = ERR_INIT;
	struct counts counts;

	cr_expect(eq(int, counts_read(fileno(file), &counts, &err), -EPROTO));
	cr_expect(strstr(err.text, "not a control segment") != NULL);
	fclose(file);
	free(path);
}
