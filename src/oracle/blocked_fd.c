#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "oracle/blocked_private.h"

/* --- which process has what open ---------------------------------------- */

static int open_proc(int proc_fd, pid_t pid, const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "%d/%s", pid, name);
	return openat(proc_fd, path, O_RDONLY | O_CLOEXEC | flags);
}

typedef int fd_visit(void *context, int fd, const struct stat *st);

/*
 * stat(2) through the links of /proc/PID/fd: the cheapest that tells which
 * object it is.  Ends when @visit returns other than 0; -EACCES when we may
 * not look.
 */
static int visit_fds(int proc_fd, pid_t pid, fd_visit *visit, void *context)
{
	int fd = open_proc(proc_fd, pid, "fd", O_DIRECTORY);
	cleanup_closedir DIR *dir = NULL;
	struct dirent *entry;
	struct stat st;
	int r = 0;

	if (fd < 0)
		return errno == EACCES || errno == EPERM ? -EACCES : 0;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while (r == 0 && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.' && fstatat(fd, entry->d_name, &st, 0) == 0)
			r = visit(context, (int)strtol(entry->d_name, NULL, 10), &st);
	}
	return r;
}

static int keep_fd(void *context, int fd, const struct stat *st)
{
	struct scan_process *process = context;
	struct held_fd *held = mem_append(&process->fds, &process->fd_count, sizeof(*held));

	if (!held)
		return -ENOMEM;
	*held = (struct held_fd){fd, (uint64_t)st->st_dev, (uint64_t)st->st_ino, -1};
	return 0;
}

static int read_fds(struct scanner *scanner, struct scan_process *process)
{
	int r = 0;

	if (!process->fds_read)
		r = visit_fds(scanner->in->proc_fd, process->in->pid, keep_fd, process);
	process->fds_read = true;
	if (r != -EACCES)
		return r;
	process->fds_unknown = true;
	return 0;
}

void scan_process_release(struct scan_process *process)
{
	free(process->fds);
}

/* Of open(2); what cannot be found out counts as open for both. */
static int flags_of(int proc_fd, pid_t pid, int fd)
{
	struct procfs_fd info;

	return procfs_fd(proc_fd, pid, fd, &info) == 0 ? info.flags : O_RDWR;
}

static unsigned ends_of(int flags)
{
	switch (flags & O_ACCMODE) {
	case O_RDONLY:
		return BLOCKED_READ_END;
	case O_WRONLY:
		return BLOCKED_WRITE_END;
	default:
		return BLOCKED_READ_END | BLOCKED_WRITE_END;
	}
}

static bool shows(const struct held_fd *held, uint64_t dev, uint64_t inode)
{
	return held->dev == dev && held->inode == inode;
}

int wait_each_holder(struct wait *wait, uint64_t dev, uint64_t inode,
		     int (*each)(struct wait *wait, size_t process, int fd, void *context),
		     void *context)
{
	struct scanner *scanner = wait->scanner;
	int r = 0;

	for (size_t i = 0; r == 0 && i < scanner->in->process_count; i++) {
		struct scan_process *process = &scanner->processes[i];

		r = read_fds(scanner, process);
		if (r == 0 && process->fds_unknown)
			r = wait_add_process(wait, i);
		for (size_t k = 0; r == 0 && k < process->fd_count; k++) {
			if (shows(&process->fds[k], dev, inode))
				r = each(wait, i, process->fds[k].fd, context);
		}
	}
	return r;
}

static int add_holder(struct wait *wait, size_t process, int fd, void *context)
{
	(void)fd, (void)context;
	return wait_add_process(wait, process);
}

int wait_add_holders(struct wait *wait, uint64_t dev, uint64_t inode)
{
	return wait_each_holder(wait, dev, inode, add_holder, NULL);
}

int wait_note_object(struct wait *wait, uint64_t dev, uint64_t inode, unsigned ends, uint64_t id)
{
	struct blocked_scan *scan = &wait->scanner->scan;
	struct blocked_pipe *object = mem_append(&scan->pipes, &scan->pipe_count, sizeof(*object));

	if (!object)
		return -ENOMEM;
	*object = (struct blocked_pipe){
		.dev = dev, .inode = inode, .id = id, .ends = ends, .thread = wait->thread};
	return 0;
}

