/*
 * sandbox.h - a worker's own corner of the machine, for the programs it runs.
 *
 * A worker enters once: its own mounts, System V and POSIX IPC, network with a
 * loopback, and a pid namespace for the children it makes from then on.  It
 * stays outside of that pid namespace itself: pids are those of the host, and
 * sandbox.proc_fd is the /proc that shows them, while /proc by name is the one
 * of the programs (where own_proc was asked for and the kernel allows it).
 *
 * Pid 1 of the namespace is a process of ours that reaps orphans.  It notices
 * when the worker dies in whatever way, kills everything in the namespace and
 * removes the worker's folder.  Without the namespace another process of ours
 * does only the last.
 *
 * Every part may be refused: no user namespaces, a container, a limit.  Then
 * the rest is still done, and parts[] tells what is missing and why.
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

enum sandbox_part {
	SANDBOX_USER, /* only where the rest is not allowed without it */
	SANDBOX_MOUNT,
	SANDBOX_IPC,
	SANDBOX_NET,
	SANDBOX_SHM,	/* /dev/shm is a tmpfs of our own */
	SANDBOX_MQUEUE, /* message queues can be listed */
	SANDBOX_TMP,	/* a tmpfs of our own on options.tmp */
	SANDBOX_PID,
	SANDBOX_PROC, /* /proc shows that pid namespace */
	SANDBOX_MAX_
};

/* "pid namespace", for doctor and the notes of a result. */
const char *sandbox_part_name(enum sandbox_part part);

struct sandbox_options {
	bool no_net; /* stay in the host's network: saves 0.4 ms */
	bool own_proc;
	/* The worker's folder (tmp_name), made if it is not there, removed when it dies; NULL =
	 * none. */
	const char *tmp;
	bool keep_tmp; /* leave it, and all that is written there */
};

struct sandbox {
	struct {
		bool isolated;
		char why[80]; /* what was refused, or why it was not asked for; "" = fine */
	} parts[SANDBOX_MAX_];
	int proc_fd;	 /* the host's /proc, open for reading */
	int mqueue_fd;	 /* root of a mqueue file system, -1 = none */
	pid_t init;	 /* pid 1 of the programs, or who removes the folder; 0 = none */
	int init_socket; /* -1 = none */
	/*
	 * sandbox_objects() has found nothing since the last process ended: the next
	 * cleaning need not look.  For the caller to set.
	 */
	bool is_empty;
	off_t empty_shm,
		empty_mqueue; /* st_size of the folders when nothing is there; 0 = not known */
};

/*
 * Once in a worker's life, while it is single-threaded.  Fails only when the
 * process would be unusable afterwards (-ENOMEM, a failed fork).
 *
 * From then on the worker must not create threads.  Where there is no pid
 * namespace it becomes a subreaper instead, so that orphans stay its own.
 */
int sandbox_enter(const struct sandbox_options *options, struct sandbox *ret, struct err *err);

/*
 * After a run, when its tracer lets go: kill and reap what is left of its
 * processes and remove its IPC objects (ours only: where a part is not
 * isolated, nothing of that kind is touched).  The next run's pids begin at 2
 * again where the kernel allows it.
 *
 * -ETIMEDOUT: something does not die within 5 s.  -EPIPE: pid 1 is gone.
 * After either the worker cannot be used again.
 */
int sandbox_clean(struct sandbox *sandbox, struct err *err);

/*
 * The same after a run that has left no process, while processes outside of
 * it, which stay, are there.
 */
int sandbox_clean_beside(struct sandbox *sandbox, struct err *err);

/* The next pids are the first free ones above @last_pid, where the kernel allows it. */
int sandbox_choose_pids(struct sandbox *sandbox, pid_t last_pid, struct err *err);

enum object_kind {
	OBJECT_SHM_POSIX, /* a file of /dev/shm */
	OBJECT_SEM_POSIX, /* sem_open() */
	OBJECT_MQ_POSIX,
	OBJECT_SHM_SYSV,
	OBJECT_SEM_SYSV,
	OBJECT_MSG_SYSV,
	OBJECT_SOCKET, /* the file of a Unix socket */
	OBJECT_FIFO,
	OBJECT_MAX_
};

/* "POSIX message queue" */
const char *object_kind_name(enum object_kind kind);

struct sandbox_object {
	enum object_kind kind;
	char *name; /* "/queue"; System V: "key 0x4d (id 3)" */
};

/* The IPC objects that exist now, of the parts that are isolated; no files of sockets and FIFOs. */
int sandbox_objects(struct sandbox *sandbox, struct sandbox_object **ret_objects, size_t *ret_count,
		    struct err *err);
void sandbox_objects_free(struct sandbox_object *objects, size_t count);

/* Ends pid 1 and with it all processes of the namespace; the namespaces stay the worker's. */
void sandbox_release(struct sandbox *sandbox);

#endif
