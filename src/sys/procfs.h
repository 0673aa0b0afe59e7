/*
 * procfs.h - what /proc says of a process, proc(5).
 *
 * @proc_fd is an open directory of the /proc that is meant, which may be
 * another mount than /proc: pids are those that it shows.  @tid may be any
 * thread, @pid too unless said otherwise.
 *
 * Functions return 0 or a negative errno and leave ret_ parameters untouched
 * on failure.  A task can vanish at any moment: that is -ESRCH everywhere,
 * and no fault of anybody.  -EACCES: not ours to look at.
 */
#ifndef SYS_PROCFS_H
#define SYS_PROCFS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/words.h"
#include "sys/syscalls.h"

/* --- one thread ------------------------------------------------------- */

/*
 * A descriptor to poll the thread's state through, to be closed by the
 * caller.  The descriptor stays with this thread: once it is gone, reading
 * gives 0, also when its number is used again.
 */
int procfs_task_open(int proc_fd, pid_t tid);

/*
 * R, S (asleep, a signal wakes it), D, T (stopped), t (in a ptrace stop), Z,
 * X; 0 when the thread is gone or @task_fd is negative.  One pread(2), 3.5 us.
 */
char procfs_task_state(int task_fd);

/* The call that a thread is in, as /proc/TID/syscall has it. */
struct procfs_task {
	bool running; /* on a processor or ready: nothing else is known */
	bool in_call; /* in a call, nr and args are valid; also while in a ptrace stop */
	long nr;
	uint64_t args[SYSCALL_ARGS];
	uint64_t sp, ip; /* unless running */
};

int procfs_task_read(int proc_fd, pid_t tid, struct procfs_task *ret_task);

/* /proc/TID/stat */
struct procfs_stat {
	char state;
	pid_t ppid, pgrp, session;
	bool is_exiting;		   /* PF_EXITING: a zombie soon, or already */
	uint64_t user_ticks, system_ticks; /* of the thread; sysconf(_SC_CLK_TCK) a second */
	uint64_t start_ticks;		   /* since boot: with the pid a unique name */
};

int procfs_stat(int proc_fd, pid_t tid, struct procfs_stat *ret_stat);

/*
 * How long the thread has been ready to run without a processor, in ns since
 * it began: the second number of /proc/TID/schedstat.  -ENOENT where the
 * kernel does not count it.
 */
int procfs_run_delay(int proc_fd, pid_t tid, uint64_t *ret_ns);

/* /proc/TID/status; signal sets have signal n in bit n - 1. */
struct procfs_status {
	char state;
	pid_t tgid, ppid, tracer;
	pid_t ns_tid; /* as the thread sees itself: the innermost of NSpid */
	unsigned threads;
	uint64_t sig_pending, shared_pending, sig_blocked, sig_ignored, sig_caught;
	uint64_t voluntary_switches, other_switches;
};

int procfs_status(int proc_fd, pid_t tid, struct procfs_status *ret_status);

/* --- the processes around it -------------------------------------------- */

/* The caller frees the arrays; ascending. */
int procfs_threads(int proc_fd, pid_t pid, pid_t **ret_tids, size_t *ret_count);
int procfs_children(int proc_fd, pid_t pid, pid_t **ret_pids, size_t *ret_count);

/* Texts of a process, to be freed: the program's path, argv joined by spaces, its name. */
int procfs_exe(int proc_fd, pid_t pid, char **ret_path);
int procfs_cmdline(int proc_fd, pid_t pid, char **ret_text);
int procfs_comm(int proc_fd, pid_t tid, char **ret_name);

/* --- descriptors -------------------------------------------------------- */

struct procfs_fd {
	int fd;
	enum fd_kind kind;
	char link[PATH_MAX]; /* "pipe:[12]", "/tmp/x (deleted)" */
	uint64_t inode;	     /* of the object: same inode = same pipe; of an eventfd its id */
	uint64_t device;     /* of the file system that the inode is of */
	int flags;	     /* of open(2): access mode, O_NONBLOCK, O_CLOEXEC */
	int64_t pos;
	uint16_t port, peer_port; /* of a TCP or UDP socket; 0 = none, or forgotten */
};

/* -EBADF: the process is there, the descriptor is not. */
int procfs_fd(int proc_fd, pid_t pid, int fd, struct procfs_fd *ret_fd);

