#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "sys/procfs.h"
#include "sys/procfs_internal.h"

#define NAME_SIZE 64

/* ipc/mqueue.c: there is no header for it */
#define MQUEUE_MAGIC 0x19800202

/* Documentation/admin-guide/devices.txt */
#define MAJOR_TTY	4
#define MAJOR_CONSOLE	5
#define MAJOR_PTS_FIRST 136
#define MAJOR_PTS_LAST	143

static const struct link_row {
	const char *text;
	enum fd_kind kind;
} anonymous[] = {
	{"anon_inode:[eventfd]", FD_KIND_EVENTFD},
	{"anon_inode:[signalfd]", FD_KIND_SIGNALFD},
	{"anon_inode:[timerfd]", FD_KIND_TIMERFD},
	{"anon_inode:[eventpoll]", FD_KIND_EPOLL},
	{"anon_inode:inotify", FD_KIND_INOTIFY},
	{"anon_inode:[pidfd]", FD_KIND_PIDFD},
	{"pidfd:[", FD_KIND_PIDFD},
	{"pipe:[", FD_KIND_PIPE},
	{"socket:[", FD_KIND_SOCKET},
	{"/", FD_KIND_FILE},
};

enum fd_kind fd_kind_from_link(const char *link)
{
	for (size_t i = 0; i < ARRAY_SIZE(anonymous); i++)
		if (strncmp(link, anonymous[i].text, strlen(anonymous[i].text)) == 0)
			return anonymous[i].kind;
	return link[0] ? FD_KIND_OTHER : FD_KIND_NONE;
}

static enum fd_kind kind_of_unix(int type)
{
	switch (type) {
	case SOCK_STREAM:
		return FD_KIND_UNIX_STREAM;
	case SOCK_DGRAM:
		return FD_KIND_UNIX_DGRAM;
	case SOCK_SEQPACKET:
		return FD_KIND_UNIX_SEQPACKET;
	default:
		return FD_KIND_SOCKET;
	}
}

enum fd_kind fd_kind_of_socket(int domain, int type, int protocol)
{
	if (domain == AF_UNIX)
		return kind_of_unix(type);
	if (domain != AF_INET && domain != AF_INET6)
		return FD_KIND_SOCKET;
	if (type == SOCK_STREAM && (protocol == IPPROTO_TCP || protocol == 0))
		return FD_KIND_TCP;
	if (type == SOCK_DGRAM && (protocol == IPPROTO_UDP || protocol == 0))
		return FD_KIND_UDP;
	return FD_KIND_SOCKET;
}

static bool get_option(int fd, int option, int *ret_value)
{
	socklen_t size = sizeof(*ret_value);

	return getsockopt(fd, SOL_SOCKET, option, ret_value, &size) == 0;
}

/* pidfd_open(2) wants the leader of the group; the thread's tgid is known to /proc only. */
static int copy_fd(int proc_fd, pid_t pid, int fd)
{
	struct procfs_status status;
	cleanup_close int pidfd = -1;
	int copy;

	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0 && !procfs_status(proc_fd, pid, &status))
		pidfd = (int)syscall(SYS_pidfd_open, status.tgid, 0);
	if (pidfd < 0)
		return -errno;
	copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	return copy < 0 ? -errno : copy;
}

static uint16_t port_of(const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)address)->sin_port);
	if (address->ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)address)->sin6_port);
	return 0;
}

static void read_ports(int socket, struct procfs_fd *out)
{
	struct sockaddr_storage own = {0}, peer = {0};
	socklen_t own_size = sizeof(own), peer_size = sizeof(peer);

	if (getsockname(socket, (struct sockaddr *)&own, &own_size) == 0)
		out->port = port_of(&own);
	if (getpeername(socket, (struct sockaddr *)&peer, &peer_size) == 0)
		out->peer_port = port_of(&peer);
}

