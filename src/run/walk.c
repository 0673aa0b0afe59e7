#include "run/walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "run/image.h"
#include "sys/procfs.h"

#define POINTS_MAX  200000
#define MEMORY_MAX  (UINT64_C(1) << 20) /* of shared memory that is looked at */
#define CHUNK	    4096
#define RANGES_MAX  32
#define RELEASE_MAX 16
#define FNV_BASE    UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME   UINT64_C(0x100000001b3)

/* Entering one of these, a thread is about to give back the lock that it holds. */
static const char *const releasing[] = {
	"pthread_mutex_unlock",
	"pthread_rwlock_unlock",
	"pthread_spin_unlock",
	"sem_post",
	"semop",
	"semtimedop",
	"flock",
	"fcntl",
};

struct range {
	uint64_t start, end;
};

struct walk_thread {
	pid_t tid, tgid;
	size_t fault;
	bool holds;	   /* it walks as long as it holds the lock */
	uint64_t sp, back; /* of the function that it leaves in the end; holds: 0 = not in it yet */
	uint64_t no, calls;
	bool at_call;
	uint64_t robust;
	struct range ranges[RANGES_MAX];
	size_t range_count;
	uint64_t release[RELEASE_MAX];
	size_t release_count;
};

bool walk_is_wanted(const struct fault_spec *fault)
{
	return (fault->action.kind == ACTION_KILL || fault->action.kind == ACTION_SIGNAL) &&
	       fault->action.when == WHEN_EVERY_INSTRUCTION;
}

static struct walk_thread *find(struct walk *walk, pid_t tid)
{
	for (size_t i = 0; i < walk->thread_count; i++)
		if (walk->threads[i].tid == tid)
			return &walk->threads[i];
	return NULL;
}

static void drop(struct walk *walk, struct walk_thread *w)
{
	*w = walk->threads[--walk->thread_count];
}

/* --- what a state is ------------------------------------------------------- */

static uint64_t mix(uint64_t digest, const void *data, size_t size)
{
	const unsigned char *bytes = data;
	uint64_t word;

	for (; size >= sizeof(word); bytes += sizeof(word), size -= sizeof(word)) {
		memcpy(&word, bytes, sizeof(word));
		digest = (digest ^ word) * FNV_PRIME;
		digest ^= digest >> 32;
	}
	for (; size; size--)
		digest = (digest ^ *bytes++) * FNV_PRIME;
	return digest;
}

static int add_range(void *ctx, const struct procfs_map *map)
{
	struct walk_thread *w = ctx;

	if (map->shared && map->readable && map->writable && w->range_count < RANGES_MAX)
		w->ranges[w->range_count++] = (struct range){map->start, map->end};
	return 0;
}

/* What the kernel does to robust locks at a death begins at this list. */
static uint64_t robust_head(pid_t tid)
{
	void *head = NULL;
	size_t size;

	return syscall(SYS_get_robust_list, tid, &head, &size) ? 0 : (uintptr_t)head;
}

static uint64_t mix_memory(uint64_t digest, struct tracee *t, const struct walk_thread *w)
{
	unsigned char chunk[CHUNK];
	uint64_t total = 0, robust[3] = {0};

	for (size_t i = 0; i < w->range_count; i++)
		for (uint64_t at = w->ranges[i].start; at < w->ranges[i].end; at += CHUNK) {
			total += CHUNK;
			if (total <= MEMORY_MAX && !tracee_read(t, at, chunk, sizeof(chunk)))
				digest = mix(digest, chunk, sizeof(chunk));
		}
	if (w->robust && !tracee_read(t, w->robust, robust, sizeof(robust)))
		digest = mix(digest, robust, sizeof(robust));
	return digest;
}

static bool is_small(const struct walk_thread *w)
{
	uint64_t total = 0;

	for (size_t i = 0; i < w->range_count; i++)
		total += w->ranges[i].end - w->ranges[i].start;
	return total <= MEMORY_MAX && w->range_count < RANGES_MAX;
}

static uint64_t state_of(const struct walk *walk, struct tracee *t, const struct walk_thread *w,
			 const struct arch_regs *regs)
{
	uint64_t digest = mix(FNV_BASE, &w->calls, sizeof(w->calls));

	/* What is not looked at may be another one each time. */
	if (!is_small(w))
		digest = mix(digest, &walk->at, sizeof(walk->at));
	if (walk->is_exact)
		digest = mix(digest, regs, sizeof(*regs));
	digest = mix(digest, &w->no, sizeof(w->no));
	return mix_memory(digest, t, w);
}

/* --- the points -------------------------------------------------------------- */

static uint64_t place_of(struct execution *x, struct tracee *t, uint64_t address)
{
	struct process_map *map = image_map(x, t->process);
	const struct module *module = map ? process_map_module(map, address) : NULL;

	return module ? address - module->bias : address;
}

static void note_point(struct execution *x, struct tracee *t, const struct walk_thread *w,
		       const struct arch_regs *regs)
{
	struct walk *walk = x->walk;
	struct walk_point *point;

	if (walk->count == POINTS_MAX) {
		walk->is_cut = true;
		return;
	}
	point = mem_append(&walk->points, &walk->count, sizeof(*point));
	if (!point) {
		execution_fail(x, -ENOMEM);
		return;
	}
	point->place = place_of(x, t, arch_native->ip(regs));
	point->state = state_of(walk, t, w, regs);
}

