#include "explore/start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "engine/launch.h"
#include "rt/segment.h"
#include "schedule/control.h"

#define ABOVE 256 /* out of the way while descriptors are put into place */

static int add(char ***env, size_t *count, char *entry)
{
	char **slot = mem_append(env, count, sizeof(*slot));

	if (!slot)
		return -ENOMEM;
	*slot = entry;
	return 0;
}

static int make_env(const struct launch *launch, char *const added[], size_t added_count,
		    char ***ret_env)
{
	size_t count = 0;
	int rc = 0;

	for (char *const *entry = launch->envp; !rc && *entry; entry++)
		rc = add(ret_env, &count, *entry);
	for (size_t i = 0; !rc && i < added_count; i++)
		rc = added[i] ? add(ret_env, &count, added[i]) : -ENOMEM;
	return rc ? rc : add(ret_env, &count, NULL);
}

/* First out of the way, then each to its place. */
static bool put_fds(const struct launch *launch, const struct start_segments *segments)
{
	struct launch_fd fds[LAUNCH_FDS_MAX + 2];
	size_t count = 0;

	for (; count < launch->fd_count; count++)
		fds[count] = launch->fds[count];
	fds[count++] = (struct launch_fd){START_SEGMENT, segments->segment};
	fds[count++] = (struct launch_fd){START_CONTROL, segments->control};
	for (size_t i = 0; i < count; i++) {
		fds[i].source = fcntl(fds[i].source, F_DUPFD_CLOEXEC, ABOVE);
		if (fds[i].source < 0)
			return false;
	}
	for (size_t i = 0; i < count; i++)
		if (dup2(fds[i].source, fds[i].target) < 0)
			return false;
	return true;
}

static bool set_limits(const struct launch *launch)
{
	for (size_t i = 0; i < launch->limit_count; i++) {
		const struct rlimit limit = {launch->limits[i].value, launch->limits[i].value};

		if (setrlimit((__rlimit_resource_t)launch->limits[i].resource, &limit))
			return false;
	}
	return true;
}

static void become(const struct launch *launch, const struct start_segments *segments, char **env)
{
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (put_fds(launch, segments) && (!launch->cwd || chdir(launch->cwd) == 0) &&
	    set_limits(launch))
		execve(launch->path, launch->argv, env);
	_exit(START_FAILED);
}

int start_program(const struct launch *launch, const struct start_segments *segments,
		  pid_t *ret_pid, struct err *err)
{
	cleanup_free char *segment = mem_printf("%s=%d", SEGMENT_ENV, START_SEGMENT);
	cleanup_free char *control = mem_printf("%s=%d", CONTROL_ENV, START_CONTROL);
	cleanup_free char *role = mem_printf("%s=%u", CONTROL_ROLE, segments->role);
	char *const added[] = {segment, control, role};
	cleanup_free char **env = NULL;
	int rc = make_env(launch, added, segments->role ? 3 : 0, &env);
	pid_t pid;

	if (rc)
		return err_errno(err, rc, "%s", launch->path);
	pid = fork();
	if (pid == 0)
		become(launch, segments, env);
	if (pid < 0)
		return err_errno(err, -errno, "%s", launch->path);
	*ret_pid = pid;
	return 0;
}
