#include "run/record.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uthash.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "elf/unwind.h"
#include "run/image.h"
#include "sys/kernel_model.h"
#include "sys/syscalls.h"

#define FRAMES_MAX     12 /* of a stack that tell one site from another */
#define WORD_CALLS_MAX 16 /* calls that one function of C can make */
#define ERRORS_MAX     64 /* bits of call_place.errors */

/* How often a thread has made a call on a descriptor. */
struct counter {
	struct counter_key {
		pid_t tgid;
		int thread, call, fd;
	} key;
	uint64_t count;
	UT_hash_handle hh;
};

/* Where in a process a site was: addresses, so that they need not be symbolised again. */
struct known {
	struct known_key {
		pid_t tgid;
		int thread, call, kind;
		uint64_t entry; /* of the program: another one after exec */
		uint64_t frames[FRAMES_MAX];
	} key;
	size_t site;
	UT_hash_handle hh;
};

struct recorder {
	struct record *record;
	struct counter *counters;
	struct known *known;
};

struct recorder *recorder_new(struct record *record)
{
	struct recorder *recorder = mem_zalloc(sizeof(*recorder));

	if (recorder)
		recorder->record = record;
	return recorder;
}

void recorder_free(struct recorder *recorder)
{
	struct counter *counter, *next_counter;
	struct known *known, *next_known;

	if (!recorder)
		return;
	counter = recorder->counters;
	HASH_CLEAR(hh, recorder->counters); /* the items stay, in a row */
	for (; counter; counter = next_counter) {
		next_counter = counter->hh.next;
		free(counter);
	}
	known = recorder->known;
	HASH_CLEAR(hh, recorder->known);
	for (; known; known = next_known) {
		next_known = known->hh.next;
		free(known);
	}
	free(recorder);
}

/* The end is no place for a fault, and what only sets signals up cannot fail. */
bool recorder_wants(int call)
{
	static const char *const others[] = {"exit", "exit_group", "rt_sigaction",
					     "rt_sigprocmask"};
	const struct syscall_row *row = syscall_get(call);

	if (!row || !(row->families & FAMILY_ANY_IPC))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (strcmp(row->name, others[i]) == 0)
			return false;
	return true;
}

static uint64_t count_of(struct recorder *recorder, struct counter_key key)
{
	struct counter *counter;

	HASH_FIND(hh, recorder->counters, &key, sizeof(key), counter);
	return counter ? counter->count : 0;
}

static int count_one(struct recorder *recorder, struct counter_key key)
{
	struct counter *counter;

	HASH_FIND(hh, recorder->counters, &key, sizeof(key), counter);
	if (!counter) {
		counter = mem_zalloc(sizeof(*counter));
		if (!counter)
			return -ENOMEM;
		counter->key = key;
		HASH_ADD(hh, recorder->counters, key, sizeof(key), counter);
	}
	counter->count++;
	return 0;
}

/* The name of a call may mean others too: a trigger counts them all. */
static int next_ordinal(struct recorder *recorder, struct counter_key key, uint64_t *ret_nth)
{
	int ids[WORD_CALLS_MAX];
	size_t count = syscall_ids_from_word(syscall_get(key.call)->name, ids, WORD_CALLS_MAX);
	int rc = count_one(recorder, key);

	*ret_nth = 0;
	for (size_t i = 0; !rc && i < count && i < WORD_CALLS_MAX; i++) {
		key.call = ids[i];
		*ret_nth += count_of(recorder, key);
	}
	return rc;
}

static void set_selector(const struct execution *x, const struct process *p, struct call_site *site)
{
	site->process = p->spec;
	site->part = -1;
	if (x->specs[p->spec]->copies > 1)
		return;
	if (!p->parent) {
		site->part = SELECT_MAIN;
	} else if (!p->parent->parent) {
		site->part = SELECT_CHILD;
		site->child = (int)p->child_no;
	}
}

