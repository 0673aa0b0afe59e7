/*
 * fds.h - descriptors of traced processes: what they refer to, who else holds
 * the same object, and acting on them without stopping anybody.
 */
#ifndef ENGINE_FDS_H
#define ENGINE_FDS_H

#include "engine/engine.h"
#include "model/words.h"

/* What a descriptor refers to; two with the same dev and ino share the object. */
struct fd_object {
	enum fd_kind kind;
	uint64_t dev, ino;
	int flags;		  /* O_ACCMODE and status flags of the open file description */
	uint16_t port, peer_port; /* of a TCP or UDP socket; 0 = none, or forgotten */
	char path[256];		  /* as /proc/PID/fd shows it, cut */
};

/* -EBADF when @fd is not open in the process of @tid; -ESRCH. */
int fd_object_of(struct engine *e, pid_t tid, int fd, struct fd_object *ret_object);

/*
 * What the call of @t is about: the object of its descriptor; the System V
 * object whose id it names, which has the id as ino and its kind as dev; what
 * its address shows (msync, munmap, shmdt); the file that its path names.
 * -EBADF when the descriptor is not open, -ENOENT when the call has none.
 */
int call_object(struct engine *e, const struct tracee *t, struct fd_object *ret_object);

/* The same of a call that @tid was seen in elsewhere. */
int object_of_args(struct engine *e, pid_t tid, const struct syscall_row *row, const uint64_t *args,
		   struct fd_object *ret_object);

/* The System V object of the kind @kind with that id. */
struct fd_object sysv_object(enum fd_kind kind, int id);

/* The same for a descriptor of ours. */
int fd_object_own(int fd, struct fd_object *ret_object);

static inline bool fd_object_same(const struct fd_object *a, const struct fd_object *b)
{
	return a->dev == b->dev && a->ino == b->ino;
}

/* One descriptor of a live traced process that refers to an object. */
struct fd_holder {
	struct process *process;
	int fd;
	int flags;
};

/*
 * All holders of @object among the live traced processes whose access mode is
 * one of @modes (bit 1 << O_RDONLY, O_WRONLY, O_RDWR).  The array is the
 * caller's to free.
 */
int fd_holders(struct engine *e, const struct fd_object *object, unsigned modes,
	       struct fd_holder **ret_holders, size_t *ret_count);

/*
 * A descriptor of ours for the same open file description (pidfd_getfd(2)):
 * close it at once, it keeps the description alive.  Negative errno.
 */
int fd_borrow(pid_t tgid, int fd);

/* Whether @option, SO_RCVTIMEO or SO_SNDTIMEO, is set for the socket @fd: socket(7). */
bool fd_has_time_limit(int fd, int option);

/* A new description of the same pipe or FIFO with @flags (open of /proc/PID/fd/N). */
int fd_reopen(struct engine *e, pid_t tgid, int fd, int flags);

#endif
