/*
 * channel_memory.c - shared memory objects and files that programs map.
 *
 * With `capacity` the file system that it lies on has no more room than that:
 * the kernel refuses what does not fit, with ENOSPC, or with SIGBUS where a
 * store needs the page.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "run/channels.h"
#include "run/execution.h"

#define SHM_FOLDER "/dev/shm"

/* A file of that size, all zero, without a page yet. */
static int make_file(struct run_channel *channel, struct err *err)
{
	const struct channel *spec = channel->spec;
	cleanup_close int fd = -1;
	int rc;

	fd = fault_point("open") ? -1
				 : open(channel->path,
					O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(err, -errno, "channel '%s' at %s", spec->name, channel->path);
	if (ftruncate(fd, (off_t)spec->size))
		return err_errno(err, -errno, "size of channel '%s'", spec->name);
	rc = fd_object_own(fd, &channel->object);
	channel->object.kind = FD_KIND_FILE;
	return rc;
}

static int set_room(struct run_channel *channel, const char *folder, unsigned long flags,
		    struct err *err)
{
	cleanup_free char *options =
		mem_printf("mode=%s,size=%llu", flags & MS_REMOUNT ? "1777" : "0700",
			   (unsigned long long)channel->spec->capacity);

	if (!options)
		return err_errno(err, -ENOMEM, "channel '%s'", channel->spec->name);
	if (mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV | flags, options))
		return err_errno(err, -errno, "file system of channel '%s' at %s",
				 channel->spec->name, folder);
	channel->mounted = mem_strdup(folder);
	return channel->mounted ? 0 : -ENOMEM;
}

static int needs_mounts(const struct run_channel *channel, struct err *err)
{
	return err_set(err, -EPERM, "channel '%s': a capacity needs a mount namespace",
		       channel->spec->name);
}

/* Where the name space is that of the machine, others have names there, too. */
static int open_shm(struct execution *x, struct run_channel *channel, struct err *err)
{
	bool own = x->worker->sandbox.parts[SANDBOX_SHM].isolated;
	const char *name = channel->spec->name;
	int rc = 0;

	channel->text =
		own ? mem_printf("/%s", name) : mem_printf("/ipcfault.%d.%s", getpid(), name);
	if (channel->text)
		channel->path = mem_printf(SHM_FOLDER "%s", channel->text);
	if (!channel->path)
		return err_errno(err, -ENOMEM, "channel '%s'", name);
	if (channel->spec->capacity)
		rc = own ? set_room(channel, SHM_FOLDER, MS_REMOUNT, err)
			 : needs_mounts(channel, err);
	return rc ? rc : make_file(channel, err);
}

static void release_shm(struct run_channel *channel)
{
	if (channel->path)
		unlink(channel->path);
	/* tmpfs(5): the default */
	if (channel->mounted)
		mount("tmpfs", channel->mounted, "tmpfs", MS_NOSUID | MS_NODEV | MS_REMOUNT,
		      "mode=1777,size=50%");
}

/* The folder of a file with a capacity: `.NAME` in ${tmp}. */
static int make_folder(struct execution *x, struct run_channel *channel, char **ret_folder,
		       struct err *err)
{
	cleanup_free char *folder = mem_printf("%s/.%s", x->tmp, channel->spec->name);
	int rc;

	if (!folder)
		return err_errno(err, -ENOMEM, "channel '%s'", channel->spec->name);
	if (!x->worker->sandbox.parts[SANDBOX_MOUNT].isolated)
		return needs_mounts(channel, err);
	if (mkdir(folder, 0700) && errno != EEXIST)
		return err_errno(err, -errno, "folder of channel '%s'", channel->spec->name);
	rc = set_room(channel, folder, 0, err);
	if (!rc)
		*ret_folder = TAKE_PTR(folder);
	return rc;
}

static int open_file(struct execution *x, struct run_channel *channel, struct err *err)
{
	cleanup_free char *folder = NULL;
	int rc = 0;

	if (channel->spec->capacity)
		rc = make_folder(x, channel, &folder, err);
	if (rc)
		return rc;
	channel->path = mem_printf("%s/%s", folder ? folder : x->tmp, channel->spec->name);
	return channel->path ? make_file(channel, err)
			     : err_errno(err, -ENOMEM, "channel '%s'", channel->spec->name);
}

static void release_file(struct run_channel *channel)
{
	if (channel->path)
		unlink(channel->path);
	if (channel->mounted)
		umount2(channel->mounted, MNT_DETACH);
}

/* Opened for each process: a file position is nothing to be shared by chance. */
static int memory_end(struct run_channel *channel, int end, bool *ret_own)
{
	int fd = open(channel->path, (end == END_READ ? O_RDONLY : O_RDWR) | O_CLOEXEC);

	*ret_own = fd >= 0;
	return fd < 0 ? -errno : fd;
}

/* A program may have put another file there: under its name it is the channel as well. */
static bool memory_has(struct run_channel *channel, const struct fd_object *object)
{
	return (channel->object.ino && fd_object_same(&channel->object, object)) ||
	       (channel->path && strcmp(channel->path, object->path) == 0);
}

const struct channel_ops channel_shm_ops = {
	.open = open_shm, .end = memory_end, .release = release_shm, .has = memory_has};
const struct channel_ops channel_file_ops = {
	.open = open_file, .end = memory_end, .release = release_file, .has = memory_has};