static bool has_end(struct scanner *scanner, struct scan_process *process,
		    const struct blocked_pipe *pipe)
{
	if (process->fds_unknown)
		return true;
	for (size_t i = 0; i < process->fd_count; i++) {
		struct held_fd *held = &process->fds[i];

		if (!shows(held, pipe->dev, pipe->inode))
			continue;
		if (held->flags < 0)
			held->flags = flags_of(scanner->in->proc_fd, process->in->pid, held->fd);
		if (ends_of(held->flags) & pipe->ends)
			return true;
	}
	return false;
}

int wait_add_end_holders(struct wait *wait, const struct blocked_pipe *pipe)
{
	struct scanner *scanner = wait->scanner;
	int r = 0;

	for (size_t i = 0; r == 0 && i < scanner->in->process_count; i++) {
		struct scan_process *process = &scanner->processes[i];

		r = read_fds(scanner, process);
		if (r == 0 && has_end(scanner, process, pipe))
			r = wait_add_process(wait, i);
	}
	return r;
}

struct pipe_search {
	int proc_fd;
	pid_t pid;
	const struct blocked_pipe *pipe;
};

static int any_lock(void *context, const struct procfs_lock *lock)
{
	(void)context;
	return !lock->waits;
}

/* The number of an eventfd, 0 when it is none. */
static uint64_t eventfd_id(int proc_fd, pid_t pid, int fd)
{
	struct procfs_fd info;

	if (procfs_fd(proc_fd, pid, fd, &info) != 0 || info.kind != FD_KIND_EVENTFD)
		return 0;
	return info.inode;
}

static int is_end(void *context, int fd, const struct stat *st)
{
	const struct pipe_search *search = context;
	const struct blocked_pipe *pipe = search->pipe;

	if ((uint64_t)st->st_dev != pipe->dev || (uint64_t)st->st_ino != pipe->inode)
		return 0;
	if (pipe->ends == BLOCKED_FILE_LOCK)
		return procfs_each_fd_lock(search->proc_fd, search->pid, fd, any_lock, NULL) > 0;
	if (pipe->ends == BLOCKED_EVENTFD)
		return eventfd_id(search->proc_fd, search->pid, fd) == pipe->id;
	return (ends_of(flags_of(search->proc_fd, search->pid, fd)) & pipe->ends) != 0;
}

bool process_holds_pipe(int proc_fd, pid_t pid, const struct blocked_pipe *pipe)
{
	struct pipe_search search = {proc_fd, pid, pipe};

	return visit_fds(proc_fd, pid, is_end, &search) > 0;
}

bool wait_stat_fd(const struct wait *wait, int fd, uint64_t *ret_dev, uint64_t *ret_inode)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "%d/fd/%d", wait->t->pid, fd);
	if (fstatat(wait->scanner->in->proc_fd, path, &st, 0) != 0)
		return false;
	*ret_dev = (uint64_t)st.st_dev;
	*ret_inode = (uint64_t)st.st_ino;
	return true;
}

/* --- one function for each kind of descriptor --------------------------- */

static void say_pipe(struct wait *wait, const struct procfs_fd *info)
{
	const struct blocked_input *in = wait->scanner->in;
	const char *name = in->channel_name ? in->channel_name(in->context, info->inode) : NULL;
	const char *arrow = (info->flags & O_ACCMODE) == O_RDONLY ? "←" : "→";
	const char *kind = info->kind == FD_KIND_FIFO ? "FIFO" : "pipe";

	if (name)
		wait_say(wait, "fd %d %s %s `%s`", info->fd, arrow, kind, name);
	else if (info->kind == FD_KIND_FIFO)
		wait_say(wait, "fd %d %s FIFO %s", info->fd, arrow, info->link);
	else
		wait_say(wait, "fd %d %s pipe %" PRIu64, info->fd, arrow, info->inode);
}