static void strike(struct execution *x, struct tracee *t, const struct walk_thread *w,
		   uint64_t address)
{
	const struct moment moment = {.t = t, .p = t->process};
	struct process_map *map = image_map(x, t->process);
	struct walk *walk = x->walk;
	struct fault *fault = &x->faults[w->fault];

	walk->has_struck = true;
	walk->place = place_of(x, t, address);
	if (map && process_map_symbolize(map, address, &walk->frame, NULL))
		execution_fail(x, -ENOMEM);
	for (size_t i = walk->thread_count; i-- > 0;) {
		struct tracee *other = engine_find(&x->engine, walk->threads[i].tid);

		if (other)
			tracee_step(other, false);
	}
	walk->thread_count = 0;
	moment_fire(x, fault, &moment);
}

/* In front of an instruction. */
static void come_to(struct execution *x, struct tracee *t, struct walk_thread *w,
		    const struct arch_regs *regs)
{
	unsigned char code[BREAKPOINT_MAX];
	uint64_t ip = arch_native->ip(regs);

	w->at_call = !tracee_read(t, ip, code, arch_native->syscall_length) &&
		     memcmp(code, arch_native->syscall_insn, arch_native->syscall_length) == 0;
	x->walk->at++;
	if (x->walk->strike && x->walk->at == x->walk->strike)
		strike(x, t, w, ip);
	else if (!x->walk->strike)
		note_point(x, t, w, regs);
}

/* --- from where to where ------------------------------------------------------- */

static int note_return(struct tracee *t, struct walk_thread *w, const struct arch_regs *regs)
{
	uint64_t slot = arch_native->return_slot(regs, &w->back);

	w->sp = arch_native->sp(regs);
	return slot ? tracee_read(t, slot, &w->back, sizeof(w->back)) : 0;
}

static int find_releasing(struct execution *x, struct tracee *t, struct walk_thread *w)
{
	struct process_map *map = image_map(x, t->process);
	int rc = 0;

	for (size_t i = 0; map && !rc && i < ARRAY_SIZE(releasing); i++) {
		cleanup_free struct code_range *ranges = NULL;
		size_t count = 0;

		rc = process_map_find_own(map, releasing[i], &ranges, &count, &x->err);
		for (size_t k = 0; !rc && k < count && w->release_count < RELEASE_MAX; k++)
			w->release[w->release_count++] = ranges[k].start;
	}
	return rc;
}

static int begin(struct execution *x, struct tracee *t, struct walk_thread *w,
		 const struct arch_regs *regs)
{
	int rc = w->holds ? find_releasing(x, t, w) : note_return(t, w, regs);

	if (rc)
		return rc;
	procfs_each_map(x->engine.options.proc_fd, t->process->tgid, add_range, w);
	w->robust = robust_head(t->tid);
	return 0;
}

void walk_begin(struct execution *x, struct fault *fault, struct tracee *t)
{
	struct walk_thread *w;
	struct arch_regs *regs;
	int rc;

	if (!x->walk || x->walk->has_struck || tracee_get_regs(t, &regs))
		return;
	if (find(x->walk, t->tid))
		return; /* inside the function that it is in */
	w = mem_append(&x->walk->threads, &x->walk->thread_count, sizeof(*w));
	if (!w) {
		execution_fail(x, -ENOMEM);
		return;
	}
	*w = (struct walk_thread){.tid = t->tid,
				  .tgid = t->process->tgid,
				  .fault = fault->index,
				  .no = ++x->walk->begun,
				  .holds = fault->spec->at.kind == TRIGGER_LOCK};
	rc = begin(x, t, w, regs);
	if (rc) {
		drop(x->walk, w);
		if (rc != -ESRCH && rc != -EFAULT)
			execution_fail(x, rc);
		return;
	}
	tracee_step(t, true);
	come_to(x, t, w, regs);
}

static bool has_returned(const struct walk_thread *w, const struct arch_regs *regs)
{
	uint64_t sp = arch_native->sp(regs);

	return w->back && (sp > w->sp || (sp == w->sp && arch_native->ip(regs) == w->back));
}

static void look_for_release(struct tracee *t, struct walk_thread *w, const struct arch_regs *regs)
{
	for (size_t i = 0; i < w->release_count; i++) {
		if (w->release[i] == arch_native->ip(regs))
			note_return(t, w, regs);
	}
}

void walk_stepped(struct execution *x, struct tracee *t)
{
	struct walk_thread *w = x->walk ? find(x->walk, t->tid) : NULL;
	struct arch_regs *regs;

	if (!w || tracee_get_regs(t, &regs))
		return;
	w->calls += w->at_call;
	if (has_returned(w, regs)) {
		drop(x->walk, w);
		tracee_step(t, x->step_count > 0);
		return;
	}
	if (w->holds && !w->back)
		look_for_release(t, w, regs);
	tracee_step(t, true);
	come_to(x, t, w, regs);
}

void walk_ended(struct execution *x, const struct process *p)
{
	for (size_t i = x->walk ? x->walk->thread_count : 0; i-- > 0;)
		if (x->walk->threads[i].tgid == p->tgid)
			drop(x->walk, &x->walk->threads[i]);
}

void walk_release(struct walk *walk)
{
	free(walk->points);
	free(walk->threads);
	frame_release(&walk->frame);
	*walk = (struct walk){.points = NULL};
}
