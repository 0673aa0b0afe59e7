/* The namespaces and mounts of a worker: each by itself, so that one refusal costs only that one.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "sandbox/internal.h"

static int refuse(const char *operation, int error)
{
	if (!fault_point(operation))
		return 0;
	errno = error;
	return -1;
}

static int try_unshare(int flags)
{
	return refuse("unshare", EPERM) ? -1 : unshare(flags);
}

static int try_mount(const char *type, const char *target, unsigned long flags, const char *data)
{
	return refuse("mount", EPERM) ? -1 : mount(type, target, type, flags, data);
}

static int write_proc(const struct sandbox *sandbox, const char *file, const char *text)
{
	cleanup_close int fd = openat(sandbox->proc_fd, file, O_WRONLY | O_CLOEXEC);
	size_t len = strlen(text);

	if (fd < 0)
		return -1;
	return write(fd, text, len) == (ssize_t)len ? 0 : -1;
}

static void not_tried(struct sandbox *sandbox, enum sandbox_part part, const char *why)
{
	snprintf(sandbox->parts[part].why, sizeof(sandbox->parts[part].why), "%s", why);
}

/* The user is the same inside: user_namespaces(7), "Defining user and group ID mappings". */
static int map_ids(const struct sandbox *sandbox, uid_t uid, gid_t gid)
{
	char text[64];

	snprintf(text, sizeof(text), "%u %u 1", uid, uid);
	if (write_proc(sandbox, "self/uid_map", text))
		return -1;
	if (write_proc(sandbox, "self/setgroups", "deny") && errno != ENOENT)
		return -1;
	snprintf(text, sizeof(text), "%u %u 1", gid, gid);
	return write_proc(sandbox, "self/gid_map", text);
}

static void enter_user(struct sandbox *sandbox)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (try_unshare(CLONE_NEWUSER))
		sandbox_refused(sandbox, SANDBOX_USER, "unshare");
	else if (map_ids(sandbox, uid, gid))
		sandbox_refused(sandbox, SANDBOX_USER, "write the id maps");
	else
		sandbox->parts[SANDBOX_USER].isolated = true;
}

/*
 * Someone privileged needs no user namespace, and without it the programs see
 * fewer differences: all user ids, devices, raised limits.
 */
static void enter_mount(struct sandbox *sandbox)
{
	if (try_unshare(CLONE_NEWNS) == 0) {
		not_tried(sandbox, SANDBOX_USER, "not needed: privileged");
	} else {
		enter_user(sandbox);
		if (!sandbox->parts[SANDBOX_USER].isolated) {
			not_tried(sandbox, SANDBOX_MOUNT, "needs the user namespace");
			return;
		}
		if (try_unshare(CLONE_NEWNS)) {
			sandbox_refused(sandbox, SANDBOX_MOUNT, "unshare");
			return;
		}
	}
	if (mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL))
		sandbox_refused(sandbox, SANDBOX_MOUNT, "make / private");
	else
		sandbox->parts[SANDBOX_MOUNT].isolated = true;
}

static void enter_ipc(struct sandbox *sandbox)
{
	if (try_unshare(CLONE_NEWIPC))
		sandbox_refused(sandbox, SANDBOX_IPC, "unshare");
	else
		sandbox->parts[SANDBOX_IPC].isolated = true;
}

static int loopback_up(void)
{
	cleanup_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};

	if (fd < 0)
		return -1;
	return ioctl(fd, SIOCSIFFLAGS, &request);
}

static void enter_net(struct sandbox *sandbox)
{
	if (try_unshare(CLONE_NEWNET)) {
		sandbox_refused(sandbox, SANDBOX_NET, "unshare");
		return;
	}
	if (loopback_up())
		sandbox_refused(sandbox, SANDBOX_NET, "no loopback");
	sandbox->parts[SANDBOX_NET].isolated = true;
}

static void mount_shm(struct sandbox *sandbox)
{
	if (try_mount("tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777"))
		sandbox_refused(sandbox, SANDBOX_SHM, "mount /dev/shm");
	else
		sandbox->parts[SANDBOX_SHM].isolated = true;
}

/*
 * A file system of the queues that needs no place in the tree, as /dev/mqueue
 * does not exist everywhere; where it does, the programs find theirs there.
 */
static void mount_mqueue(struct sandbox *sandbox)
{
	cleanup_close int context = -1;

	if (!refuse("mount", EPERM))
		context = fsopen("mqueue", FSOPEN_CLOEXEC);
	if (context < 0 || fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0)) {
		sandbox_refused(sandbox, SANDBOX_MQUEUE, "mqueue file system");
		return;
	}
	sandbox->mqueue_fd = fsmount(context, FSMOUNT_CLOEXEC, 0);
	if (sandbox->mqueue_fd < 0) {
		sandbox_refused(sandbox, SANDBOX_MQUEUE, "mount the mqueue file system");
		return;
	}
	if (sandbox->parts[SANDBOX_MOUNT].isolated)
		mount("mqueue", "/dev/mqueue", "mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	sandbox->parts[SANDBOX_MQUEUE].isolated = true;
}

static void mount_tmp(struct sandbox *sandbox, const char *path)
{
	if (try_mount("tmpfs", path, MS_NOSUID | MS_NODEV, "mode=0700"))
		sandbox_refused(sandbox, SANDBOX_TMP, "mount");
	else
		sandbox->parts[SANDBOX_TMP].isolated = true;
}

int sandbox_make_tmp(struct sandbox *sandbox, const struct sandbox_options *options,
		     struct err *err)
{
	if (options->tmp && mkdir(options->tmp, 0700) && errno != EEXIST)
		return err_errno(err, -errno, "make the folder %s", options->tmp);
	if (!sandbox->parts[SANDBOX_MOUNT].isolated)
		not_tried(sandbox, SANDBOX_TMP, "needs the mount namespace");
	else if (options->tmp && !options->keep_tmp)
		mount_tmp(sandbox, options->tmp);
	else
		not_tried(sandbox, SANDBOX_TMP, "not asked for");
	return 0;
}

void sandbox_unshare(struct sandbox *sandbox, const struct sandbox_options *options)
{
	enter_mount(sandbox);
	enter_ipc(sandbox);
	if (options->no_net)
		not_tried(sandbox, SANDBOX_NET, "not asked for");
	else
		enter_net(sandbox);
	if (sandbox->parts[SANDBOX_MOUNT].isolated)
		mount_shm(sandbox);
	else
		not_tried(sandbox, SANDBOX_SHM, "needs the mount namespace");
	if (sandbox->parts[SANDBOX_IPC].isolated)
		mount_mqueue(sandbox);
	else
		not_tried(sandbox, SANDBOX_MQUEUE, "needs the IPC namespace");
}
