/*
 * Who can give back the lock of a file: for POSIX locks the process, for those
 * of flock(2) and of open file descriptions everybody who has the description.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "oracle/blocked_private.h"

struct lock_search {
	struct wait *wait;
	bool is_flock, is_posix, writes;
	uint64_t start, end; /* bytes, both included */
	uint64_t dev, inode;
	size_t process; /* whose descriptors are looked at */
	bool found;	/* somebody keeps us from it */
	bool shared;	/* somebody of the run has a description that does */
};

static bool is_gone(const struct wait *wait, pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "%d", pid);
	return faccessat(wait->scanner->in->proc_fd, path, F_OK, 0) != 0;
}

/* The inode alone is compared: overlay filesystems show another device here. */
static bool conflicts(const struct lock_search *search, const struct procfs_lock *lock)
{
	return !lock->waits && lock->inode == search->inode && lock->kind != LOCK_KIND_LEASE &&
	       (lock->kind == LOCK_KIND_FLOCK) == search->is_flock &&
	       (lock->writes || search->writes) && lock->start <= search->end &&
	       lock->end >= search->start;
}

/* Of one descriptor of a process of the run. */
static int add_of_descriptor(void *context, const struct procfs_lock *lock)
{
	struct lock_search *search = context;
	bool is_own = lock->kind == LOCK_KIND_POSIX && search->is_posix &&
		      search->process == search->wait->t->process;

	if (is_own || !conflicts(search, lock))
		return 0;
	search->found = true;
	search->shared |= lock->kind != LOCK_KIND_POSIX;
	return wait_add_process(search->wait, search->process);
}

static int add_of_process(struct wait *wait, size_t process, int fd, void *context)
{
	struct lock_search *search = context;
	int r;

	search->process = process;
	r = procfs_each_fd_lock(wait->scanner->in->proc_fd,
				wait->scanner->processes[process].in->pid, fd, add_of_descriptor,
				search);
	return r == -ENOMEM ? r : 0;
}

/* What the descriptors of the run do not account for is in the hands of somebody else. */
static int look_for_others(void *context, const struct procfs_lock *lock)
{
	struct lock_search *search = context;
	struct wait *wait = search->wait;
	bool of_process = lock->kind == LOCK_KIND_POSIX;
	size_t process = lock->pid > 0 ? process_by_pid(wait->scanner, lock->pid) : NO_PROCESS;

	if (!conflicts(search, lock))
		return 0;
	if (of_process && search->is_posix && process == wait->t->process)
		return 0;
	search->found = true;
	if (process != NO_PROCESS)
		return of_process ? wait_add_process(wait, process) : 0;
	if (of_process || (!search->shared && (lock->pid <= 0 || !is_gone(wait, lock->pid))))
		wait_weaken(wait, WAIT_EXTERNAL);
	return 0;
}

/* The lock that fcntl(2) is asked for; what is relative to a place counts as the whole file. */
static bool read_request(struct lock_search *search)
{
	const struct blocked_thread *t = search->wait->t;
	struct flock request;

	search->end = UINT64_MAX;
	search->is_flock = t->nr == SYS_flock;
	search->is_posix = !search->is_flock && (int)t->args[1] == F_SETLKW;
	search->writes = t->args[1] & LOCK_EX;
	if (search->is_flock)
		return true;
	if (((int)t->args[1] != F_SETLKW && (int)t->args[1] != F_OFD_SETLKW) ||
	    !wait_read_memory(search->wait, t->args[2], &request, sizeof(request)))
		return false;
	search->writes = request.l_type == F_WRLCK;
	if (request.l_whence == SEEK_SET && request.l_start >= 0 && request.l_len >= 0) {
		search->start = (uint64_t)request.l_start;
		if (request.l_len > 0)
			search->end = search->start + (uint64_t)request.l_len - 1;
	}
	return true;
}

static void say_lock(struct wait *wait, const struct lock_search *search, int fd)
{
	struct procfs_fd info;
	const char *whole = search->end == UINT64_MAX ? "" : "a part of ";

	if (procfs_fd(wait->scanner->in->proc_fd, wait->t->pid, fd, &info) == 0)
		wait_say(wait, "lock of %sfd %d → %s", whole, fd, info.link);
	else
		wait_say(wait, "lock of %sfd %d", whole, fd);
	wait_need(wait, "its release", "held by", "nobody else can release it");
}

int wait_for_file_lock(struct wait *wait)
{
	int fd = (int)wait->t->args[0], r;
	struct lock_search search = {.wait = wait};

	if (!read_request(&search) || !wait_stat_fd(wait, fd, &search.dev, &search.inode)) {
		wait_weaken(wait, WAIT_EXTERNAL);
		return 0;
	}
	say_lock(wait, &search, fd);
	r = wait_each_holder(wait, search.dev, search.inode, add_of_process, &search);
	if (r == 0)
		r = wait_note_object(wait, search.dev, search.inode, BLOCKED_FILE_LOCK, 0);
	if (r != 0)
		return r;
	r = procfs_each_lock(wait->scanner->in->proc_fd, look_for_others, &search);
	if (r == -ENOMEM)
		return r;
	if (r != 0)
		wait_weaken(wait, WAIT_EXTERNAL);
	else if (!search.found)
		wait_weaken(wait, WAIT_RUNNABLE); /* just released */
	return 0;
}
