#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "sys/procfs.h"
#include "sys/procfs_internal.h"

static bool parse_kind(const char *text, enum lock_kind *ret_kind)
{
	static const char *const kinds[] = {
		[LOCK_KIND_FLOCK] = "FLOCK",
		[LOCK_KIND_POSIX] = "POSIX",
		[LOCK_KIND_OFD] = "OFDLCK",
		[LOCK_KIND_LEASE] = "LEASE",
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(text, kinds[i]) == 0) {
			*ret_kind = (enum lock_kind)i;
			return true;
		}
	return false;
}

/*
 * "1: POSIX  ADVISORY  WRITE 4711 08:01:1234 0 EOF", and for who waits for it
 * "1: -> POSIX  ADVISORY  WRITE 4712 …"; fs/locks.c, lock_get_status().
 */
bool procfs_lock_parse(const char *line, struct procfs_lock *ret_lock)
{
	char kind[16], how[16], access[16], end[32];
	struct procfs_lock lock = {0};
	int used = 0;

	if (sscanf(line, "%u: %n", &lock.number, &used) != 1 || !used)
		return false;
	line += used;
	lock.waits = strncmp(line, "-> ", strlen("-> ")) == 0;
	if (lock.waits)
		line += strlen("-> ");
	if (sscanf(line, "%15s %15s %15s %d %x:%x:%" SCNu64 " %" SCNu64 " %31s", kind, how, access,
		   &lock.pid, &lock.device_major, &lock.device_minor, &lock.inode, &lock.start,
		   end) != 9)
		return false;
	if (!parse_kind(kind, &lock.kind))
		return false;
	lock.writes = strcmp(access, "WRITE") == 0;
	lock.end = strcmp(end, "EOF") == 0 ? UINT64_MAX : strtoull(end, NULL, 10);
	*ret_lock = lock;
	return true;
}

/* The lines that begin with @prefix. */
static int each_line(int fd, const char *prefix,
		     int (*each)(void *ctx, const struct procfs_lock *lock), void *ctx)
{
	cleanup_fclose FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	cleanup_free char *line = NULL;
	size_t room = 0;

	if (!file) {
		int code = procfs_errno(errno);

		if (fd >= 0)
			close(fd);
		return code;
	}
	while (getline(&line, &room, file) >= 0) {
		struct procfs_lock lock;
		int rc = 0;

		if (strncmp(line, prefix, strlen(prefix)) == 0 &&
		    procfs_lock_parse(line + strlen(prefix), &lock))
			rc = each(ctx, &lock);
		if (rc)
			return rc;
	}
	return 0;
}

int procfs_each_lock(int proc_fd, int (*each)(void *ctx, const struct procfs_lock *lock), void *ctx)
{
	return each_line(openat(proc_fd, "locks", O_RDONLY | O_CLOEXEC), "", each, ctx);
}

int procfs_each_fd_lock(int proc_fd, pid_t pid, int fd,
			int (*each)(void *ctx, const struct procfs_lock *lock), void *ctx)
{
	char name[64];

	snprintf(name, sizeof(name), "%d/fdinfo/%d", pid, fd);
	return each_line(openat(proc_fd, name, O_RDONLY | O_CLOEXEC), "lock:\t", each, ctx);
}
