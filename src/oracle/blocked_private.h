/*
 * blocked_private.h - what the files blocked*.c share of a scan under way.
 */
#ifndef ORACLE_BLOCKED_PRIVATE_H
#define ORACLE_BLOCKED_PRIVATE_H

#include <stddef.h>

#include "oracle/blocked.h"
#include "sys/procfs.h"
#include "sys/sock_diag.h"

#define NO_PROCESS ((size_t)-1)

/* A descriptor of a process: which object it shows, its flags only once they were asked for. */
struct held_fd {
	int fd;
	uint64_t dev, inode;
	int flags; /* -1: not read yet */
};

struct scan_process {
	const struct blocked_process *in;
	pid_t ns_pid;		    /* as it sees itself; 0 = unknown */
	size_t alive;		    /* threads that are in the scan */
	bool fds_read, fds_unknown; /* unknown: we may not look */
	struct held_fd *fds;
	size_t fd_count;
	bool timers_read, has_timers;
};

struct scanner {
	const struct blocked_input *in;
	struct scan_process *processes;
	struct procfs_status *status; /* of each thread */
	size_t status_count;
	bool sockets_read, sockets_known;
	struct sock_table sockets;
	struct blocked_scan scan;
};

/* The parts of a line about one wait; the constant ones never NULL once it is classified. */
struct wait_text {
	char call[256];	     /* "write(fd 1 → pipe `data`" */
	const char *need;    /* "a reader" */
	const char *holding; /* what stands before the wakers' names: "held by" */
	const char *nobody;  /* what stands there when nobody is left */
};

/* The wait of one thread, while it is found out. */
struct wait {
	struct scanner *scanner;
	size_t thread;
	struct blocked_thread *t;
	struct wait_node *node;
	struct wait_text text;
	int depth; /* of epoll descriptors in epoll descriptors */
};

/* The functions below return 0 or -ENOMEM, unless they are bool. */

/* blocked_wait.c: what thread @thread waits for: its node, state and text. */
int wait_classify(struct scanner *scanner, size_t thread);

int wait_add_thread(struct wait *wait, size_t thread);
/* All threads of it, but the waiting one itself. */
int wait_add_process(struct wait *wait, size_t process);
/* Any thread of the run; @need and @nobody for the text. */
void wait_add_anybody(struct wait *wait, const char *need, const char *nobody);

/* A signal: anybody can send one, also who comes later. */
void wait_for_signal(struct wait *wait);
void wait_need(struct wait *wait, const char *need, const char *holding, const char *nobody);
/* External beats timed, timed beats blocked: what can end by itself is no deadlock. */
void wait_weaken(struct wait *wait, enum wait_state state);
const struct blocked_process *wait_process(const struct wait *wait);
/* The process with that pid; NO_PROCESS. */
size_t process_by_pid(const struct scanner *scanner, pid_t pid);
/* All of @size bytes of the thread's memory. */
bool wait_read_memory(const struct wait *wait, uint64_t address, void *buf, size_t size);

/* blocked_fd.c: until something happens at descriptor @fd. */
int wait_for_fd(struct wait *wait, int fd);
/* In open(2) of the path at that address. */
int wait_for_open(struct wait *wait, int dir, uint64_t path);
/* Adds each process that holds one of the ends of @pipe open. */
int wait_add_end_holders(struct wait *wait, const struct blocked_pipe *pipe);
/* Adds each process that has the object open. */
int wait_add_holders(struct wait *wait, uint64_t dev, uint64_t inode);
/*
 * Calls @each for every descriptor of the run that shows the object; ends when
 * it returns other than 0.  Processes that we may not look at are added.
 */
int wait_each_holder(struct wait *wait, uint64_t dev, uint64_t inode,
		     int (*each)(struct wait *wait, size_t process, int fd, void *context),
		     void *context);
/* Keeps in mind what blocked_has_outsider() has to look for. */
int wait_note_object(struct wait *wait, uint64_t dev, uint64_t inode, unsigned ends, uint64_t id);
bool wait_stat_fd(const struct wait *wait, int fd, uint64_t *ret_dev, uint64_t *ret_inode);
void scan_process_release(struct scan_process *process);
/* Whether @pid holds one of @ends of the pipe open, or the lock, or the eventfd. */
bool process_holds_pipe(int proc_fd, pid_t pid, const struct blocked_pipe *pipe);

/* blocked_queue.c: until somebody receives (@sends: the call sends) or sends there. */
/* @ends: whose holders (enum blocked_ends) could wake. */
int wait_for_queue(struct wait *wait, const struct procfs_fd *info, unsigned ends);
int wait_for_queue_fd(struct wait *wait, int fd, bool sends);
int wait_for_sysv_queue(struct wait *wait, int id, bool sends);

/* blocked_socket.c: until something happens at a stream socket. */
int wait_for_socket(struct wait *wait, const struct procfs_fd *info);
/* …of UDP, or a Unix datagram socket. */
int wait_for_datagram(struct wait *wait, const struct procfs_fd *info);
/* In connect(2) of the socket @fd. */
int wait_for_connect(struct wait *wait, int fd);
/* Whether SO_RCVTIMEO or SO_SNDTIMEO (@option) is set there. */
bool wait_has_socket_limit(const struct wait *wait, int fd, int option);

/* blocked_poll.c */
int wait_for_poll(struct wait *wait);
int wait_for_select(struct wait *wait);
int wait_for_epoll(struct wait *wait, int fd);

/* blocked_lock.c */
int wait_for_futex(struct wait *wait);

/* blocked_file_lock.c */
int wait_for_file_lock(struct wait *wait);

/* Whether @pid has that memory mapped shared. */
bool process_maps(int proc_fd, pid_t pid, const struct blocked_memory *memory);

/* blocked_owner.c: the lock that the word of a futex call belongs to, as far as can be told. */
struct futex_lock {
	const char *kind; /* "mutex", "semaphore", …; "word": not known */
	uint64_t address;
	pid_t owner; /* as the waiting thread numbers threads; 0 = unknown */
};
void find_futex_lock(const struct wait *wait, struct futex_lock *ret_lock);

/* blocked_sem.c */
int wait_for_sysv_semaphore(struct wait *wait);

/* blocked_child.c */
int wait_for_wait4(struct wait *wait);
int wait_for_waitid(struct wait *wait);
int wait_for_vfork(struct wait *wait);

/* blocked_text.c: the line of a thread whose wakers are known; NULL when memory is short. */
char *wait_line(const struct wait *wait);
/* Append to the call's text; what does not fit is cut. */
void wait_say(struct wait *wait, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
