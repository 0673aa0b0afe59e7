/* What a process that does not get any further has read, and what is there. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "instrument/counts.h"

#define PID 77

static struct segment *segment;
static uint32_t word, other; /* of "the process" */
static int fd;

static void add_row(const uint32_t *at, uint32_t value, uint8_t flags, uint16_t process)
{
	struct segment_row *row = &segment->rows[++segment->rows_used];

	row->key = (struct segment_key){
		.object = 1, .size = sizeof(*at), .flags = flags, .process = process};
	row->count = 1;
	row->address = (uintptr_t)at;
	row->value = value;
}

static void set_up(void)
{
	struct err err = ERR_INIT;

	cr_assert(eq(int, counts_segment_new(0, &fd, &err), 0), "%s", err.text);
	segment = mmap(NULL, sizeof(*segment), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	cr_assert(ne(ptr, segment, MAP_FAILED));
	segment->processes[1].pid = PID - 1;
	segment->processes[2].pid = PID;
	segment->processes_used = 2;
}

static void tear_down(void)
{
	munmap(segment, sizeof(*segment));
	close(fd);
}

TestSuite(rt_stuck, .init = set_up, .fini = tear_down);

static ssize_t read_own(void *arg, uint64_t address, void *ret, size_t size)
{
	(void)arg;
	memcpy(ret, (const void *)(uintptr_t)address, size); /* NOLINT: it was one */
	return (ssize_t)size;
}

static void note(pid_t pid)
{
	struct err err = ERR_INIT;

	cr_assert(eq(int, counts_note_stuck(fd, pid, read_own, NULL, &err), 0), "%s", err.text);
}

Test(rt_stuck, a_word_that_has_changed_since_it_was_read)
{
	word = 5;
	other = 3;
	add_row(&word, 4, 0, 2);
	add_row(&other, 3, 0, 2);
	note(PID);
	cr_expect(eq(u32, segment->rows[1].is_stale, 1));
	cr_expect(eq(u64, segment->rows[1].now, 5));
	cr_expect(eq(u32, segment->rows[2].is_stale, 0), "it is still the same");
}

Test(rt_stuck, stores_and_other_processes_are_left_alone)
{
	word = 5;
	add_row(&word, 4, SEGMENT_WRITE, 2);
	add_row(&word, 4, 0, 1);
	note(PID);
	note(PID + 1);
	cr_expect(eq(u32, segment->rows[1].is_stale, 0));
	cr_expect(eq(u32, segment->rows[2].is_stale, 0));
}

static ssize_t read_nothing(void *arg, uint64_t address, void *ret, size_t size)
{
	(void)arg;
	(void)address;
	(void)ret;
	(void)size;
	return -1;
}

Test(rt_stuck, a_process_that_is_gone_has_read_nothing)
{
	struct err err = ERR_INIT;

	add_row(&word, 4, 0, 2);
	cr_expect(eq(int, counts_note_stuck(fd, PID, read_nothing, NULL, &err), 0));
	cr_expect(eq(u32, segment->rows[1].is_stale, 0));
}

Test(rt_stuck, no_segment_is_told)
{
	struct err err = ERR_INIT;

	cr_expect(ne(int, counts_note_stuck(0, PID, read_nothing, NULL, &err), 0));
}
