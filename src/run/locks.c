#include "run/locks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sem.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "engine/breakpoint.h"
#include "run/image.h"
#include "run/walk.h"
#include "sys/procfs.h"
#include "sys/syscalls.h"

/* How a function tells that the lock is held. */
enum answer {
	ANSWER_ERROR, /* 0, or EOWNERDEAD */
	ANSWER_ERRNO, /* 0, else -1 */
	ANSWER_WAIT,  /* of a condition: the mutex is held again also after the time limit */
};

/* clang-format off */
static const struct lock_function {
	const char *name;
	unsigned arg; /* the lock's address */
	enum answer answer;
} functions[] = {
	{"pthread_mutex_lock",         0, ANSWER_ERROR},
	{"pthread_mutex_trylock",      0, ANSWER_ERROR},
	{"pthread_mutex_timedlock",    0, ANSWER_ERROR},
	{"pthread_mutex_clocklock",    0, ANSWER_ERROR},
	{"pthread_cond_wait",          1, ANSWER_WAIT},
	{"pthread_cond_timedwait",     1, ANSWER_WAIT},
	{"pthread_cond_clockwait",     1, ANSWER_WAIT},
	{"pthread_rwlock_rdlock",      0, ANSWER_ERROR},
	{"pthread_rwlock_tryrdlock",   0, ANSWER_ERROR},
	{"pthread_rwlock_timedrdlock", 0, ANSWER_ERROR},
	{"pthread_rwlock_clockrdlock", 0, ANSWER_ERROR},
	{"pthread_rwlock_wrlock",      0, ANSWER_ERROR},
	{"pthread_rwlock_trywrlock",   0, ANSWER_ERROR},
	{"pthread_rwlock_timedwrlock", 0, ANSWER_ERROR},
	{"pthread_rwlock_clockwrlock", 0, ANSWER_ERROR},
	{"pthread_spin_lock",          0, ANSWER_ERROR},
	{"pthread_spin_trylock",       0, ANSWER_ERROR},
	{"sem_wait",                   0, ANSWER_ERRNO},
	{"sem_trywait",                0, ANSWER_ERRNO},
	{"sem_timedwait",              0, ANSWER_ERRNO},
	{"sem_clockwait",              0, ANSWER_ERRNO},
};
/* clang-format on */

const char *const lock_calls[] = {"semop", "semtimedop", "flock", "fcntl", NULL};

/* A lock is held, and its moment comes so many instructions later. */
struct lock_steps {
	pid_t tid, tgid;
	size_t fault;
	uint64_t left;
};

static bool is_lock_fault(const struct execution *x, size_t i)
{
	return x->with_faults && x->scenario->faults[i].at.kind == TRIGGER_LOCK;
}

static bool is_any_live(const struct execution *x)
{
	for (size_t i = 0; i < x->scenario->fault_count; i++)
		if (is_lock_fault(x, i) && fault_is_live(&x->faults[i]))
			return true;
	return false;
}

static bool is_wanted_in(const struct execution *x, size_t i, const struct process *p)
{
	const struct selector *of = &x->scenario->faults[i].at.process;

	return is_lock_fault(x, i) && fault_is_live(&x->faults[i]) &&
	       (of->process == INDEX_NONE || of->process == p->spec);
}

/* --- arming ---------------------------------------------------------------- */

static bool has_entry(const struct run_image *image, uint64_t addr)
{
	for (size_t i = 0; i < image->lock_count; i++)
		if (image->locks[i].addr == addr)
			return true;
	return false;
}

static int add_function(struct execution *x, struct tracee *t, const struct process_map *map,
			size_t function)
{
	struct run_image *image = image_of(t->process);
	cleanup_free struct code_range *ranges = NULL;
	size_t count;
	int rc = process_map_find_own(map, functions[function].name, &ranges, &count, &x->err);

	for (size_t i = 0; !rc && i < count; i++) {
		struct lock_entry *entry;

		if (has_entry(image, ranges[i].start))
			continue; /* an alias, or there since before the last dlopen(3) */
		rc = breakpoint_set(&x->engine, t, ranges[i].start, NULL, NULL, &x->err);
		if (rc)
			break;
		entry = mem_append(&image->locks, &image->lock_count, sizeof(*entry));
		if (!entry)
			return -ENOMEM;
		*entry = (struct lock_entry){ranges[i].start, function};
	}
	return rc;
}

/* Shown only when the fault does not fire: a call may still take a lock of the kernel. */
static void explain(struct execution *x, struct process *p, const char *why)
{
	char name[128];

	for (size_t i = 0; i < x->scenario->fault_count; i++)
		if (is_wanted_in(x, i, p) && !x->faults[i].refused[0])
			snprintf(x->faults[i].refused, sizeof(x->faults[i].refused), "%s: %s",
				 subject_label(x, p, name, sizeof(name)), why);
}