/* procfs_fd.link alone, which costs an eighth; cut to @size. */
int procfs_fd_link(int proc_fd, pid_t pid, int fd, char *link, size_t size);

/* What fdinfo says of an eventfd. */
struct procfs_eventfd {
	uint64_t count, id;
	bool is_semaphore; /* EFD_SEMAPHORE; false before Linux 6.5, which does not say it */
};

/* -ENOENT: it is none. */
int procfs_eventfd(int proc_fd, pid_t pid, int fd, struct procfs_eventfd *ret_eventfd);

/*
 * Calls @each for every descriptor in ascending order; stops when it returns
 * other than 0, and returns that.  Descriptors that vanish meanwhile are left out.
 */
int procfs_each_fd(int proc_fd, pid_t pid, int (*each)(void *ctx, const struct procfs_fd *fd),
		   void *ctx);

/* How many there are; cheaper than to look at each. */
int procfs_count_fds(int proc_fd, pid_t pid, unsigned *ret_count);

/*
 * What a link text alone tells: FD_KIND_SOCKET for any socket, FD_KIND_FILE
 * for any path.
 */
enum fd_kind fd_kind_from_link(const char *link);

/* From SO_DOMAIN, SO_TYPE and SO_PROTOCOL. */
enum fd_kind fd_kind_of_socket(int domain, int type, int protocol);

/* --- memory ------------------------------------------------------------- */

struct procfs_map {
	uint64_t start, end, offset;
	bool readable, writable, executable, shared;
	unsigned device_major, device_minor;
	uint64_t inode;
	const char *path; /* "" = anonymous; "[stack]"; valid during the call only */
};

/* One line of /proc/PID/maps, with or without its newline; cuts @line in pieces. */
bool procfs_map_parse(char *line, struct procfs_map *ret_map);

/* As procfs_each_fd(); -ESRCH for a process that has no memory any more (a zombie). */
int procfs_each_map(int proc_fd, pid_t pid, int (*each)(void *ctx, const struct procfs_map *map),
		    void *ctx);

/* What the kernel told the program at its start, getauxval(3). */
struct procfs_auxv {
	uint64_t entry; /* AT_ENTRY: first instruction of the program itself */
	uint64_t base;	/* AT_BASE: the dynamic loader; 0 = a static program */
	uint64_t phdr, phnum;
	uint64_t vdso;
};

int procfs_auxv(int proc_fd, pid_t pid, struct procfs_auxv *ret_auxv);

/*
 * The code of the dynamic loader that is mapped at @base.  1; 0 when there is
 * none of its own: musl's loader is the C library as well; or a negative errno.
 */
int procfs_loader_text(int proc_fd, pid_t pid, uint64_t base, uint64_t *ret_lo, uint64_t *ret_hi);

/*
 * The same by the file's name, where the kernel has started another program:
 * valgrind maps the loader of its guest itself.
 */
bool procfs_find_loader(int proc_fd, pid_t pid, uint64_t *ret_lo, uint64_t *ret_hi);

/* --- file locks ---------------------------------------------------------- */

enum lock_kind { LOCK_KIND_FLOCK, LOCK_KIND_POSIX, LOCK_KIND_OFD, LOCK_KIND_LEASE };

/* A line of /proc/locks; a waiter has the number of the lock that it waits for. */
struct procfs_lock {
	unsigned number;
	bool waits;
	enum lock_kind kind;
	bool writes;
	pid_t pid; /* of the holder or waiter; -1 for LOCK_KIND_OFD: a description holds it */
	unsigned device_major, device_minor;
	uint64_t inode;
	uint64_t start, end; /* bytes, both included; end UINT64_MAX = to the end of the file */
};

bool procfs_lock_parse(const char *line, struct procfs_lock *ret_lock);
int procfs_each_lock(int proc_fd, int (*each)(void *ctx, const struct procfs_lock *lock),
		     void *ctx);

/*
 * Those that go with the descriptor: of its description, or of the process
 * through it.  Unlike the above it knows also those whose taker has ended,
 * which /proc/locks of another pid namespace than the first hides.
 */
int procfs_each_fd_lock(int proc_fd, pid_t pid, int fd,
			int (*each)(void *ctx, const struct procfs_lock *lock), void *ctx);

#endif
