/*
 * functions.c - places in the program: `function:` triggers, `site:` filters,
 * call stacks, and functions that a signal handler must not call.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "elf/unwind.h"
#include "engine/breakpoint.h"
#include "run/image.h"
#include "run/walk.h"
#include "sys/names.h"

#define STACK_MAX 32

static int add_place(struct execution *x, struct tracee *t, struct run_image *image, uint64_t addr,
		     size_t fault, bool is_return)
{
	struct place *place;
	int rc = breakpoint_set(&x->engine, t, addr, NULL, NULL, &x->err);

	if (rc)
		return rc;
	place = mem_append(&image->places, &image->place_count, sizeof(*place));
	if (!place)
		return -ENOMEM;
	*place = (struct place){addr, fault, is_return, is_return ? t->tid : 0};
	return 0;
}

/* Once: when code is mapped later, what was there before is found again. */
static int add_entry(struct execution *x, struct tracee *t, struct run_image *image, uint64_t addr,
		     size_t fault)
{
	for (size_t i = 0; i < image->place_count; i++)
		if (image->places[i].addr == addr && image->places[i].fault == fault &&
		    !image->places[i].is_return)
			return 0;
	return add_place(x, t, image, addr, fault, false);
}

static int arm_function(struct execution *x, struct tracee *t, struct run_image *image,
			size_t fault, const char *name)
{
	cleanup_free struct code_range *ranges = NULL;
	cleanup_free struct image_line *lines = NULL;
	cleanup_free char *file = NULL;
	struct process_map *map = image_map(x, t->process);
	size_t count = 0, len;
	int line, rc;

	if (!map)
		return 0;
	if (site_is_line(name, &len, &line)) {
		file = mem_strndup(name, len);
		if (!file)
			return -ENOMEM;
		rc = process_map_find_line(map, file, line, &lines, &count, &x->err);
	} else {
		rc = process_map_find_function(map, name, &ranges, &count, &x->err);
	}
	if (!lines && !ranges)
		count = 0;
	for (size_t i = 0; !rc && i < count; i++)
		rc = add_entry(x, t, image, lines ? lines[i].address : ranges[i].start, fault);
	if (count)
		x->faults[fault].refused[0] = '\0';
	else if (!rc)
		snprintf(x->faults[fault].refused, sizeof(x->faults[fault].refused),
			 "no function or line '%s' in the program or its libraries", name);
	return rc;
}

int functions_arm(struct execution *x, struct tracee *t)
{
	int rc = 0;

	for (size_t i = 0; !rc && x->with_faults && i < x->scenario->fault_count; i++) {
		const struct trigger_spec *at = &x->scenario->faults[i].at;
		struct run_image *image;

		if (at->kind != TRIGGER_FUNCTION ||
		    (at->process.process != INDEX_NONE && at->process.process != t->process->spec))
			continue;
		image = image_of(t->process);
		rc = image ? arm_function(x, t, image, i, at->function) : -ENOMEM;
	}
	return rc;
}

static int wait_for_return(struct execution *x, struct tracee *t, struct run_image *image,
			   size_t fault)
{
	struct arch_regs *regs;
	uint64_t slot, addr = 0;
	int rc = tracee_get_regs(t, &regs);

	if (rc)
		return rc;
	slot = arch_native->return_slot(regs, &addr);
	if (slot)
		rc = tracee_read(t, slot, &addr, sizeof(addr));
	return rc ? rc : add_place(x, t, image, addr, fault, true);
}

static void drop_return(struct execution *x, struct tracee *t, struct run_image *image, size_t i)
{
	uint64_t addr = image->places[i].addr;

	image->places[i] = image->places[--image->place_count];
	breakpoint_clear(&x->engine, t, addr);
}

static void count_function(struct execution *x, struct tracee *t, size_t i)
{
	const struct moment moment = {.t = t, .p = t->process};
	struct fault *fault = &x->faults[i];

	if (!fault->armed || !moment_matches(x, &fault->spec->at, t))
		return;
	if (!walk_is_wanted(fault->spec))
		moment_count(x, fault, &moment);
	else if (moment_is_due(fault))
		walk_begin(x, fault, t);
}

static void trigger_hit(struct execution *x, struct tracee *t, struct run_image *image,
			uint64_t addr)
{
	size_t count = image->place_count;

	for (size_t i = count; i-- > 0;) {
		struct place place = image->places[i];

		if (place.addr != addr || (place.is_return && place.tid != t->tid))
			continue;
		if (place.is_return) {
			drop_return(x, t, image, i);
			count_function(x, t, place.fault);
		} else if (x->scenario->faults[place.fault].at.phase == PHASE_RETURN) {
			wait_for_return(x, t, image, place.fault);
		} else {
			count_function(x, t, place.fault);
		}
	}
}

static int registers_of(struct tracee *t, struct unwind_regs *ret_regs)
{
	struct arch_regs *regs;
	unsigned count;
	int rc = tracee_get_regs(t, &regs);

	if (rc)
		return rc;
	count = arch_native->dwarf_regs(regs, ret_regs->value);
	ret_regs->known = (UINT64_C(1) << count) - 1;
	return 0;
}