int locks_arm(struct execution *x, struct tracee *t)
{
	struct process *p = t->process;
	struct run_image *image;
	struct process_map *map;
	bool wanted = false;
	int rc = 0;

	for (size_t i = 0; i < x->scenario->fault_count; i++)
		wanted |= is_wanted_in(x, i, p);
	if (!wanted)
		return 0;
	if (p->under_valgrind) {
		explain(x, p, "locks in memory are not seen under valgrind, which interprets");
		return 0;
	}
	image = image_of(p);
	map = image_map(x, p);
	if (!image)
		return -ENOMEM;
	for (size_t i = 0; map && !rc && i < ARRAY_SIZE(functions); i++)
		rc = add_function(x, t, map, i);
	if (!rc && !image->lock_count)
		explain(x, p,
			"no function that takes a lock is known there (a stripped static "
			"program?)");
	return rc;
}

/* --- moments ---------------------------------------------------------------- */

static void start_steps(struct execution *x, struct fault *fault, struct tracee *t)
{
	struct lock_steps *steps = mem_append(&x->steps, &x->step_count, sizeof(*steps));

	if (!steps) {
		execution_fail(x, -ENOMEM);
		return;
	}
	*steps = (struct lock_steps){t->tid, t->process->tgid, fault->index, fault->spec->at.steps};
	tracee_step(t, true);
}

void locks_taken(struct execution *x, struct fault *fault, const struct moment *at)
{
	if (!moment_is_due(fault))
		return;
	if (walk_is_wanted(fault->spec))
		walk_begin(x, fault, at->t);
	else if (fault->spec->at.steps)
		start_steps(x, fault, at->t);
	else
		moment_fire(x, fault, at);
}

static void drop_steps(struct execution *x, size_t i)
{
	x->steps[i] = x->steps[--x->step_count];
}

void locks_stepped(struct execution *x, struct tracee *t)
{
	const struct moment moment = {.t = t, .p = t->process};
	bool more = false;

	for (size_t i = x->step_count; i-- > 0;) {
		struct lock_steps *steps = &x->steps[i];
		size_t fault = steps->fault;

		if (steps->tid != t->tid)
			continue;
		more |= --steps->left > 0;
		if (steps->left)
			continue;
		drop_steps(x, i);
		moment_fire(x, &x->faults[fault], &moment);
	}
	if (!more)
		tracee_step(t, false);
}

void locks_ended(struct execution *x, const struct process *p)
{
	for (size_t i = x->step_count; i-- > 0;) {
		struct fault *fault = &x->faults[x->steps[i].fault];

		if (x->steps[i].tgid != p->tgid)
			continue;
		snprintf(fault->refused, sizeof(fault->refused),
			 "the process ended %llu instructions before",
			 (unsigned long long)x->steps[i].left);
		drop_steps(x, i);
	}
}

void locks_release(struct execution *x)
{
	free(x->steps);
	x->steps = NULL;
	x->step_count = 0;
}

/* --- locks in memory ---------------------------------------------------------- */

struct around {
	uint64_t address;
	bool shared;
};

static int is_around(void *ctx, const struct procfs_map *map)
{
	struct around *around = ctx;

	if (around->address < map->start || around->address >= map->end)
		return 0;
	around->shared = map->shared;
	return 1;
}

static bool is_shared(struct execution *x, const struct tracee *t, uint64_t address)
{
	struct around around = {.address = address};

	procfs_each_map(x->engine.options.proc_fd, t->process->tgid, is_around, &around);
	return around.shared;
}

static bool is_held(enum answer answer, int result)
{
	return result == 0 || (answer != ANSWER_ERRNO && result == EOWNERDEAD) ||
	       (answer == ANSWER_WAIT && result == ETIMEDOUT);
}

static void drop_call(struct run_image *image, size_t i)
{
	image->lock_calls[i] = image->lock_calls[--image->lock_call_count];
}

/*
 * One function may go on as another one (musl's pthread_mutex_lock as
 * pthread_mutex_timedlock), or be a wrapper around one of the same name: the
 * outermost counts.  Those that a longjmp has left are below the stack.
 */
static bool is_inside(struct run_image *image, const struct lock_call *entered)
{
	bool inside = false;

	for (size_t i = image->lock_call_count; i-- > 0;) {
		const struct lock_call *call = &image->lock_calls[i];

		if (call->tid != entered->tid)
			continue;
		if (call->sp < entered->sp ||
		    (call->sp == entered->sp && call->back != entered->back))
			drop_call(image, i);
		else
			inside |= call->lock == entered->lock;
	}
	return inside;
}