static int on_pipe(struct wait *wait, const struct procfs_fd *info)
{
	const struct blocked_input *in = wait->scanner->in;
	unsigned own = ends_of(info->flags), served = 0;
	struct blocked_pipe pipe = {.ends = own == BLOCKED_READ_END    ? BLOCKED_WRITE_END
					    : own == BLOCKED_WRITE_END ? BLOCKED_READ_END
								       : own};

	say_pipe(wait, info);
	if (own == BLOCKED_READ_END)
		wait_need(wait, "a writer", "held by", "no other process can write to it");
	else if (own == BLOCKED_WRITE_END)
		wait_need(wait, "a reader", "held by", "no other process can read from it");
	else
		wait_need(wait, "a peer", "held by", "no other process has it open");
	if (!wait_stat_fd(wait, info->fd, &pipe.dev, &pipe.inode)) {
		wait_weaken(wait, WAIT_EXTERNAL);
		return 0;
	}
	/* Who does not hold it yet may still open it by its name. */
	if (info->kind == FD_KIND_FIFO && !strstr(info->link, " (deleted)"))
		wait->node->any = wait->node->newcomer = true;
	if (in->served_ends)
		served = in->served_ends(in->context, pipe.inode);
	if (served & pipe.ends)
		wait_weaken(wait, WAIT_EXTERNAL);
	if (wait_note_object(wait, pipe.dev, pipe.inode, pipe.ends, 0) != 0)
		return -ENOMEM;
	return wait_add_end_holders(wait, &pipe);
}

/*
 * All epolls and timers show one inode: whoever has any of them counts as
 * having this one.
 */
static int on_anonymous(struct wait *wait, const struct procfs_fd *info)
{
	uint64_t dev, inode;

	wait_say(wait, "fd %d ← %s", info->fd, info->link);
	wait_need(wait, "an event", "held by", "no other process has it open");
	if (wait_stat_fd(wait, info->fd, &dev, &inode))
		return wait_add_holders(wait, dev, inode);
	wait_weaken(wait, WAIT_EXTERNAL);
	return 0;
}

static int add_holder_of_eventfd(struct wait *wait, size_t process, int fd, void *context)
{
	int proc_fd = wait->scanner->in->proc_fd;
	pid_t pid = wait->scanner->processes[process].in->pid;

	return eventfd_id(proc_fd, pid, fd) == *(uint64_t *)context
		       ? wait_add_process(wait, process)
		       : 0;
}

/* Its number tells it from the others.  A writer waits when the counter is full. */
static int on_eventfd(struct wait *wait, const struct procfs_fd *info)
{
	const struct syscall_row *call = syscall_get(syscall_from_nr(ARCH_NATIVE, wait->t->nr));
	bool writes = call && call->families & FAMILY_WRITES;
	uint64_t id = info->inode, dev, inode;
	int r;

	wait_say(wait, "fd %d %s eventfd %" PRIu64, info->fd, writes ? "→" : "←", id);
	wait_need(wait, writes ? "its counter to be read" : "an event", "held by",
		  "no other process has it open");
	if (!wait_stat_fd(wait, info->fd, &dev, &inode)) {
		wait_weaken(wait, WAIT_EXTERNAL);
		return 0;
	}
	r = wait_note_object(wait, dev, inode, BLOCKED_EVENTFD, id);
	return r ? r : wait_each_holder(wait, dev, inode, add_holder_of_eventfd, &id);
}

/* The value of a line of fdinfo that begins with @key; false when there is none. */
static bool read_info(const struct wait *wait, int fd, const char *key, char *value, size_t size)
{
	char name[32], line[256];
	int info;

	snprintf(name, sizeof(name), "fdinfo/%d", fd);
	info = open_proc(wait->scanner->in->proc_fd, wait->t->pid, name, 0);
	cleanup_fclose FILE *file = info >= 0 ? fdopen(info, "r") : NULL;

	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, strlen(key)) == 0) {
			snprintf(value, size, "%s", line + strlen(key));
			return true;
		}
	}
	return false;
}

static int on_timerfd(struct wait *wait, const struct procfs_fd *info)
{
	unsigned long long seconds, nanoseconds;
	char value[64];

	if (!read_info(wait, info->fd, "it_value:", value, sizeof(value)) ||
	    sscanf(value, " (%llu, %llu)", &seconds, &nanoseconds) != 2 || seconds || nanoseconds) {
		wait_weaken(wait, WAIT_TIMED);
		return 0;
	}
	return on_anonymous(wait, info);
}

static int on_signalfd(struct wait *wait, const struct procfs_fd *info)
{
	wait_say(wait, "fd %d ← signals", info->fd);
	wait_for_signal(wait);
	return 0;
}

static int on_epoll(struct wait *wait, const struct procfs_fd *info)
{
	return wait_for_epoll(wait, info->fd);
}