bool site_matches(struct execution *x, struct tracee *t, const char *site)
{
	struct process_map *map = image_map(x, t->process);
	cleanup_free struct code_range *ranges = NULL;
	struct unwind_frame frames[STACK_MAX];
	struct unwind_regs regs;
	size_t range_count, count;

	if (!map || registers_of(t, &regs) ||
	    process_map_find_site(map, site, &ranges, &range_count, NULL))
		return false;
	count = unwind_frames(t->tid, &regs, map, frames, STACK_MAX);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < range_count; k++) {
			uint64_t addr = unwind_frame_address(&frames[i]);

			if (addr >= ranges[k].start && addr < ranges[k].end)
				return true;
		}
	return false;
}

size_t frames_of(struct execution *x, struct tracee *t, struct unwind_frame *frames, size_t max,
		 struct process_map **ret_map)
{
	struct process_map *map = t->process ? image_map(x, t->process) : NULL;
	struct unwind_regs regs;

	if (!map || registers_of(t, &regs))
		return 0;
	*ret_map = map;
	return unwind_frames(t->tid, &regs, map, frames, max);
}

int stack_of(struct execution *x, struct tracee *t, struct stack *ret_stack)
{
	struct process_map *map = t->process ? image_map(x, t->process) : NULL;
	struct unwind_regs regs;
	int rc;

	if (!map)
		return -ESRCH;
	if (t->state == TRACEE_RUNNING)
		return unwind_sleeping(x->engine.options.proc_fd, t->tid, map, STACK_MAX, ret_stack,
				       NULL);
	rc = registers_of(t, &regs);
	return rc ? rc : unwind_stack(t->tid, &regs, map, STACK_MAX, ret_stack, NULL);
}

/*
 * The usual ones of those that signal-safety(7) does not list: they take locks
 * or use static data, so in a handler they deadlock or corrupt.
 */
/* clang-format off */
static const char *const unsafe_names[] = {
	"malloc", "free", "calloc", "realloc", "printf", "fprintf", "vprintf", "vfprintf",
	"puts", "fputs", "putchar", "fputc", "fwrite", "fread", "fgets", "fopen", "fclose",
	"fflush", "snprintf", "vsnprintf", "sprintf", "perror", "syslog", "exit", "localtime",
	"localtime_r", "gmtime", "ctime", "strftime", "mktime", "strtok", "getenv", "setenv",
	"strerror", "getpwnam", "getpwuid", "opendir", "readdir", "popen", "system",
	"pthread_mutex_lock", "pthread_cond_wait", "pthread_cond_signal", "dlopen", "rand",
	"getaddrinfo",
};
/* clang-format on */

static int find_unsafe(struct execution *x, struct process *p, struct run_image *image)
{
	struct process_map *map = image_map(x, p);

	for (size_t i = 0; i < ARRAY_SIZE(unsafe_names); i++) {
		cleanup_free struct code_range *ranges = NULL;
		size_t count;

		if (!map || process_map_find_function(map, unsafe_names[i], &ranges, &count, NULL))
			continue;
		for (size_t k = 0; k < count; k++) {
			uint64_t *slot =
				mem_append(&image->unsafe, &image->unsafe_count, sizeof(*slot));

			if (!slot)
				return -ENOMEM;
			*slot = ranges[k].start;
		}
	}
	return 0;
}

/* Only while a handler runs, so that the rest of the program costs nothing. */
void unsafe_arm(struct execution *x, struct tracee *t)
{
	struct run_image *image;

	if (!x->engine.options.want_handlers || t->handler_depth != 1 || x->unsafe_found)
		return;
	image = image_of(t->process);
	if (!image || (!image->unsafe && find_unsafe(x, t->process, image)) || image->handlers++)
		return;
	for (size_t i = 0; i < image->unsafe_count; i++)
		breakpoint_set(&x->engine, t, image->unsafe[i], NULL, NULL, NULL);
}

void unsafe_disarm(struct execution *x, struct tracee *t)
{
	struct run_image *image = t->process->image;

	if (!image || !image->handlers || t->handler_depth || --image->handlers)
		return;
	for (size_t i = 0; i < image->unsafe_count; i++)
		breakpoint_clear(&x->engine, t, image->unsafe[i]);
}

static bool is_unsafe(const struct run_image *image, uint64_t addr)
{
	for (size_t i = 0; i < image->unsafe_count; i++)
		if (image->unsafe[i] == addr)
			return true;
	return false;
}

static void report_unsafe(struct execution *x, struct tracee *t, struct run_image *image,
			  uint64_t addr)
{
	const struct handler_frame *handler = &t->handlers[t->handler_depth - 1];
	struct finding *finding;
	struct frame frame = {0};
	char name[128];

	x->unsafe_found = true;
	if (image_map(x, t->process))
		process_map_symbolize(&image->map, addr, &frame, NULL);
	if (observed_add(x->seen, FINDING_UNSAFE_IN_HANDLER,
			 subject_label(x, t->process, name, sizeof(name)),
			 "%s() ran inside the handler of %s: it is not async-signal-safe",
			 frame.function ? frame.function : "?", signal_name(handler->signal)))
		execution_fail(x, -ENOMEM);
	frame_release(&frame);
	finding = &x->seen->findings[x->seen->finding_count - 1];
	stack_of(x, t, &finding->stack);
}

void function_hit(struct execution *x, struct tracee *t, struct breakpoint *bp)
{
	struct run_image *image = t->process->image;
	uint64_t addr = bp->addr;

	if (!image)
		return;
	if (t->handler_depth && !x->unsafe_found && image->handlers && is_unsafe(image, addr))
		report_unsafe(x, t, image, addr);
	trigger_hit(x, t, image, addr);
}
