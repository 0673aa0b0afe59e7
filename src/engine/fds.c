#include "engine/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "engine/maps.h"
#include "sys/procfs.h"
#include "sys/syscalls.h"

/* A FIFO's link is its path: the file system's numbers name it. */
static void fill_in(const struct procfs_fd *from, struct fd_object *object)
{
	*object = (struct fd_object){.kind = from->kind,
				     .dev = from->kind == FD_KIND_EVENTFD ? (uint64_t)from->kind
									  : from->device,
				     .ino = from->inode,
				     .flags = from->flags,
				     .port = from->port,
				     .peer_port = from->peer_port};
	snprintf(object->path, sizeof(object->path), "%s", from->link);
}

int fd_object_of(struct engine *e, pid_t tid, int fd, struct fd_object *ret_object)
{
	struct procfs_fd found;
	int rc = procfs_fd(e->options.proc_fd, tid, fd, &found);

	if (!rc)
		fill_in(&found, ret_object);
	return rc;
}

struct fd_object sysv_object(enum fd_kind kind, int id)
{
	struct fd_object object = {
		.kind = kind, .dev = (uint64_t)kind, .ino = (unsigned)id, .flags = O_RDWR};

	snprintf(object.path, sizeof(object.path), "%s:[%d]", vocab_name(&fd_kind_vocab, (int)kind),
		 id);
	return object;
}

int object_of_args(struct engine *e, pid_t tid, const struct syscall_row *row, const uint64_t *args,
		   struct fd_object *ret_object)
{
	static const enum fd_kind sysv_kinds[] = {
		[SYSV_NONE] = FD_KIND_NONE,
		[SYSV_MSG] = FD_KIND_MSG_SYSV,
		[SYSV_SEM] = FD_KIND_SEM_SYSV,
		[SYSV_SHM] = FD_KIND_SHM_SYSV,
	};

	if (row && row->fd_arg >= 0)
		return fd_object_of(e, tid, (int)args[row->fd_arg], ret_object);
	if (!row || row->sysv == SYSV_NONE)
		return -ENOENT;
	*ret_object = sysv_object(sysv_kinds[row->sysv], (int)args[0]);
	return 0;
}

/* The first argument is an address that may show an object. */
static bool names_memory(const struct syscall_row *row)
{
	static const char *const names[] = {"msync",   "munmap", "mremap", "mprotect",
					    "madvise", "mlock",	 "shmdt"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(row->name, names[i]) == 0)
			return true;
	return false;
}

/* The programs have our mounts; a relative path begins at their own folder or descriptor. */
static int full_path(struct engine *e, const struct tracee *t, const struct syscall_row *row,
		     char *path, size_t size)
{
	int dir = row->dir_arg < 0 ? AT_FDCWD : (int)t->call.args[row->dir_arg];
	char link[48], base[PATH_MAX], name[PATH_MAX];
	ssize_t length;

	if (tracee_read_string(t, t->call.args[row->path_arg], name, sizeof(name)))
		return -ENOENT;
	if (dir == AT_FDCWD)
		snprintf(link, sizeof(link), "%d/cwd", t->process->tgid);
	else
		snprintf(link, sizeof(link), "%d/fd/%d", t->process->tgid, dir);
	length = *name == '/' ? 0 : readlinkat(e->options.proc_fd, link, base, sizeof(base) - 1);
	if (length < 0)
		return -ENOENT;
	base[length] = '\0';
	return snprintf(path, size, "%s%s%s", base, *base ? "/" : "", name) < (int)size ? 0
											: -ENOENT;
}

static int path_object(struct engine *e, const struct tracee *t, const struct syscall_row *row,
		       struct fd_object *ret_object)
{
	char path[PATH_MAX];
	struct stat st;

	if (full_path(e, t, row, path, sizeof(path)) || stat(path, &st))
		return -ENOENT;
	*ret_object = (struct fd_object){.kind = S_ISREG(st.st_mode)	? FD_KIND_FILE
						 : S_ISFIFO(st.st_mode) ? FD_KIND_FIFO
									: FD_KIND_OTHER,
					 .dev = st.st_dev,
					 .ino = st.st_ino};
	snprintf(ret_object->path, sizeof(ret_object->path), "%s", path);
	return 0;
}

int call_object(struct engine *e, const struct tracee *t, struct fd_object *ret_object)
{
	const struct syscall_row *row = syscall_get(t->call.id);

	if (row && names_memory(row))
		return map_object_at(e, t->tid, t->call.args[0], ret_object, NULL);
	if (row && row->fd_arg < 0 && row->path_arg >= 0)
		return path_object(e, t, row, ret_object);
	return object_of_args(e, t->tid, row, t->call.args, ret_object);
}

int fd_object_own(int fd, struct fd_object *ret_object)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	*ret_object = (struct fd_object){.dev = st.st_dev, .ino = st.st_ino};
	return 0;
}

struct search {
	struct engine *e;
	struct process *process;
	const struct fd_object *object;
	unsigned modes;
	struct fd_holder *holders;
	size_t count;
};

static int consider(void *ctx, const struct procfs_fd *fd)
{
	struct search *search = ctx;
	struct fd_holder *holder;
	struct fd_object object;

	if (fd->kind != search->object->kind || !(search->modes >> (fd->flags & O_ACCMODE) & 1))
		return 0;
	fill_in(fd, &object);
	if (!fd_object_same(&object, search->object))
		return 0;
	holder = mem_append(&search->holders, &search->count, sizeof(*holder));
	if (!holder)
		return -ENOMEM;
	*holder = (struct fd_holder){search->process, fd->fd, fd->flags};
	return 0;
}

int fd_holders(struct engine *e, const struct fd_object *object, unsigned modes,
	       struct fd_holder **ret_holders, size_t *ret_count)
{
	struct search search = {.e = e, .object = object, .modes = modes};
	int rc = 0;

	for (struct process *p = e->processes; p && (!rc || rc == -ESRCH); p = p->next) {
		if (p->exited)
			continue;
		search.process = p;
		rc = procfs_each_fd(e->options.proc_fd, p->tgid, consider, &search);
	}
	if (rc && rc != -ESRCH) {
		free(search.holders);
		return rc;
	}
	*ret_holders = search.holders;
	*ret_count = search.count;
	return 0;
}

int fd_borrow(pid_t tgid, int fd)
{
	cleanup_close int pidfd = (int)syscall(SYS_pidfd_open, tgid, 0);
	int copy;

	if (pidfd < 0)
		return -errno;
	copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	return copy < 0 ? -errno : copy;
}

bool fd_has_time_limit(int fd, int option)
{
	struct timeval limit = {0, 0};
	socklen_t size = sizeof(limit);

	return getsockopt(fd, SOL_SOCKET, option, &limit, &size) == 0 &&
	       (limit.tv_sec || limit.tv_usec);
}

int fd_reopen(struct engine *e, pid_t tgid, int fd, int flags)
{
	char path[48];
	int copy;

	snprintf(path, sizeof(path), "%d/fd/%d", tgid, fd);
	copy = openat(e->options.proc_fd, path, flags | O_CLOEXEC);
	return copy < 0 ? -errno : copy;
}