/* The socket's own words, through a copy of the descriptor that lives for an instant. */
static void read_socket(int proc_fd, pid_t pid, struct procfs_fd *out)
{
	cleanup_close int copy = copy_fd(proc_fd, pid, out->fd);
	int domain, type, protocol;

	if (copy < 0 || !get_option(copy, SO_DOMAIN, &domain) ||
	    !get_option(copy, SO_TYPE, &type) || !get_option(copy, SO_PROTOCOL, &protocol))
		return;
	out->kind = fd_kind_of_socket(domain, type, protocol);
	if (out->kind == FD_KIND_TCP || out->kind == FD_KIND_UDP)
		read_ports(copy, out);
}

static enum fd_kind device_kind(dev_t device)
{
	unsigned number = major(device);

	if (number == MAJOR_TTY || number == MAJOR_CONSOLE ||
	    (number >= MAJOR_PTS_FIRST && number <= MAJOR_PTS_LAST))
		return FD_KIND_TTY;
	return FD_KIND_DEVICE;
}

/* O_PATH follows the magic link without opening what it shows: a FIFO would wait. */
static int file_kind(int proc_fd, pid_t pid, int fd, const char *link, enum fd_kind *ret_kind)
{
	cleanup_close int object = -1;
	char name[NAME_SIZE];
	struct statfs fs;

	*ret_kind = FD_KIND_FILE;
	if (strncmp(link, "/memfd:", strlen("/memfd:")) == 0 && strstr(link, " (deleted)"))
		return 0; /* or a file of that name that is gone, in the root: no queue either */
	snprintf(name, sizeof(name), "fd/%d", fd);
	object = procfs_open(proc_fd, pid, name, O_PATH);
	if (object < 0)
		return object;
	*ret_kind = fstatfs(object, &fs) == 0 && fs.f_type == MQUEUE_MAGIC ? FD_KIND_MQUEUE
									   : FD_KIND_FILE;
	return 0;
}

static enum fd_kind path_kind(const struct stat *st)
{
	if (S_ISFIFO(st->st_mode))
		return FD_KIND_FIFO;
	if (S_ISDIR(st->st_mode))
		return FD_KIND_DIRECTORY;
	if (S_ISCHR(st->st_mode))
		return device_kind(st->st_rdev);
	return S_ISBLK(st->st_mode) ? FD_KIND_DEVICE : FD_KIND_OTHER;
}

/* @name: "PID/fd/N", the link. */
static int read_object(int proc_fd, pid_t pid, const char *name, struct procfs_fd *out)
{
	struct stat st;

	if (fault_point("fstatat"))
		return -EACCES;
	if (fstatat(proc_fd, name, &st, 0))
		return procfs_errno(errno);
	out->inode = st.st_ino;
	out->device = st.st_dev;
	if (out->kind == FD_KIND_SOCKET)
		read_socket(proc_fd, pid, out);
	else if (out->kind == FD_KIND_FILE && S_ISREG(st.st_mode))
		return file_kind(proc_fd, pid, out->fd, out->link, &out->kind);
	else if (out->kind == FD_KIND_FILE)
		out->kind = path_kind(&st);
	return 0;
}

static bool parse_eventfd(const char *text, struct procfs_eventfd *ret)
{
	const char *count = strstr(text, "eventfd-count:"), *id = strstr(text, "eventfd-id:");
	const char *semaphore = strstr(text, "eventfd-semaphore:");

	if (!count || !id)
		return false;
	*ret = (struct procfs_eventfd){
		.count = strtoull(count + strlen("eventfd-count:"), NULL, 16),
		.id = strtoull(id + strlen("eventfd-id:"), NULL, 10),
		.is_semaphore = semaphore &&
				strtol(semaphore + strlen("eventfd-semaphore:"), NULL, 10) != 0,
	};
	return true;
}

static int read_info(int proc_fd, pid_t pid, struct procfs_fd *out)
{
	struct procfs_eventfd eventfd;
	char name[NAME_SIZE], text[512];
	unsigned flags;
	long long pos;
	ssize_t n;

	snprintf(name, sizeof(name), "fdinfo/%d", out->fd);
	n = procfs_slurp(proc_fd, pid, name, text, sizeof(text));
	if (n < 0)
		return (int)n;
	if (sscanf(text, "pos: %lld flags: %o", &pos, &flags) != 2)
		return -ESRCH;
	out->pos = pos;
	out->flags = (int)flags;
	/* All that have no file of their own share one inode. */
	if (out->kind == FD_KIND_EVENTFD && parse_eventfd(text, &eventfd))
		out->inode = eventfd.id;
	return 0;
}

