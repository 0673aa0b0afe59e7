#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "oracle/blocked_private.h"
#include "sys/syscalls.h"

#define BIT(signal) (UINT64_C(1) << ((signal)-1))

/* Those that a thread can only cause itself, and the two that glibc keeps for itself. */
#define OWN_SIGNALS                                                                                \
	(BIT(SIGSEGV) | BIT(SIGBUS) | BIT(SIGFPE) | BIT(SIGILL) | BIT(SIGTRAP) | BIT(SIGSYS) |     \
	 BIT(SIGPIPE) | BIT(SIGABRT) | BIT(SIGXFSZ) | BIT(32) | BIT(33))

const struct blocked_process *wait_process(const struct wait *wait)
{
	return wait->scanner->processes[wait->t->process].in;
}

size_t process_by_pid(const struct scanner *scanner, pid_t pid)
{
	for (size_t i = 0; i < scanner->in->process_count; i++) {
		if (scanner->processes[i].in->pid == pid)
			return i;
	}
	return NO_PROCESS;
}

int wait_add_thread(struct wait *wait, size_t thread)
{
	struct wait_node *node = wait->node;
	size_t *waker;

	for (size_t i = 0; i < node->waker_count; i++) {
		if (node->wakers[i] == thread)
			return 0;
	}
	if (thread == wait->thread)
		return 0;
	waker = mem_append(&node->wakers, &node->waker_count, sizeof(*waker));
	if (!waker)
		return -ENOMEM;
	*waker = thread;
	return 0;
}

int wait_add_process(struct wait *wait, size_t process)
{
	const struct blocked_scan *scan = &wait->scanner->scan;
	int r = 0;

	for (size_t i = 0; r == 0 && i < scan->count; i++) {
		if (scan->threads[i].process == process)
			r = wait_add_thread(wait, i);
	}
	return r;
}

void wait_need(struct wait *wait, const char *need, const char *holding, const char *nobody)
{
	struct wait_text *text = &wait->text;

	/* one wait for several things: what they have in common */
	if (text->need && strcmp(text->need, need) != 0) {
		need = "one of them";
		holding = "in the hands of";
		nobody = "nobody is left for any";
	}
	text->need = need;
	text->holding = holding;
	text->nobody = nobody;
}

void wait_add_anybody(struct wait *wait, const char *need, const char *nobody)
{
	wait->node->any = true;
	wait_need(wait, need, NULL, nobody);
}

void wait_weaken(struct wait *wait, enum wait_state state)
{
	if (wait->t->state == WAIT_BLOCKED || state == WAIT_RUNNABLE ||
	    (wait->t->state == WAIT_TIMED && state == WAIT_EXTERNAL))
		wait->t->state = state;
}

bool wait_read_memory(const struct wait *wait, uint64_t address, void *buf, size_t size)
{
	struct iovec local = {buf, size};
	struct iovec remote = {(void *)address, size}; /* NOLINT(performance-no-int-to-ptr) */

	return process_vm_readv(wait->t->tid, &local, 1, &remote, 1, 0) == (ssize_t)size;
}

/* --- one function for each kind of call -------------------------------- */

static int on_fd(struct wait *wait, const struct syscall_row *row)
{
	int r = wait_for_fd(wait, (int)wait->t->args[row->fd_arg]);

	if (r == 0 && row->fd2_arg >= 0)
		r = wait_for_fd(wait, (int)wait->t->args[row->fd2_arg]);
	return r;
}

static int on_connect(struct wait *wait, const struct syscall_row *row)
{
	return wait_for_connect(wait, (int)wait->t->args[row->fd_arg]);
}

static int on_open(struct wait *wait, const struct syscall_row *row)
{
	int dir = row->dir_arg >= 0 ? (int)wait->t->args[row->dir_arg] : -1;

	return wait_for_open(wait, row->dir_arg >= 0 ? dir : AT_FDCWD,
			     wait->t->args[row->path_arg]);
}

static int on_poll(struct wait *wait, const struct syscall_row *row)
{
	(void)row;
	return wait_for_poll(wait);
}

static int on_select(struct wait *wait, const struct syscall_row *row)
{
	(void)row;
	return wait_for_select(wait);
}

static int on_epoll(struct wait *wait, const struct syscall_row *row)
{
	return wait_for_epoll(wait, (int)wait->t->args[row->fd_arg]);
}

static int on_futex(struct wait *wait, const struct syscall_row *row)
{
	(void)row;
	return wait_for_futex(wait);
}