static int stop_at_return(struct execution *x, struct tracee *t, struct run_image *image,
			  uint64_t addr)
{
	uint64_t *slot;
	int rc;

	for (size_t i = 0; i < image->lock_return_count; i++)
		if (image->lock_returns[i] == addr)
			return 0;
	rc = breakpoint_set(&x->engine, t, addr, NULL, NULL, &x->err);
	if (rc)
		return rc;
	slot = mem_append(&image->lock_returns, &image->lock_return_count, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	*slot = addr;
	return 0;
}

static int enter(struct execution *x, struct tracee *t, struct run_image *image, size_t function)
{
	struct lock_call call = {.tid = t->tid, .function = function};
	struct arch_regs *regs;
	struct lock_call *made;
	uint64_t slot;
	int rc = tracee_get_regs(t, &regs);

	if (rc)
		return rc;
	call.lock = arch_native->function_arg(regs, functions[function].arg);
	slot = arch_native->return_slot(regs, &call.back);
	call.sp = arch_native->sp(regs) + (slot ? sizeof(slot) : 0);
	if (slot)
		rc = tracee_read(t, slot, &call.back, sizeof(call.back));
	if (rc || is_inside(image, &call))
		return rc;
	rc = stop_at_return(x, t, image, call.back);
	if (rc)
		return rc;
	made = mem_append(&image->lock_calls, &image->lock_call_count, sizeof(*made));
	if (!made)
		return -ENOMEM;
	*made = call;
	return 0;
}

static void count_lock(struct execution *x, struct tracee *t)
{
	const struct moment moment = {.t = t, .p = t->process};

	for (size_t i = 0; i < x->scenario->fault_count; i++)
		if (is_lock_fault(x, i) && fault_is_live(&x->faults[i]) &&
		    moment_matches(x, &x->scenario->faults[i].at, t))
			locks_taken(x, &x->faults[i], &moment);
}

static void leave(struct execution *x, struct tracee *t, struct run_image *image, uint64_t addr)
{
	struct arch_regs *regs;
	struct lock_call call;
	size_t i = 0;

	if (tracee_get_regs(t, &regs))
		return;
	while (i < image->lock_call_count &&
	       (image->lock_calls[i].tid != t->tid || image->lock_calls[i].back != addr ||
		image->lock_calls[i].sp != arch_native->sp(regs)))
		i++;
	if (i == image->lock_call_count)
		return;
	call = image->lock_calls[i];
	drop_call(image, i);
	if (is_held(functions[call.function].answer, (int)arch_native->result(regs)) &&
	    is_shared(x, t, call.lock))
		count_lock(x, t);
}

/* All have fired: the program is to run at full speed. */
static void take_out(struct execution *x, struct tracee *t, struct run_image *image, uint64_t addr)
{
	for (size_t i = image->lock_count; i-- > 0;)
		if (image->locks[i].addr == addr) {
			image->locks[i] = image->locks[--image->lock_count];
			breakpoint_clear(&x->engine, t, addr);
		}
	for (size_t i = image->lock_return_count; i-- > 0;)
		if (image->lock_returns[i] == addr) {
			image->lock_returns[i] = image->lock_returns[--image->lock_return_count];
			breakpoint_clear(&x->engine, t, addr);
		}
}

void locks_hit(struct execution *x, struct tracee *t, uint64_t addr)
{
	struct run_image *image = t->process->image;
	size_t i = 0;
	int rc;

	if (!image || !image->lock_count)
		return;
	if (!is_any_live(x)) {
		take_out(x, t, image, addr);
		return;
	}
	leave(x, t, image, addr);
	while (i < image->lock_count && image->locks[i].addr != addr)
		i++;
	if (i == image->lock_count)
		return;
	rc = enter(x, t, image, image->locks[i].function);
	if (rc && rc != -ESRCH && rc != -EFAULT)
		execution_fail(x, rc);
}

/* --- locks of the kernel -------------------------------------------------------- */

#define SEMOPS_MAX 64

static bool takes_semaphore(struct tracee *t)
{
	struct sembuf ops[SEMOPS_MAX];
	uint64_t count = t->call.args[2];

	if (count > SEMOPS_MAX)
		count = SEMOPS_MAX;
	if (tracee_read(t, t->call.args[1], ops, count * sizeof(*ops)))
		return false;
	for (uint64_t i = 0; i < count; i++)
		if (ops[i].sem_op < 0)
			return true;
	return false;
}

static bool takes_file_lock(struct tracee *t)
{
	struct flock lock;

	switch ((int)t->call.args[1]) {
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return tracee_read(t, t->call.args[2], &lock, sizeof(lock)) == 0 &&
		       lock.l_type != F_UNLCK;
	default:
		return false;
	}
}

bool locks_is_taking(struct tracee *t)
{
	const struct syscall_row *row = syscall_get(t->call.id);
	const char *name = row ? row->name : "";

	if (strcmp(name, "semop") == 0 || strcmp(name, "semtimedop") == 0)
		return takes_semaphore(t);
	if (strcmp(name, "flock") == 0)
		return !((int)t->call.args[1] & LOCK_UN);
	return strcmp(name, "fcntl") == 0 && takes_file_lock(t);
}
