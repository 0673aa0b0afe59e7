#include "sandbox/tmp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "sys/procfs.h"

#define PREFIX "ipcfault-"

/* Who made a folder: a pid means something in its pid namespace only, and is used again. */
struct maker {
	uintmax_t pid_namespace;
	intmax_t pid;
	uintmax_t start;
};

static int maker_self(struct maker *ret_maker)
{
	cleanup_close int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct procfs_stat stat_self;
	struct stat ns;
	int rc;

	if (proc < 0 || fstatat(proc, "self/ns/pid", &ns, 0))
		return -errno;
	rc = procfs_stat(proc, getpid(), &stat_self);
	if (!rc)
		*ret_maker = (struct maker){ns.st_ino, getpid(), stat_self.start_ticks};
	return rc;
}

static const char *parent_or_default(const char *parent)
{
	const char *env = getenv("TMPDIR");

	if (parent)
		return parent;
	return env && *env == '/' ? env : "/tmp";
}

int tmp_name(const char *parent, char **ret_path, struct err *err)
{
	struct maker self = {0};
	uint64_t salt; /* nobody else can have made it before */
	char *path;
	int rc = maker_self(&self);

	if (rc)
		return err_errno(err, rc, "read /proc/self");
	if (getrandom(&salt, sizeof(salt), 0) != sizeof(salt))
		return err_errno(err, -errno, "temporary folder");
	path = mem_printf("%s/" PREFIX "%ju-%jd-%ju-%012jx", parent_or_default(parent),
			  self.pid_namespace, self.pid, self.start,
			  (uintmax_t)(salt & UINT64_C(0xffffffffffff)));
	if (!path)
		return err_errno(err, -ENOMEM, "temporary folder");
	*ret_path = path;
	return 0;
}

int tmp_make(const char *parent, char **ret_path, struct err *err)
{
	cleanup_free char *path = NULL;
	int rc = tmp_name(parent, &path, err);

	if (!path)
		return rc;
	if (fault_point("mkdir") ? (errno = ENOSPC, true) : mkdir(path, 0700))
		return err_errno(err, -errno, "make the folder %s", path);
	*ret_path = TAKE_PTR(path);
	return 0;
}

/* A folder can be emptied only when it can be read, written and entered. */
static void open_up(const FTSENT *entry)
{
	mode_t mode = entry->fts_statp->st_mode & 07777;

	if ((mode & S_IRWXU) != S_IRWXU)
		chmod(entry->fts_accpath, mode | S_IRWXU);
}

static int remove_entry(const FTSENT *entry, bool keep_top)
{
	int rc = 0;

	switch (entry->fts_info) {
	case FTS_D:
		open_up(entry);
		return 0;
	case FTS_DC:
		return 0;
	case FTS_DP:
	case FTS_DNR:
		if (!keep_top || entry->fts_level > FTS_ROOTLEVEL)
			rc = rmdir(entry->fts_accpath);
		break;
	default:
		rc = unlink(entry->fts_accpath);
		break;
	}
	return rc && errno != ENOENT ? -errno : 0;
}

/* fts(3) changes the working directory on the way, so that no depth is too deep. */
static int remove_tree(const char *path, bool keep_top)
{
	char *paths[] = {(char *)(uintptr_t)path, NULL};
	int rc = 0, first = 0;
	FTSENT *entry;
	FTS *fts;

	fts = fault_point("fts_open") ? (errno = ENOMEM, NULL)
				      : fts_open(paths, FTS_PHYSICAL | FTS_XDEV, NULL);
	if (!fts)
		return -errno;
	while ((entry = fts_read(fts))) {
		rc = remove_entry(entry, keep_top);
		if (rc && !first)
			first = rc;
	}
	if (errno && !first)
		first = -errno;
	fts_close(fts);
	return first;
}

/* Most runs leave nothing; fts(3) takes three times as many calls to find that out. */
bool tmp_is_empty(const char *path)
{
	cleanup_closedir DIR *dir = opendir(path);
	unsigned count = 0;
	struct stat st;

	/* One that was closed up is opened up on the way. */
	if (!dir || fstat(dirfd(dir), &st) || (st.st_mode & S_IRWXU) != S_IRWXU)
		return false;
	errno = 0;
	while (count < 3 && readdir(dir))
		count++;
	return !errno && count <= 2;
}

int tmp_empty(const char *path, struct err *err)
{
	int rc = tmp_is_empty(path) ? 0 : remove_tree(path, true);

	return rc ? err_errno(err, rc, "empty the folder %s", path) : 0;
}

int tmp_remove(const char *path, struct err *err)
{
	int rc = remove_tree(path, false);

	return rc ? err_errno(err, rc, "remove the folder %s", path) : 0;
}

static bool is_stale(const char *name, const struct maker *self, int proc)
{
	struct procfs_stat st = {0};
	struct maker maker = {0};
	int end = 0, rc;

	if (sscanf(name, PREFIX "%ju-%jd-%ju-%n", &maker.pid_namespace, &maker.pid, &maker.start,
		   &end) != 3 ||
	    !end || maker.pid <= 0 || maker.pid > INT_MAX)
		return false;
	if (maker.pid_namespace != self->pid_namespace)
		return false;
	rc = procfs_stat(proc, (pid_t)maker.pid, &st);
	return rc == -ESRCH || (!rc && st.start_ticks != maker.start);
}

static bool is_our_folder(DIR *dir, const char *name)
{
	struct stat st;

	return fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode) &&
	       st.st_uid == geteuid();
}

int tmp_remove_stale(const char *parent, unsigned *ret_count, struct err *err)
{
	cleanup_close int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_closedir DIR *dir = opendir(parent_or_default(parent));
	struct dirent *entry;
	struct maker self = {0};
	unsigned count = 0;
	int rc = maker_self(&self);

	if (rc || !dir || proc < 0)
		return err_errno(err, rc ? rc : -errno, "look for left folders in %s",
				 parent_or_default(parent));
	while ((entry = readdir(dir))) {
		cleanup_free char *path = NULL;

		if (!is_stale(entry->d_name, &self, proc) || !is_our_folder(dir, entry->d_name))
			continue;
		path = mem_printf("%s/%s", parent_or_default(parent), entry->d_name);
		if (!path)
			return err_errno(err, -ENOMEM, "left folders");
		count += tmp_remove(path, NULL) == 0;
	}
	if (ret_count)
		*ret_count = count;
	return 0;
}