static int on_file_lock(struct wait *wait, const struct syscall_row *row)
{
	(void)row;
	return wait_for_file_lock(wait);
}

static int on_semaphore(struct wait *wait, const struct syscall_row *row)
{
	(void)row;
	return wait_for_sysv_semaphore(wait);
}

static int on_wait4(struct wait *wait, const struct syscall_row *row)
{
	(void)row;
	return wait_for_wait4(wait);
}

static int on_waitid(struct wait *wait, const struct syscall_row *row)
{
	(void)row;
	return wait_for_waitid(wait);
}

static int on_vfork(struct wait *wait, const struct syscall_row *row)
{
	(void)row;
	return wait_for_vfork(wait);
}

void wait_for_signal(struct wait *wait)
{
	wait_add_anybody(wait, "a signal", "nobody is left to send one");
	wait->node->newcomer = true;
}

static int on_signal(struct wait *wait, const struct syscall_row *row)
{
	(void)row;
	wait_for_signal(wait);
	return 0;
}

static int on_queue_send(struct wait *wait, const struct syscall_row *row)
{
	return row->sysv == SYSV_MSG ? wait_for_sysv_queue(wait, (int)wait->t->args[0], true)
				     : wait_for_queue_fd(wait, (int)wait->t->args[0], true);
}

static int on_queue_receive(struct wait *wait, const struct syscall_row *row)
{
	return row->sysv == SYSV_MSG ? wait_for_sysv_queue(wait, (int)wait->t->args[0], false)
				     : wait_for_queue_fd(wait, (int)wait->t->args[0], false);
}

static const struct wait_row {
	const char *call;
	int (*add)(struct wait *wait, const struct syscall_row *row);
	bool in_d; /* asleep in it as 'D' */
} rows[] = {
	{"read", on_fd, false},
	{"readv", on_fd, false},
	{"preadv2", on_fd, false},
	{"write", on_fd, false},
	{"writev", on_fd, false},
	{"pwritev2", on_fd, false},
	{"recvfrom", on_fd, false},
	{"recvmsg", on_fd, false},
	{"recvmmsg", on_fd, false},
	{"sendto", on_fd, false},
	{"sendmsg", on_fd, false},
	{"sendmmsg", on_fd, false},
	{"accept", on_fd, false},
	{"accept4", on_fd, false},
	{"connect", on_connect, false},
	{"splice", on_fd, false},
	{"tee", on_fd, false},
	{"vmsplice", on_fd, false},
	{"sendfile", on_fd, false},
	{"open", on_open, false},
	{"openat", on_open, false},
	{"openat2", on_open, false},
	{"creat", on_open, false},
	{"poll", on_poll, false},
	{"ppoll", on_poll, false},
	{"select", on_select, false},
	{"pselect6", on_select, false},
	{"epoll_wait", on_epoll, false},
	{"epoll_pwait", on_epoll, false},
	{"epoll_pwait2", on_epoll, false},
	{"futex", on_futex, false},
	{"flock", on_file_lock, false},
	{"fcntl", on_file_lock, false},
	{"wait4", on_wait4, false},
	{"waitid", on_waitid, false},
	{"vfork", on_vfork, true},
	{"clone", on_vfork, true},
	{"clone3", on_vfork, true},
	{"pause", on_signal, false},
	{"rt_sigsuspend", on_signal, false},
	{"rt_sigtimedwait", on_signal, false},
	{"semop", on_semaphore, false},
	{"semtimedop", on_semaphore, false},
	{"msgsnd", on_queue_send, false},
	{"msgrcv", on_queue_receive, false},
	{"mq_timedsend", on_queue_send, false},
	{"mq_timedreceive", on_queue_receive, false},
};

static const struct wait_row *row_of(const char *call)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strcmp(rows[i].call, call) == 0)
			return &rows[i];
	}
	return NULL;
}

static bool has_time_limit(const struct syscall_row *row, const uint64_t *args)
{
	switch (row->timeout) {
	case TIMEOUT_INT_MS:
		return (int)args[row->timeout_arg] >= 0;
	case TIMEOUT_POINTER:
		return args[row->timeout_arg] != 0;
	case TIMEOUT_ALWAYS:
		return true;
	default:
		return false;
	}
}