int procfs_eventfd(int proc_fd, pid_t pid, int fd, struct procfs_eventfd *ret_eventfd)
{
	char name[NAME_SIZE], text[512];
	ssize_t n;

	snprintf(name, sizeof(name), "fdinfo/%d", fd);
	n = procfs_slurp(proc_fd, pid, name, text, sizeof(text));
	if (n < 0)
		return (int)n;
	return parse_eventfd(text, ret_eventfd) ? 0 : -ENOENT;
}

static bool is_alive(int proc_fd, pid_t pid)
{
	struct procfs_status status;

	return procfs_status(proc_fd, pid, &status) == 0 && status.state != 'Z' &&
	       status.state != 'X';
}

int procfs_fd_link(int proc_fd, pid_t pid, int fd, char *link, size_t size)
{
	char name[NAME_SIZE];
	ssize_t n;

	snprintf(name, sizeof(name), "%d/fd/%d", pid, fd);
	n = readlinkat(proc_fd, name, link, size - 1);
	if (n < 0)
		return procfs_errno(errno);
	link[n] = '\0';
	return 0;
}

static int read_fd(int proc_fd, pid_t pid, struct procfs_fd *out)
{
	char name[NAME_SIZE];
	int rc = procfs_fd_link(proc_fd, pid, out->fd, out->link, sizeof(out->link));

	if (rc)
		return rc;
	snprintf(name, sizeof(name), "%d/fd/%d", pid, out->fd);
	out->kind = fd_kind_from_link(out->link);
	rc = read_object(proc_fd, pid, name, out);
	return rc ? rc : read_info(proc_fd, pid, out);
}

int procfs_fd(int proc_fd, pid_t pid, int fd, struct procfs_fd *ret_fd)
{
	struct procfs_fd out = {.fd = fd};
	int rc = read_fd(proc_fd, pid, &out);

	if (rc == -ESRCH && is_alive(proc_fd, pid))
		return -EBADF;
	if (!rc)
		*ret_fd = out;
	return rc;
}

static int count_by_listing(int proc_fd, pid_t pid, unsigned *ret_count)
{
	cleanup_close int dir = procfs_open(proc_fd, pid, "fd", O_RDONLY | O_DIRECTORY);
	cleanup_free int *numbers = NULL;
	size_t count;
	int rc = dir < 0 ? dir : procfs_numbers(dir, &numbers, &count);

	if (!rc)
		*ret_count = (unsigned)count;
	return rc;
}

/* Since Linux 6.2 the size of the folder is their number, proc(5); before that it is 0. */
int procfs_count_fds(int proc_fd, pid_t pid, unsigned *ret_count)
{
	char name[NAME_SIZE];
	struct stat st;

	snprintf(name, sizeof(name), "%d/fd", pid);
	if (fault_point("fstatat"))
		return -EACCES;
	if (fstatat(proc_fd, name, &st, 0))
		return procfs_errno(errno);
	if (!st.st_size)
		return count_by_listing(proc_fd, pid, ret_count);
	*ret_count = (unsigned)st.st_size;
	return 0;
}

int procfs_each_fd(int proc_fd, pid_t pid, int (*each)(void *ctx, const struct procfs_fd *fd),
		   void *ctx)
{
	cleanup_close int dir = procfs_open(proc_fd, pid, "fd", O_RDONLY | O_DIRECTORY);
	cleanup_free int *numbers = NULL;
	size_t count;
	int rc;

	if (dir < 0)
		return dir;
	rc = procfs_numbers(dir, &numbers, &count);
	for (size_t i = 0; !rc && i < count; i++) {
		struct procfs_fd out = {.fd = numbers[i]};

		rc = read_fd(proc_fd, pid, &out);
		rc = rc == -ESRCH ? 0 : rc ? rc : each(ctx, &out);
	}
	return rc;
}
