#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"
#include "oracle/blocked_private.h"

/* A thread's id stands that near to its list of robust mutexes, glibc's struct pthread. */
#define TID_NEAR_ROBUST_LIST 64

static bool is_private(const struct wait *wait)
{
	return wait->t->args[1] & FUTEX_PRIVATE_FLAG;
}

/* pthread_join(3): the word is another thread's id, which the kernel clears at its end. */
static bool is_thread_id_of(const struct wait *wait, const struct blocked_thread *other)
{
	uint64_t address = wait->t->args[0];
	void *head;
	size_t len;

	if (syscall(SYS_get_robust_list, other->tid, &head, &len) != 0)
		return false;
	return (uint64_t)head - address + TID_NEAR_ROBUST_LIST <= 2 * TID_NEAR_ROBUST_LIST;
}

static int join_thread(struct wait *wait, bool *ret_done)
{
	const struct scanner *scanner = wait->scanner;
	uint32_t word = 0;

	wait_read_memory(wait, wait->t->args[0], &word, sizeof(word));
	for (size_t i = 0; i < scanner->scan.count; i++) {
		const struct blocked_thread *other = &scanner->scan.threads[i];

		if (other->process != wait->t->process || i == wait->thread ||
		    scanner->status[i].ns_tid != (pid_t)word || wait->t->args[2] != word ||
		    !is_thread_id_of(wait, other))
			continue;
		*ret_done = true;
		wait_say(wait, "joining thread %d", other->tid);
		wait_need(wait, "it to end", "that is", "it is gone");
		return wait_add_thread(wait, i);
	}
	return 0;
}

static bool is_gone(const struct wait *wait, pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "%d", pid);
	return faccessat(wait->scanner->in->proc_fd, path, F_OK, 0) != 0;
}

/*
 * Only its owner may release a lock, and this one never will.  A lock of the
 * process alone is left out: there programs do unlock what a thread that has
 * ended had locked.
 */
static bool is_owner_dead(const struct wait *wait, pid_t owner)
{
	const struct scanner *scanner = wait->scanner;

	/* In a name space of its own everybody belongs to the run. */
	return owner > 0 && !is_private(wait) &&
	       (scanner->status[wait->thread].ns_tid != wait->t->tid || is_gone(wait, owner));
}

static void lock_of_dead(struct wait *wait, const struct futex_lock *lock)
{
	const struct blocked_input *in = wait->scanner->in;
	const char *name = in->ended_owner ? in->ended_owner(in->context, lock->owner) : NULL;

	wait_say(wait, ", owned by ");
	if (name)
		wait_say(wait, "%s", name);
	else
		wait_say(wait, "thread %d", lock->owner);
	wait_need(wait, "a lock held by a dead process", NULL, "nobody else can release it");
}

static int lock_of_owner(struct wait *wait, const struct futex_lock *lock, bool *ret_done)
{
	const struct scanner *scanner = wait->scanner;

	for (size_t i = 0; lock->owner > 0 && i < scanner->scan.count; i++) {
		if (scanner->status[i].ns_tid != lock->owner ||
		    (is_private(wait) && scanner->scan.threads[i].process != wait->t->process))
			continue;
		*ret_done = true;
		wait_say(wait, "%s at %#" PRIx64, lock->kind, lock->address);
		wait_need(wait, "its owner", "owned by", "it waits for itself");
		return wait_add_thread(wait, i);
	}
	*ret_done = is_owner_dead(wait, lock->owner);
	if (*ret_done) {
		wait_say(wait, "%s at %#" PRIx64, lock->kind, lock->address);
		lock_of_dead(wait, lock);
	}
	return 0;
}

/* A mapping of a futex's page, or of another process that shows the same memory. */
struct map_search {
	uint64_t address; /* != 0: the mapping around it */
	bool found, shared;
	unsigned major, minor;
	uint64_t inode;
	char path[96]; /* "" = it has no name any more */
};

static int around_address(void *context, const struct procfs_map *map)
{
	struct map_search *search = context;

	if (search->address < map->start || search->address >= map->end)
		return 0;
	search->found = true;
	search->shared = map->shared;
	search->major = map->device_major;
	search->minor = map->device_minor;
	search->inode = map->inode;
	if (map->path[0] == '/' && !strstr(map->path, " (deleted)"))
		snprintf(search->path, sizeof(search->path), "%s", map->path);
	return 1;
}

static int of_same_object(void *context, const struct procfs_map *map)
{
	struct map_search *search = context;

	search->found = map->shared && map->inode == search->inode &&
			map->device_major == search->major && map->device_minor == search->minor;
	return search->found;
}

bool process_maps(int proc_fd, pid_t pid, const struct blocked_memory *memory)
{
	struct map_search search = {
		.major = memory->major, .minor = memory->minor, .inode = memory->inode};

	return procfs_each_map(proc_fd, pid, of_same_object, &search) >= 0 && search.found;
}

static int add_mappers(struct wait *wait, const struct blocked_memory *memory)
{
	const struct scanner *scanner = wait->scanner;
	int r = 0;

	for (size_t i = 0; r == 0 && i < scanner->in->process_count; i++)
		if (process_maps(scanner->in->proc_fd, scanner->processes[i].in->pid, memory))
			r = wait_add_process(wait, i);
	return r;
}

/* Everybody who can reach the word: the process, and those that share its memory. */
static int wait_for_mappers(struct wait *wait, const struct futex_lock *lock)
{
	struct blocked_scan *scan = &wait->scanner->scan;
	struct map_search search = {.address = wait->t->args[0]};
	int r = wait_add_process(wait, wait->t->process);
	struct blocked_memory *memory;

	wait_say(wait, "%s at %#" PRIx64, lock->kind, lock->address);
	wait_need(wait, strcmp(lock->kind, "semaphore") == 0 ? "a post" : "a wake-up",
		  "possible for", "no other thread can reach it");
	if (is_private(wait))
		return r;
	procfs_each_map(wait->scanner->in->proc_fd, wait->t->pid, around_address, &search);
	if (!search.found)
		wait_weaken(wait, WAIT_EXTERNAL);
	if (r || !search.shared)
		return r;
	memory = mem_append(&scan->memories, &scan->memory_count, sizeof(*memory));
	if (!memory)
		return -ENOMEM;
	*memory = (struct blocked_memory){search.major, search.minor, search.inode, wait->thread};
	if (search.path[0]) { /* who has not mapped it yet still may */
		wait_say(wait, " in %s", search.path);
		wait->node->any = true;
	}
	return add_mappers(wait, memory);
}

int wait_for_futex(struct wait *wait)
{
	unsigned command = (unsigned)wait->t->args[1] & (unsigned)FUTEX_CMD_MASK;
	struct futex_lock lock;
	bool done = false;
	int r;

	switch (command) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
	case FUTEX_WAIT_REQUEUE_PI:
		break;
	default:
		wait_weaken(wait, WAIT_EXTERNAL);
		return 0;
	}
	find_futex_lock(wait, &lock);
	r = command == FUTEX_WAIT_REQUEUE_PI ? 0 : lock_of_owner(wait, &lock, &done);
	if (r == 0 && !done)
		r = join_thread(wait, &done);
	return r || done ? r : wait_for_mappers(wait, &lock);
}