/* SO_RCVTIMEO or SO_SNDTIMEO of the descriptor, where the call obeys it: socket(7). */
static bool has_socket_limit(const struct wait *wait, const struct syscall_row *row)
{
	bool accepts = strcmp(row->name, "accept") == 0 || strcmp(row->name, "accept4") == 0;
	bool connects = strcmp(row->name, "connect") == 0;
	int fd = row->fd_arg >= 0 ? (int)wait->t->args[row->fd_arg] : -1;

	if (fd < 0)
		return false;
	if (accepts || row->families & (FAMILY_READS | FAMILY_RECEIVES))
		return wait_has_socket_limit(wait, fd, SO_RCVTIMEO);
	return (connects || row->families & (FAMILY_WRITES | FAMILY_SENDS)) &&
	       wait_has_socket_limit(wait, fd, SO_SNDTIMEO);
}

/* /proc/PID/timers has an entry for each timer_create(2); whether it runs it does not say. */
static bool has_posix_timers(struct scanner *scanner, struct scan_process *process)
{
	cleanup_close int fd = -1;
	char path[64], byte;

	if (!process->timers_read) {
		snprintf(path, sizeof(path), "%d/timers", process->in->pid);
		fd = openat(scanner->in->proc_fd, path, O_RDONLY | O_CLOEXEC);
		process->has_timers = fd >= 0 && read(fd, &byte, 1) == 1;
		process->timers_read = true;
	}
	return process->has_timers;
}

/* What the thread's state letter and its signals say; true: its call decides. */
static bool is_call_to_decide(struct wait *wait, const struct procfs_status *status)
{
	uint64_t pending = status->sig_pending | status->shared_pending;

	if (pending & ~status->sig_blocked & ~status->sig_ignored)
		return false; /* will be woken by it */
	if (status->state == 'T') {
		wait->t->state = WAIT_BLOCKED;
		wait_say(wait, "stopped by a signal");
		wait_add_anybody(wait, "SIGCONT", "nobody is left to send it");
		return false;
	}
	return status->state == 'S' || status->state == 'D';
}

/* The number and arguments of the call, through a restart; false: it is in none. */
static bool read_call(struct wait *wait)
{
	const struct blocked_input *in = wait->scanner->in;
	struct blocked_thread *t = wait->t;
	struct procfs_task task;

	if (procfs_task_read(in->proc_fd, t->tid, &task) != 0) {
		t->state = WAIT_EXTERNAL;
		return false;
	}
	if (task.running || !task.in_call)
		return false;
	t->nr = task.nr;
	memcpy(t->args, task.args, sizeof(t->args));
	if (strcmp(syscall_native_name(t->nr), "restart_syscall") != 0)
		return true;
	if (in->restarted_call && in->restarted_call(in->context, t->tid, &t->nr, t->args))
		return true;
	t->state = WAIT_TIMED;
	return false;
}

static int classify_call(struct wait *wait, const struct procfs_status *status)
{
	struct scan_process *process = &wait->scanner->processes[wait->t->process];
	const struct syscall_row *call = syscall_get(syscall_from_nr(ARCH_NATIVE, wait->t->nr));
	const struct wait_row *row = call ? row_of(call->name) : NULL;
	int r;

	if (status->state == 'D' && !(row && row->in_d))
		return 0; /* waits for the machine: goes on */
	wait->t->state = WAIT_BLOCKED;
	if (!call || !row) {
		wait->t->state =
			call && has_time_limit(call, wait->t->args) ? WAIT_TIMED : WAIT_EXTERNAL;
		return 0;
	}
	if (has_time_limit(call, wait->t->args) || has_socket_limit(wait, call) ||
	    process->in->has_timer || has_posix_timers(wait->scanner, process)) {
		wait->t->state = WAIT_TIMED;
		return 0;
	}
	wait_say(wait, "%s(", call->name);
	r = row->add(wait, call);
	wait_say(wait, ")");
	/* a handler could write to the pipe that it waits for, or end the wait with EINTR */
	if (status->sig_caught & ~status->sig_blocked & ~OWN_SIGNALS)
		wait->node->any = true;
	return r;
}

int wait_classify(struct scanner *scanner, size_t thread)
{
	struct wait wait = {
		.scanner = scanner,
		.thread = thread,
		.t = &scanner->scan.threads[thread],
		.node = &scanner->scan.nodes[thread],
	};
	const struct procfs_status *status = &scanner->status[thread];
	int r = 0;

	if (wait.t->state == WAIT_RUNNABLE && is_call_to_decide(&wait, status) && read_call(&wait))
		r = classify_call(&wait, status);
	wait.node->state = wait.t->state;
	if (r == 0 && wait.t->state == WAIT_BLOCKED) {
		wait.t->text = wait_line(&wait);
		r = wait.t->text ? 0 : -ENOMEM;
	}
	return r;
}
