#include "run/access.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <utlist.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "engine/maps.h"
#include "engine/remote.h"
#include "sys/syscalls.h"

#define PARTS_MAX 64 /* of an iovec that are looked at */

struct range {
	uint64_t lo, hi;
	int prot; /* as the program has it */
	int channel;
};

/* A process with memory that is watched. */
struct watched {
	const struct process *process;
	struct range *ranges;
	size_t count;
	bool lifted; /* the program has its pages for the moment */
	struct watched *prev, *next;
};

static bool is_wanted(const struct execution *x, const struct process *p)
{
	for (size_t i = 0; x->with_faults && i < x->scenario->fault_count; i++) {
		const struct trigger_spec *at = &x->scenario->faults[i].at;

		if (at->kind == TRIGGER_ACCESS && fault_is_live(&x->faults[i]) &&
		    (at->process.process == INDEX_NONE || at->process.process == p->spec))
			return true;
	}
	return false;
}

static struct watched *watched_of(struct execution *x, const struct process *p)
{
	struct watched *w;

	DL_SEARCH_SCALAR(x->watched, w, process, p);
	return w;
}

static void drop(struct execution *x, struct watched *w)
{
	DL_DELETE(x->watched, w);
	free(w->ranges);
	free(w);
}

void access_forget(struct execution *x, const struct process *p)
{
	struct watched *w = watched_of(x, p);

	if (w)
		drop(x, w);
}

void access_release(struct execution *x)
{
	struct watched *w, *tmp;

	DL_FOREACH_SAFE(x->watched, w, tmp)
		drop(x, w);
}

static struct watched *add_watched(struct execution *x, const struct process *p)
{
	struct watched *w = mem_zalloc(sizeof(*w));

	if (!w)
		return NULL;
	w->process = p;
	DL_APPEND(x->watched, w);
	return w;
}

int access_inherit(struct execution *x, struct process *child)
{
	const struct watched *from = child->parent ? watched_of(x, child->parent) : NULL;
	struct watched *w;

	if (!from)
		return 0;
	w = add_watched(x, child);
	if (!w)
		return -ENOMEM;
	w->ranges = mem_zalloc(from->count * sizeof(*w->ranges));
	if (!w->ranges)
		return -ENOMEM;
	memcpy(w->ranges, from->ranges, from->count * sizeof(*w->ranges));
	w->count = from->count;
	w->lifted = from->lifted;
	return 0;
}

/* Give the pages back, or take them away. */
static void set_pages(struct execution *x, struct tracee *t, struct watched *w, bool give)
{
	struct remote remote;
	int rc = w->count ? remote_begin(&x->engine, t, &remote) : 0, end = 0;

	for (size_t i = 0; !rc && i < w->count; i++) {
		const struct range *range = &w->ranges[i];
		uint64_t args[6] = {range->lo, range->hi - range->lo,
				    give ? (uint64_t)range->prot : PROT_NONE};
		int64_t result;

		rc = remote_call(&x->engine, &remote, SYS_mprotect, args, &result);
		if (!rc && result < 0)
			rc = (int)result;
	}
	if (w->count && rc != -ESRCH)
		end = remote_end(&x->engine, &remote);
	w->lifted = give;
	rc = rc ? rc : end;
	if (rc && rc != -ESRCH)
		execution_fail(x, err_errno(&x->err, rc, "access: pages of a channel"));
}

static int add_range(struct watched *w, struct range range)
{
	struct range *slot = mem_append(&w->ranges, &w->count, sizeof(*slot));

	if (!slot)
		return -ENOMEM;
	*slot = range;
	return 0;
}

static int prot_of(const struct mapping *m)
{
	return (m->readable ? PROT_READ : 0) | (m->writable ? PROT_WRITE : 0) |
	       (m->executable ? PROT_EXEC : 0);
}

/* What is shown without any right is ours, and has those that it had before. */
static int add_mapping(struct watched *w, const struct watched *before, const struct mapping *m,
		       int channel)
{
	int rc = 0;

	if (prot_of(m))
		return add_range(w, (struct range){m->start, m->end, prot_of(m), channel});
	for (size_t i = 0; !rc && i < before->count; i++) {
		struct range range = before->ranges[i];

		range.lo = range.lo > m->start ? range.lo : m->start;
		range.hi = range.hi < m->end ? range.hi : m->end;
		if (range.lo < range.hi && range.channel == channel)
			rc = add_range(w, range);
	}
	return rc;
}

static int find_ranges(struct execution *x, struct watched *w, const struct watched *before)
{
	int rc = 0;

	for (int i = 0; !rc && i < (int)x->scenario->channel_count; i++) {
		const struct fd_object object = x->channels[i].object;
		cleanup_free struct mapping *mappings = NULL;
		size_t count = 0;

		if (object.kind != FD_KIND_FILE)
			continue;
		rc = map_find(&x->engine, w->process, &object, &mappings, &count);
		for (size_t k = 0; !rc && k < count; k++)
			if (mappings[k].shared)
				rc = add_mapping(w, before, &mappings[k], i);
	}
	return rc;
}

/* After a call that maps or unmaps; while it ran the program had its pages, or it was another
 * one's. */
static void look_again(struct execution *x, struct tracee *t)
{
	struct watched *w = watched_of(x, t->process), before = {0};
	int rc;

	if (!w)
		w = add_watched(x, t->process);
	if (!w) {
		execution_fail(x, -ENOMEM);
		return;
	}
	before.ranges = w->ranges;
	before.count = w->lifted ? 0 : w->count;
	w->ranges = NULL;
	w->count = 0;
	rc = find_ranges(x, w, &before);
	free(before.ranges);
	if (rc && rc != -ESRCH)
		execution_fail(x, rc);
	else if (!w->count)
		drop(x, w);
	else
		set_pages(x, t, w, false);
}

