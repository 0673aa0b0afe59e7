/*
 * look.h - what the tests of elf/ ask of a live process, in one line each.
 */
#ifndef TESTS_ELF_LOOK_H
#define TESTS_ELF_LOOK_H

#include "elf/process_map.h"
#include "elf/unwind.h"
#include "lib/child.h"
#include "model/result.h"

struct look {
	struct child child;
	pid_t tid;
	int proc_fd;
	struct image_set *set;
	struct process_map map;
};

/* Start the subject and wait until the thread that is to be looked at sleeps in read(2). */
struct look look_at(const char *subject, const char *arg);
void look_end(struct look *look);

/* Its registers, by a ptrace stop that is over when this returns. */
struct unwind_regs look_regs(struct look *look);

/* The functions of a stack, "read sleep_here inner …"; static storage. */
const char *stack_functions(const struct stack *stack);

/* The number of the line of tests/subjects/@file that contains @text. */
int line_with(const char *file, const char *text);

#endif
