#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "oracle/blocked_private.h"

/* The head of glibc's pthread_mutex_t (sysdeps/nptl/bits/struct_mutex.h, 64 bit). */
struct glibc_mutex {
	int32_t lock;
	uint32_t count;
	int32_t owner;
	uint32_t users;
	uint32_t kind;
};

#define GLIBC_KIND_BITS	  0x3f3U /* type, robust, PI, priority protect, shared, elision */
#define GLIBC_KIND_SHARED 0x80U
#define GLIBC_CONTENDED	  2
/* musl's normal mutex holds EBUSY instead of an owner. */
#define MUSL_NO_OWNER 16
/* A thread's id stands that near to its list of robust mutexes, glibc's struct pthread. */
#define TID_NEAR_ROBUST_LIST 64

static bool is_private(const struct wait *wait)
{
	return wait->t->args[1] & FUTEX_PRIVATE_FLAG;
}

/* The owner that a mutex of glibc names; 0 when the bytes are no such mutex. */
static pid_t glibc_owner(const struct wait *wait)
{
	struct glibc_mutex mutex;

	if (wait->t->args[2] != GLIBC_CONTENDED ||
	    !wait_read_memory(wait, wait->t->args[0], &mutex, sizeof(mutex)) ||
	    mutex.lock != GLIBC_CONTENDED || mutex.users == 0 || mutex.users > 1000000 ||
	    (mutex.kind & ~GLIBC_KIND_BITS) ||
	    !(mutex.kind & GLIBC_KIND_SHARED) != is_private(wait))
		return 0;
	return mutex.owner;
}

/* The owner as the word or the mutex around it names it, in the namespace of the process. */
static pid_t owner_of(const struct wait *wait)
{
	unsigned command = (unsigned)wait->t->args[1] & (unsigned)FUTEX_CMD_MASK;
	uint32_t word;

	if (!wait_read_memory(wait, wait->t->args[0], &word, sizeof(word)))
		return 0;
	if (command == FUTEX_LOCK_PI || command == FUTEX_LOCK_PI2)
		return (pid_t)(word & FUTEX_TID_MASK);
	if (word & FUTEX_WAITERS) {
		pid_t owner = (pid_t)(word & FUTEX_TID_MASK);

		return owner == MUSL_NO_OWNER ? 0 : owner;
	}
	return glibc_owner(wait);
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

static int lock_of_owner(struct wait *wait, bool *ret_done)
{
	const struct scanner *scanner = wait->scanner;
	pid_t owner = owner_of(wait);

	for (size_t i = 0; owner > 0 && i < scanner->scan.count; i++) {
		if (scanner->status[i].ns_tid != owner ||
		    (is_private(wait) && scanner->scan.threads[i].process != wait->t->process))
			continue;
		*ret_done = true;
		wait_say(wait, "mutex at %#" PRIx64, wait->t->args[0]);
		wait_need(wait, "its owner", "owned by", "it waits for itself");
		return wait_add_thread(wait, i);
	}
	return 0;
}

/* A mapping of a futex's page, or of another process that shows the same memory. */
struct map_search {
	uint64_t address; /* != 0: the mapping around it */
	bool found, shared;
	unsigned major, minor;
	uint64_t inode;
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
	return 1;
}

static int of_same_object(void *context, const struct procfs_map *map)
{
	struct map_search *search = context;

	search->found = map->shared && map->inode == search->inode &&
			map->device_major == search->major && map->device_minor == search->minor;
	return search->found;
}

/* Everybody who can reach the word: the process, and those that share its memory. */
static int wait_for_mappers(struct wait *wait)
{
	const struct scanner *scanner = wait->scanner;
	int proc_fd = scanner->in->proc_fd, r = wait_add_process(wait, wait->t->process);
	struct map_search search = {.address = wait->t->args[0]};

	wait_say(wait, "word at %#" PRIx64, wait->t->args[0]);
	wait_need(wait, "a wake-up", "possible for", "no other thread can reach it");
	if (is_private(wait))
		return r;
	procfs_each_map(proc_fd, wait->t->pid, around_address, &search);
	if (!search.found)
		wait_weaken(wait, WAIT_EXTERNAL);
	for (size_t i = 0; r == 0 && search.shared && i < scanner->in->process_count; i++) {
		struct map_search other = search;

		other.found = false;
		if (procfs_each_map(proc_fd, scanner->processes[i].in->pid, of_same_object,
				    &other) < 0)
			continue; /* has ended */
		if (other.found)
			r = wait_add_process(wait, i);
	}
	return r;
}

int wait_for_futex(struct wait *wait)
{
	unsigned command = (unsigned)wait->t->args[1] & (unsigned)FUTEX_CMD_MASK;
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
	r = command == FUTEX_WAIT_REQUEUE_PI ? 0 : lock_of_owner(wait, &done);
	if (r == 0 && !done)
		r = join_thread(wait, &done);
	return r || done ? r : wait_for_mappers(wait);
}