static bool is_within(const struct watched *w, uint64_t addr, uint64_t size)
{
	for (size_t i = 0; i < w->count; i++)
		if (addr < w->ranges[i].hi &&
		    (addr >= w->ranges[i].lo || w->ranges[i].lo - addr < size))
			return true;
	return false;
}

static bool has_parts_within(const struct watched *w, struct tracee *t, uint64_t addr,
			     uint64_t count)
{
	struct iovec iov[PARTS_MAX];

	if (count > PARTS_MAX || tracee_read(t, addr, iov, count * sizeof(*iov)))
		return true;
	for (uint64_t i = 0; i < count; i++)
		if (is_within(w, (uint64_t)(uintptr_t)iov[i].iov_base, iov[i].iov_len))
			return true;
	return false;
}

static bool has_message_within(const struct watched *w, struct tracee *t)
{
	struct msghdr msg;

	if (tracee_read(t, t->call.args[1], &msg, sizeof(msg)))
		return true;
	return is_within(w, (uint64_t)(uintptr_t)msg.msg_name, msg.msg_namelen) ||
	       is_within(w, (uint64_t)(uintptr_t)msg.msg_control, msg.msg_controllen) ||
	       has_parts_within(w, t, (uint64_t)(uintptr_t)msg.msg_iov, msg.msg_iovlen);
}

/* An exiting thread's robust locks are in memory, and so may be what a structure points to. */
static bool hides_addresses(const struct syscall_row *row)
{
	static const char *const names[] = {"exit",	 "exit_group",	     "futex_waitv",
					    "io_submit", "process_vm_readv", "process_vm_writev"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(row->name, names[i]) == 0)
			return true;
	return row->transfer == TRANSFER_MMSGHDR;
}

static bool touches(const struct watched *w, struct tracee *t)
{
	const struct syscall_row *row = syscall_get(t->call.id);

	if (t->call.nr == SYS_rt_sigreturn)
		return false;
	if (!row || hides_addresses(row))
		return true;
	for (size_t i = 0; i < SYSCALL_ARGS; i++)
		if (is_within(w, t->call.args[i], 1))
			return true;
	switch (row->transfer) {
	case TRANSFER_BUFFER:
		return is_within(w, t->call.args[1], t->call.args[2]);
	case TRANSFER_IOVEC:
		return has_parts_within(w, t, t->call.args[1], t->call.args[2]);
	case TRANSFER_MSGHDR:
		return has_message_within(w, t);
	default:
		return false;
	}
}

static bool changes_memory(long nr)
{
	switch (nr) {
	case SYS_mmap:
	case SYS_munmap:
	case SYS_mremap:
	case SYS_mprotect:
	case SYS_pkey_mprotect:
		return true;
	default:
		return false;
	}
}

void access_call_entry(struct execution *x, struct tracee *t)
{
	struct watched *w = watched_of(x, t->process);

	if ((w || is_wanted(x, t->process)) && changes_memory(t->call.nr))
		tracee_watch_exit(t);
	if (!w || t->call_skipped || t->resume_expected)
		return;
	/* The call is made again then, and comes here once more. */
	if (w->lifted != touches(w, t))
		set_pages(x, t, w, !w->lifted);
	else if (w->lifted)
		tracee_watch_exit(t);
}

void access_call_exit(struct execution *x, struct tracee *t, int64_t result)
{
	struct watched *w = watched_of(x, t->process);

	if (!t->at_exit)
		return;
	if (changes_memory(t->call.nr) && result >= 0 && is_wanted(x, t->process))
		look_again(x, t);
	else if (w && w->lifted)
		set_pages(x, t, w, false);
}

static const struct range *range_of(const struct watched *w, uint64_t addr)
{
	for (size_t i = 0; i < w->count; i++)
		if (addr >= w->ranges[i].lo && addr < w->ranges[i].hi)
			return &w->ranges[i];
	return NULL;
}

static void count_access(struct execution *x, struct tracee *t, int channel)
{
	const struct moment moment = {.t = t, .p = t->process};
	bool alone = t->process->threads_live == 1;

	for (size_t i = 0; i < x->scenario->fault_count; i++) {
		struct fault *fault = &x->faults[i];
		const struct trigger_spec *at = &fault->spec->at;

		if (at->kind != TRIGGER_ACCESS || at->channel != channel || !fault_is_live(fault))
			continue;
		if (alone && moment_matches(x, at, t)) {
			moment_count(x, fault, &moment);
		} else if (!alone) {
			fault->armed = false;
			snprintf(fault->refused, sizeof(fault->refused),
				 "a process with %u threads: not each access can be seen",
				 t->process->threads_live);
		}
	}
}

bool access_fault(struct execution *x, struct tracee *t, uint64_t addr)
{
	struct watched *w = watched_of(x, t->process);
	const struct range *range = w && !w->lifted ? range_of(w, addr) : NULL;
	int channel;

	if (!range)
		return false;
	channel = range->channel;
	/* Before it is counted: one who dies here has his pages, where robust locks may be. */
	set_pages(x, t, w, true);
	count_access(x, t, channel);
	if (is_wanted(x, t->process))
		t->step_first = true;
	else
		drop(x, w);
	return true;
}

void access_done(struct execution *x, struct tracee *t)
{
	struct watched *w = watched_of(x, t->process);

	if (w && w->lifted)
		set_pages(x, t, w, false);
}
