#include "elf/process_map.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/util.h"
#include "look.h"

static size_t functions(const struct look *look, const char *name, struct code_range *ret_first)
{
	struct code_range *ranges;
	struct err err = ERR_INIT;
	size_t count;
	int r = process_map_find_function(&look->map, name, &ranges, &count, &err);

	cr_assert(eq(int, r, 0), "%s: %s", name, err.text);
	if (count)
		*ret_first = ranges[0];
	free(ranges);
	return count;
}

/* Every kind of program that people run: the function is found, and lies in the program. */
Test(elf_process_map, finds_functions_of_the_program)
{
	static const char *const subjects[] = {
		"elf-pie", "elf-nopie", "elf-stripped", "elf-static", "elf-musl", "elf-notables",
	};

	for (size_t i = 0; i < ARRAY_SIZE(subjects); i++) {
		struct look look = look_at(subjects[i], NULL);
		struct code_range range = {0, 0};
		const struct module *module;

		cr_expect(eq(sz, functions(&look, "sleep_here", &range), 1), "%s", subjects[i]);
		module = process_map_module(&look.map, range.start);
		cr_expect(module && module->is_program, "%s", subjects[i]);
		cr_expect(gt(u64, range.end, range.start), "%s", subjects[i]);
		cr_expect(module && range.end <= module->end, "%s", subjects[i]);
		cr_expect(module == process_map_module(&look.map, look.map.entry), "%s: entry",
			  subjects[i]);
		cr_expect(eq(sz, functions(&look, "no_such_function", &range), 0), "%s",
			  subjects[i]);
		look_end(&look);
	}
}

Test(elf_process_map, finds_go_functions)
{
	struct look look = look_at("elf-go", NULL);
	struct code_range range;

	cr_expect(eq(sz, functions(&look, "main.inner", &range), 1));
	look_end(&look);
}

/* libc here is stripped: its .dynsym has the versions apart, and aliases count once. */
Test(elf_process_map, finds_functions_of_libraries)
{
	struct look look = look_at("elf-pie", NULL);
	struct code_range read_range, other;

	cr_expect(eq(sz, functions(&look, "read", &read_range), 1));
	cr_expect(eq(sz, functions(&look, "libc.so.6:read", &other), 1));
	cr_expect(eq(u64, other.start, read_range.start));
	cr_expect(eq(sz, functions(&look, "__read", &other), 1));
	cr_expect(eq(u64, other.start, read_range.start));
	cr_expect(eq(sz, functions(&look, "read@GLIBC_2.2.5", &other), 1));
	cr_expect(eq(sz, functions(&look, "elf-pie:read", &other), 0));
	look_end(&look);
}

Test(elf_process_map, knows_the_loader)
{
	struct look shared = look_at("elf-pie", NULL), fixed = look_at("elf-static", NULL);
	size_t loaders = 0;

	cr_expect(ne(u64, shared.map.loader, 0));
	cr_expect(process_map_in_loader(&shared.map, shared.map.loader));
	cr_expect(not(process_map_in_loader(&shared.map, shared.map.entry)));
	for (size_t i = 0; i < shared.map.module_count; i++)
		loaders += shared.map.modules[i].is_loader;
	cr_expect(eq(sz, loaders, 1));
	cr_expect(eq(u64, fixed.map.loader, 0));
	cr_expect(not(process_map_in_loader(&fixed.map, fixed.map.entry)));
	look_end(&shared);
	look_end(&fixed);
}