static bool is_same_site(const struct call_site *a, const struct call_site *b)
{
	if (a->process != b->process || a->part != b->part || a->child != b->child ||
	    a->thread != b->thread || a->kind != b->kind || strcmp(a->call, b->call) != 0 ||
	    strcmp(a->label, b->label) != 0 || a->stack.count != b->stack.count)
		return false;
	for (size_t i = 0; i < a->stack.count; i++) {
		const struct frame *x = &a->stack.frames[i], *y = &b->stack.frames[i];

		if (x->offset != y->offset || !x->module != !y->module ||
		    (x->module && strcmp(x->module, y->module) != 0))
			return false;
	}
	return true;
}

/* Takes the contents of @site. */
static int place_site(struct record *record, struct call_site *site, size_t *ret_index)
{
	struct call_site *slot;

	for (size_t i = 0; i < record->site_count; i++)
		if (is_same_site(&record->sites[i], site)) {
			struct record one = {.sites = mem_zalloc(sizeof(*site)), .site_count = 1};

			if (!one.sites)
				return -ENOMEM;
			*one.sites = *site;
			record_release(&one);
			*ret_index = i;
			return 0;
		}
	slot = mem_append(&record->sites, &record->site_count, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	*slot = *site;
	*ret_index = record->site_count - 1;
	return 0;
}

static int make_site(struct execution *x, struct tracee *t, const struct unwind_regs *regs,
		     enum fd_kind kind, size_t *ret_index)
{
	struct process_map *map = image_map(x, t->process);
	struct call_site site = {.thread = (int)t->thread_no, .kind = kind};
	char label[128];
	int rc = 0;

	set_selector(x, t->process, &site);
	site.label = mem_strdup(subject_label(x, t->process, label, sizeof(label)));
	site.call = mem_strdup(syscall_get(t->call.id)->name);
	if (map && regs->known)
		rc = unwind_stack(t->tid, regs, map, FRAMES_MAX, &site.stack, NULL);
	if (!site.label || !site.call)
		rc = -ENOMEM;
	rc = rc ? rc : place_site(x->recorder->record, &site, ret_index);
	if (rc) {
		free(site.label);
		free(site.call);
		stack_release(&site.stack);
	}
	return rc;
}

static struct known_key key_of(struct execution *x, struct tracee *t,
			       const struct unwind_regs *regs, enum fd_kind kind)
{
	struct process_map *map = image_map(x, t->process);
	struct unwind_frame frames[FRAMES_MAX];
	struct known_key key;
	size_t count =
		map && regs->known ? unwind_frames(t->tid, regs, map, frames, FRAMES_MAX) : 0;

	memset(&key, 0, sizeof(key)); /* it is hashed whole */
	key.tgid = t->process->tgid;
	key.thread = (int)t->thread_no;
	key.call = t->call.id;
	key.kind = (int)kind;
	key.entry = t->process->entry;
	for (size_t i = 0; i < count; i++)
		key.frames[i] = unwind_frame_address(&frames[i]);
	return key;
}

static int find_site(struct execution *x, struct tracee *t, enum fd_kind kind, size_t *ret_index)
{
	struct recorder *recorder = x->recorder;
	struct unwind_regs regs = {.known = 0};
	struct arch_regs *values;
	struct known_key key;
	struct known *known;
	int rc;

	if (tracee_get_regs(t, &values) == 0)
		regs.known = (UINT64_C(1) << arch_native->dwarf_regs(values, regs.value)) - 1;
	key = key_of(x, t, &regs, kind);
	HASH_FIND(hh, recorder->known, &key, sizeof(key), known);
	if (known) {
		*ret_index = known->site;
		return 0;
	}
	rc = make_site(x, t, &regs, kind, ret_index);
	known = rc ? NULL : mem_zalloc(sizeof(*known));
	if (!known)
		return rc ? rc : -ENOMEM;
	known->key = key;
	known->site = *ret_index;
	HASH_ADD(hh, recorder->known, key, sizeof(key), known);
	return 0;
}

/* Data of a file are there at once; its locks may not be. */
static bool never_waits(const struct syscall_row *row, enum fd_kind kind)
{
	return !(row->families & FAMILY_LOCKS) &&
	       (kind == FD_KIND_FILE || kind == FD_KIND_DIRECTORY || kind == FD_KIND_DEVICE);
}

static bool has_two_ends(enum fd_kind kind)
{
	return kind == FD_KIND_PIPE || kind == FD_KIND_FIFO || kind == FD_KIND_UNIX_STREAM ||
	       kind == FD_KIND_TCP;
}

static bool is_standard(int fd)
{
	return fd >= STDIN_FILENO && fd <= STDERR_FILENO;
}

/* What Linux could do there.  That somebody else could set O_NONBLOCK is a fault of its own. */
static void set_possibilities(const struct kernel_moment *at, uint64_t caught,
			      struct call_place *place)
{
	const struct syscall_row *row = syscall_get(at->syscall_id);
	struct kernel_error errors[ERRORS_MAX];
	size_t count = kernel_errors_of(at->syscall_id, errors, ERRORS_MAX);
	struct kernel_moment m = *at;
	const char *reason;

	m.shared_description = m.ready = false;
	for (size_t i = 0; i < count && i < ERRORS_MAX; i++) {
		m.action = errors[i].after ? ACTION_ERRNO_AFTER : ACTION_ERRNO;
		m.err = errors[i].err;
		if (kernel_allows_here(&m, &reason))
			place->errors |= UINT64_C(1) << i;
	}
	m.action = ACTION_SHORT;
	m.err = 0;
	place->can_be_short = row->may_be_short && kernel_allows_here(&m, &reason);
	/* Standard streams are shared with who started it: stdin(3), "tail -f log | program". */
	place->can_be_nonblocking = (at->shared_description || is_standard(place->fd)) &&
				    !at->nonblocking && row->transfer != TRANSFER_NONE &&
				    has_two_ends(at->fd_kind);
	place->waits = (row->restart != RESTART_NEVER_BLOCKS ||
			row->restart_timed != RESTART_NEVER_BLOCKS) &&
		       !at->nonblocking && !never_waits(row, at->fd_kind);
	place->is_limited = at->time_limited;
	place->signals = caught;
	place->length = at->length;
}

static uint64_t limit_ms_of(const struct syscall_row *row, const uint64_t *args)
{
	int limit = row->timeout == TIMEOUT_INT_MS ? (int)args[row->timeout_arg] : -1;

	return limit > 0 ? (uint64_t)limit : 0;
}

static int note_call(struct execution *x, struct tracee *t)
{
	const struct syscall_row *row = syscall_get(t->call.id);
	struct counter_key key;
	struct call_place place = {.fd = -1}, *slot;
	struct call_site *site;
	struct kernel_moment m;
	uint64_t caught;
	size_t index;
	int rc;

	memset(&key, 0, sizeof(key)); /* it is hashed whole */
	if (row->fd_arg >= 0)
		place.fd = (int)t->call.args[row->fd_arg];
	key.tgid = t->process->tgid;
	key.thread = (int)t->thread_no;
	key.call = t->call.id;
	key.fd = place.fd;
	rc = next_ordinal(x->recorder, key, &place.nth);
	if (rc || !syscall_is_member(t->call.id, FAMILY_ANY_IPC, t->call.args))
		return rc;
	rc = fault_moment_of(&x->env, t, &m, &caught);
	if (rc) /* killed meanwhile */
		return 0;
	set_possibilities(&m, caught, &place);
	place.limit_ms = limit_ms_of(row, t->call.args);
	place.is_stdout = place.fd >= 0 && fnmatch(STDOUT_CAPTURE, x->env.object.path, 0) == 0;
	place.is_stderr = place.fd >= 0 && fnmatch(STDERR_CAPTURE, x->env.object.path, 0) == 0;
	rc = find_site(x, t, m.fd_kind, &index);
	if (rc)
		return rc;
	site = &x->recorder->record->sites[index];
	slot = mem_append(&site->places, &site->place_count, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	*slot = place;
	return 0;
}

int recorder_note(struct execution *x, struct tracee *t)
{
	if (!x->recorder || t->call.resumed || !recorder_wants(t->call.id))
		return 0;
	return note_call(x, t);
}