/* pidfds are numbered as our /proc numbers processes; -1: that one has ended. */
static int on_pidfd(struct wait *wait, const struct procfs_fd *info)
{
	char value[64];
	size_t process;

	if (!read_info(wait, info->fd, "Pid:", value, sizeof(value))) {
		wait_weaken(wait, WAIT_EXTERNAL);
		return 0;
	}
	process = process_by_pid(wait->scanner, (pid_t)strtol(value, NULL, 10));
	if (process == NO_PROCESS || !wait->scanner->processes[process].alive) {
		wait_weaken(wait, WAIT_EXTERNAL);
		return 0;
	}
	wait_say(wait, "fd %d ← process %s", info->fd, wait->scanner->processes[process].in->name);
	wait_need(wait, "the end of a process", "that is", "nobody is left");
	return wait_add_process(wait, process);
}

/* In poll(2): what its access mode is for. */
static int on_queue(struct wait *wait, const struct procfs_fd *info)
{
	unsigned own = ends_of(info->flags);

	return wait_for_queue(wait, info,
			      own == BLOCKED_READ_END	 ? BLOCKED_WRITE_END
			      : own == BLOCKED_WRITE_END ? BLOCKED_READ_END
							 : own);
}

static int (*const by_kind[FD_KIND_MAX_])(struct wait *wait, const struct procfs_fd *info) = {
	[FD_KIND_PIPE] = on_pipe,
	[FD_KIND_FIFO] = on_pipe,
	[FD_KIND_EVENTFD] = on_eventfd,
	[FD_KIND_TIMERFD] = on_timerfd,
	[FD_KIND_SIGNALFD] = on_signalfd,
	[FD_KIND_EPOLL] = on_epoll,
	[FD_KIND_PIDFD] = on_pidfd,
	[FD_KIND_MQUEUE] = on_queue,
	[FD_KIND_TCP] = wait_for_socket,
	[FD_KIND_UNIX_STREAM] = wait_for_socket,
	[FD_KIND_UNIX_SEQPACKET] = wait_for_socket,
	[FD_KIND_UNIX_DGRAM] = wait_for_datagram,
	[FD_KIND_UDP] = wait_for_datagram,
};

int wait_for_fd(struct wait *wait, int fd)
{
	struct procfs_fd info;

	if (procfs_fd(wait->scanner->in->proc_fd, wait->t->pid, fd, &info) != 0 ||
	    !by_kind[info.kind]) {
		wait_weaken(wait, WAIT_EXTERNAL); /* a socket, a terminal, a device */
		return 0;
	}
	return by_kind[info.kind](wait, &info);
}

/* --- open(2) of a FIFO --------------------------------------------------- */

static bool read_string(const struct wait *wait, uint64_t address, char *text, size_t size)
{
	size_t used = 0;

	while (used < size) { /* in pieces that do not cross a page */
		size_t piece = 256 - (size_t)((address + used) % 256);

		if (piece > size - used)
			piece = size - used;
		if (!wait_read_memory(wait, address + used, text + used, piece))
			return false;
		if (memchr(text + used, '\0', piece))
			return true;
		used += piece;
	}
	return false;
}

int wait_for_open(struct wait *wait, int dir, uint64_t path_address)
{
	cleanup_free char *path = mem_zalloc(PATH_MAX);
	cleanup_free char *full = NULL;
	struct stat st;

	if (!path)
		return -ENOMEM;
	if (!read_string(wait, path_address, path, PATH_MAX)) {
		wait_weaken(wait, WAIT_EXTERNAL);
		return 0;
	}
	if (path[0] == '/')
		full = mem_printf("%d/root%s", wait->t->pid, path);
	else if (dir == AT_FDCWD)
		full = mem_printf("%d/cwd/%s", wait->t->pid, path);
	else
		full = mem_printf("%d/fd/%d/%s", wait->t->pid, dir, path);
	if (!full)
		return -ENOMEM;
	if (fstatat(wait->scanner->in->proc_fd, full, &st, 0) != 0 || !S_ISFIFO(st.st_mode)) {
		wait_weaken(wait, WAIT_EXTERNAL);
		return 0;
	}
	wait_say(wait, "FIFO %s", path);
	wait_add_anybody(wait, "its other end to be opened", "nobody is left to open it");
	wait->node->newcomer = true;
	return 0;
}