Test(elf_process_map, symbolizes_with_source_line)
{
	struct look look = look_at("elf-pie", NULL);
	struct stack stack;
	struct unwind_regs regs = look_regs(&look);
	const struct frame *frame;

	cr_assert(eq(int, unwind_stack(look.tid, &regs, &look.map, 64, &stack, NULL), 0));
	cr_assert(gt(sz, stack.count, 2));
	frame = &stack.frames[1];
	cr_expect(eq(str, frame->function, "sleep_here"));
	cr_assert(ne(ptr, frame->file, NULL));
	cr_expect(ne(ptr, strstr(frame->file, "tests/subjects/elf-sleeper.h"), NULL), "%s",
		  frame->file);
	cr_expect(eq(int, frame->line, line_with("elf-sleeper.h", "LINE: the sleep")));
	cr_expect(ne(ptr, strstr(frame->module, "/subjects/elf-pie"), NULL), "%s", frame->module);
	cr_expect(ne(u64, frame->offset, 0));
	stack_release(&stack);
	look_end(&look);
}

Test(elf_process_map, address_in_no_module_is_only_an_address)
{
	struct look look = look_at("elf-pie", NULL);
	struct frame frame;

	cr_expect(eq(int, process_map_symbolize(&look.map, 16, &frame, NULL), 0));
	cr_expect(eq(ptr, frame.function, NULL));
	cr_expect(eq(ptr, frame.module, NULL));
	cr_expect(eq(u64, frame.offset, 16));
	look_end(&look);
}

struct line_row {
	const char *file, *text;
	int add; /* to the line with that text */
	size_t places;
	int slide; /* how many lines further the code is */
};

Test(elf_process_map, finds_lines)
{
	static const struct line_row rows[] = {
		/* its own copy in first(), two in second() */
		{"elf-lines.c", "LINE: inlined", 0, 3, 0},
		{"subjects/elf-lines.c", "LINE: inlined", 0, 3, 0},
		{"elf-lines.c", "LINE: comment", 0, 1, 1},
		{"other/elf-lines.c", "LINE: inlined", 0, 0, 0},
		{"lines.c", "LINE: inlined", 0, 0, 0},
		{"elf-lines.c", "LINE: inlined", 10000, 0, 0},
	};
	struct look look = look_at("elf-lines", NULL);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int line = line_with("elf-lines.c", rows[i].text) + rows[i].add;
		struct image_line *lines;
		struct frame frame;
		size_t count;

		cr_assert(eq(int,
			     process_map_find_line(&look.map, rows[i].file, line, &lines, &count,
						   NULL),
			     0));
		cr_expect(eq(sz, count, rows[i].places), "%s:%d (%s)", rows[i].file, line,
			  rows[i].text);
		for (size_t k = 0; k < count; k++) {
			cr_expect(eq(int, lines[k].line, line + rows[i].slide), "%s", rows[i].text);
			process_map_symbolize(&look.map, lines[k].address, &frame, NULL);
			cr_expect(eq(int, frame.line, line + rows[i].slide), "%s", rows[i].text);
			frame_release(&frame);
		}
		free(lines);
	}
	look_end(&look);
}

static bool passes(const struct look *look, const char *site, const struct unwind_frame *frames,
		   size_t frame_count)
{
	struct code_range *ranges;
	size_t count;
	bool hit = false;

	cr_assert(eq(int, process_map_find_site(&look->map, site, &ranges, &count, NULL), 0));
	for (size_t i = 0; i < frame_count; i++) {
		uint64_t address = unwind_frame_address(&frames[i]);

		for (size_t k = 0; k < count; k++)
			hit |= address >= ranges[k].start && address < ranges[k].end;
	}
	free(ranges);
	return hit;
}

Test(elf_process_map, sites_match_call_stacks)
{
	struct look look = look_at("elf-nopie", NULL);
	struct unwind_regs regs = look_regs(&look);
	struct unwind_frame frames[64];
	size_t count = unwind_frames(look.tid, &regs, &look.map, frames, 64);
	char line[64];

	cr_expect(passes(&look, "middle", frames, count));
	cr_expect(passes(&look, "read", frames, count));
	cr_expect(not(passes(&look, "handler", frames, count)));
	cr_expect(not(passes(&look, "write", frames, count)));
	snprintf(line, sizeof(line), "elf-sleeper.h:%d",
		 line_with("elf-sleeper.h", "LINE: the sleep"));
	cr_expect(passes(&look, line, frames, count), "%s", line);
	snprintf(line, sizeof(line), "elf-sleeper.h:%d",
		 line_with("elf-sleeper.h", "raise(SIGUSR1)"));
	cr_expect(not(passes(&look, line, frames, count)), "%s", line);
	look_end(&look);
}

