#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/util.h"
#include "sandbox/internal.h"
#include "sys/procfs.h"

#define PAUSE_FIRST_NS (50 * NS_PER_US)
#define PAUSE_LAST_NS  (10 * NS_PER_MS)
#define PATIENCE_NS    (5 * NS_PER_S)

static const char *const part_names[] = {
	[SANDBOX_USER] = "user namespace", [SANDBOX_MOUNT] = "mount namespace",
	[SANDBOX_IPC] = "IPC namespace",   [SANDBOX_NET] = "network namespace",
	[SANDBOX_SHM] = "own /dev/shm",	   [SANDBOX_MQUEUE] = "list of message queues",
	[SANDBOX_TMP] = "own tmpfs",	   [SANDBOX_PID] = "pid namespace",
	[SANDBOX_PROC] = "own /proc",
};
_Static_assert(ARRAY_SIZE(part_names) == SANDBOX_MAX_, "one name for each part");

const char *sandbox_part_name(enum sandbox_part part)
{
	return part_names[part];
}

void sandbox_refused(struct sandbox *sandbox, enum sandbox_part part, const char *what)
{
	sandbox->parts[part].isolated = false;
	snprintf(sandbox->parts[part].why, sizeof(sandbox->parts[part].why), "%s: %s", what,
		 strerror(errno));
}

static int open_proc(struct sandbox *sandbox, struct err *err)
{
	sandbox->proc_fd = fault_point("open") ? (errno = EMFILE, -1)
					       : open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return sandbox->proc_fd < 0 ? err_errno(err, -errno, "open /proc") : 0;
}

int sandbox_enter(const struct sandbox_options *options, struct sandbox *ret, struct err *err)
{
	struct sandbox sandbox = {.proc_fd = -1, .mqueue_fd = -1, .init_socket = -1};
	int rc = open_proc(&sandbox, err);

	if (rc)
		return rc;
	sandbox_unshare(&sandbox, options);
	/* Who removes the folder is there before it: the worker may be killed at any moment. */
	rc = init_start(&sandbox, options, err);
	if (!rc)
		rc = sandbox_make_tmp(&sandbox, options, err);
	if (!rc && !sandbox.parts[SANDBOX_PID].isolated &&
	    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
		rc = err_errno(err, -errno, "PR_SET_CHILD_SUBREAPER");
	if (rc)
		sandbox_release(&sandbox);
	else
		*ret = sandbox;
	return rc;
}

/* What has died, of any kind of child; our own helper is waited for elsewhere. */
static void reap_children(struct sandbox *sandbox)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0)
		if (pid == sandbox->init && (WIFEXITED(status) || WIFSIGNALED(status)))
			sandbox->init = 0;
}

/* Without a pid namespace: our descendants, orphans being our children as we are subreaper. */
static int kill_descendants(const struct sandbox *sandbox, pid_t parent, bool *ret_left)
{
	pid_t *pids;
	size_t count;
	int rc = procfs_children(sandbox->proc_fd, parent, &pids, &count);

	if (rc)
		return rc == -ESRCH ? 0 : rc;
	for (size_t i = 0; i < count && !rc; i++) {
		if (pids[i] == sandbox->init)
			continue;
		*ret_left = true;
		kill(pids[i], SIGKILL);
		rc = kill_descendants(sandbox, pids[i], ret_left);
	}
	free(pids);
	return rc;
}

static int kill_all(struct sandbox *sandbox, bool *ret_left, struct err *err)
{
	int rc;

	*ret_left = false;
	if (sandbox->parts[SANDBOX_PID].isolated)
		return init_kill_all(sandbox, ret_left, err);
	rc = kill_descendants(sandbox, getpid(), ret_left);
	return rc ? err_errno(err, rc, "cannot list the processes that are left") : 0;
}

static int end_processes(struct sandbox *sandbox, struct err *err)
{
	uint64_t pause = PAUSE_FIRST_NS, waited = 0;
	bool left;

	for (;;) {
		struct timespec ts;
		int rc = kill_all(sandbox, &left, err);

		reap_children(sandbox);
		if (rc || !left)
			return rc;
		if (waited > PATIENCE_NS)
			return err_set(err, -ETIMEDOUT, "processes of the run do not die");
		ts = (struct timespec){.tv_nsec = (long)pause};
		nanosleep(&ts, NULL);
		waited += pause;
		pause = pause * 2 < PAUSE_LAST_NS ? pause * 2 : PAUSE_LAST_NS;
	}
}

static void remove_objects(struct sandbox *sandbox)
{
	if (!sandbox->is_empty)
		objects_remove(sandbox);
	sandbox->is_empty = false;
}

int sandbox_clean(struct sandbox *sandbox, struct err *err)
{
	int rc = end_processes(sandbox, err);

	if (!rc)
		remove_objects(sandbox);
	return rc;
}

int sandbox_choose_pids(struct sandbox *sandbox, pid_t last_pid, struct err *err)
{
	return sandbox->parts[SANDBOX_PID].isolated ? init_set_last_pid(sandbox, last_pid, err) : 0;
}

int sandbox_clean_beside(struct sandbox *sandbox, struct err *err)
{
	int rc = sandbox_choose_pids(sandbox, 1, err);

	if (!rc)
		remove_objects(sandbox);
	return rc;
}

static void end_init(struct sandbox *sandbox)
{
	if (sandbox->init_socket >= 0)
		close(sandbox->init_socket);
	if (sandbox->init > 0)
		while (waitpid(sandbox->init, NULL, __WALL) < 0 && errno == EINTR)
			;
	sandbox->init_socket = -1;
	sandbox->init = 0;
}

void sandbox_release(struct sandbox *sandbox)
{
	end_init(sandbox);
	if (sandbox->mqueue_fd >= 0)
		close(sandbox->mqueue_fd);
	if (sandbox->proc_fd >= 0)
		close(sandbox->proc_fd);
	sandbox->mqueue_fd = sandbox->proc_fd = -1;
}