Test(elf_process_map, tells_lines_from_functions)
{
	static const struct {
		const char *text;
		bool is_line;
		size_t len;
		int line;
	} rows[] = {
		{"a.c:42", true, 3, 42}, {"src/a.c:1", true, 7, 1},
		{"main", false, 0, 0},	 {"libc.so.6:read", false, 0, 0},
		{"a.c:0", false, 0, 0},	 {"a.c:", false, 0, 0},
		{":3", false, 0, 0},	 {"a.c:4x", false, 0, 0},
		{"ns::f", false, 0, 0},	 {"a.c:99999999999", false, 0, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t len = 0;
		int line = 0;

		cr_expect(eq(int, site_is_line(rows[i].text, &len, &line), rows[i].is_line), "%s",
			  rows[i].text);
		cr_expect(eq(sz, len, rows[i].len), "%s", rows[i].text);
		cr_expect(eq(int, line, rows[i].line), "%s", rows[i].text);
	}
}

/* Copy a subject to a place where it can be deleted. */
static void copy_subject(const char *subject, const char *to)
{
	char command[1024];

	snprintf(command, sizeof(command), "cp %s/%s %s", SUBJECTS, subject, to);
	cr_assert(eq(int, system(command), 0), "%s", command);
}

/* Among the subjects: those are never run under valgrind. */
static const char *temporary(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s-%d", SUBJECTS, name, getpid());
	return path;
}

static void expect_readable_stack(struct look *look, const char *what)
{
	struct unwind_regs regs;
	struct process_map map;
	struct stack stack;
	struct image_set *set = image_set_new();
	struct err err = ERR_INIT;

	cr_assert(eq(int, process_map_read(set, look->proc_fd, look->child.pid, &map, &err), 0),
		  "%s: %s", what, err.text);
	regs = look_regs(look);
	cr_assert(eq(int, unwind_stack(look->tid, &regs, &map, 64, &stack, NULL), 0), "%s", what);
	cr_log_info("%s: %s", what, stack_functions(&stack));
	if (getuid() == 0)
		cr_expect(ne(ptr, strstr(stack_functions(&stack), "inner middle outer"), NULL),
			  "%s: %s", what, stack_functions(&stack));
	stack_release(&stack);
	process_map_release(&map);
	image_set_free(set);
}

Test(elf_process_map, program_that_was_deleted)
{
	const char *path = temporary("deleted");
	struct look look;

	copy_subject("elf-pie", path);
	look = look_at(path, NULL);
	unlink(path);
	expect_readable_stack(&look, "deleted");
	look_end(&look);
}

Test(elf_process_map, program_that_was_replaced)
{
	const char *path = temporary("replaced");
	struct look look;

	copy_subject("elf-pie", path);
	look = look_at(path, NULL);
	unlink(path);
	copy_subject("elf-static", path);
	expect_readable_stack(&look, "replaced by another program");
	unlink(path);
	cr_assert(eq(int, mkfifo(path, 0600), 0));
	expect_readable_stack(&look, "replaced by a FIFO");
	unlink(path);
	look_end(&look);
}

/* The file shrinks under the process and under us: no SIGBUS here. */
Test(elf_process_map, program_that_is_truncated_after_it_was_read)
{
	const char *path = temporary("truncated");
	struct unwind_frame frames[64];
	struct unwind_regs regs;
	struct look look;
	struct frame frame;

	copy_subject("elf-pie", path);
	look = look_at(path, NULL);
	regs = look_regs(&look);
	/* the text of a running program cannot be written, but its copy elsewhere can be cut */
	cr_expect(eq(int, truncate(path, 100), -1));
	cr_expect(eq(int, errno, ETXTBSY));
	kill(look.child.pid, SIGKILL);
	waitpid(look.child.pid, NULL, 0);
	cr_assert(eq(int, truncate(path, 100), 0));
	unwind_frames(look.tid, &regs, &look.map, frames, 64);
	for (size_t i = 0; i < look.map.module_count; i++) {
		cr_expect(eq(int,
			     process_map_symbolize(&look.map, look.map.modules[i].start + 64,
						   &frame, NULL),
			     0));
		frame_release(&frame);
	}
	unlink(path);
	look_end(&look);
}

Test(elf_process_map, process_that_has_ended)
{
	struct look look = look_at("elf-pie", NULL);
	struct process_map map = PROCESS_MAP_INIT;
	struct err err = ERR_INIT;
	siginfo_t info;

	kill(look.child.pid, SIGKILL);
	waitid(P_PID, (id_t)look.child.pid, &info, WEXITED | WNOWAIT);
	cr_expect(eq(int, process_map_read(look.set, look.proc_fd, look.child.pid, &map, &err),
		     -ESRCH),
		  "a zombie: %s", err.text);
	cr_expect(eq(ptr, map.modules, NULL));
	waitpid(look.child.pid, NULL, 0);
	cr_expect(eq(int, process_map_read(look.set, look.proc_fd, look.child.pid, &map, &err),
		     -ESRCH),
		  "gone: %s", err.text);
	look_end(&look);
}

static double us_of_site(const struct look *look, const char *site)
{
	struct timespec start, end;
	struct code_range *ranges;
	size_t count;

	clock_gettime(CLOCK_MONOTONIC, &start);
	cr_assert(eq(int, process_map_find_site(&look->map, site, &ranges, &count, NULL), 0));
	clock_gettime(CLOCK_MONOTONIC, &end);
	free(ranges);
	return (double)(end.tv_sec - start.tv_sec) * 1e6 +
	       (double)(end.tv_nsec - start.tv_nsec) / 1e3;
}

/* A filter asks at every call: what is not there must be known as quickly as what is. */
Test(elf_process_map, sites_are_looked_up_once)
{
	static const char *const sites[] = {"inner", "no_such_function", "elf-sleeper.h:30",
					    "none.c:1"};
	struct look look = look_at("elf-pie", NULL);

	for (size_t i = 0; i < ARRAY_SIZE(sites); i++) {
		double first = us_of_site(&look, sites[i]), again = us_of_site(&look, sites[i]);

		cr_log_info("%s: first %.1f us, again %.1f us", sites[i], first, again);
		cr_expect(lt(dbl, again, 20000), "%s", sites[i]);
	}
	look_end(&look);
}

/* The second run of a program must not read its files again. */
Test(elf_process_map, files_are_read_once)
{
	struct look one = look_at("elf-pie", NULL), two = look_at("elf-pie", NULL);
	struct process_map map;
	struct timespec start, end;

	clock_gettime(CLOCK_MONOTONIC, &start);
	cr_assert(eq(int, process_map_read(one.set, two.proc_fd, two.child.pid, &map, NULL), 0));
	clock_gettime(CLOCK_MONOTONIC, &end);
	cr_log_info("process_map_read of known files: %.0f us",
		    (double)(end.tv_nsec - start.tv_nsec) / 1e3);
	cr_assert(eq(sz, map.module_count, one.map.module_count));
	for (size_t i = 0; i < map.module_count; i++) {
		bool found = false;

		for (size_t k = 0; k < one.map.module_count; k++)
			found |= map.modules[i].image == one.map.modules[k].image;
		cr_expect(found, "%s was read again", map.modules[i].path);
	}
	process_map_release(&map);
	look_end(&one);
	look_end(&two);
}
