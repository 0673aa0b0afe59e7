#include "run/check.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "run/outputs.h"
#include "sys/names.h"

#define CHECK_LIMIT_MS 30000

static void argv_free(char **argv)
{
	for (size_t i = 0; argv && argv[i]; i++)
		free(argv[i]);
	free(argv);
}

static char **expand_argv(struct execution *x, const struct strings *words)
{
	char **argv = mem_zalloc((words->count + 1) * sizeof(*argv));

	for (size_t i = 0; argv && i < words->count; i++) {
		argv[i] = execution_expand(x, words->items[i]);
		if (!argv[i]) {
			argv_free(argv);
			return NULL;
		}
	}
	return argv;
}

static int spawn(char **argv, int output, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t all;
	int rc;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, 1);
	posix_spawn_file_actions_adddup2(&actions, output, 2);
	posix_spawnattr_init(&attr);
	sigfillset(&all);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
	rc = posix_spawnp(ret_pid, argv[0], &actions, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return -rc;
}

static int wait_for(pid_t pid, int *ret_status)
{
	cleanup_close int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd poll_fd = {pidfd, POLLIN, 0};
	int rc;

	do
		rc = poll(&poll_fd, 1, CHECK_LIMIT_MS);
	while (rc < 0 && errno == EINTR);
	if (rc == 0)
		kill(pid, SIGKILL);
	while (waitpid(pid, ret_status, 0) < 0 && errno == EINTR)
		;
	return rc == 0 ? -ETIMEDOUT : 0;
}

/* Nobody has said that something is wrong. */
static bool all_exited_well(const struct observed *seen)
{
	for (size_t i = 0; i < seen->process_count; i++)
		if (seen->processes[i].exited &&
		    (seen->processes[i].signaled || seen->processes[i].status))
			return false;
	return true;
}

static int judge_check(struct execution *x, const char *program, int status,
		       const struct output *output)
{
	const char *text = output->data ? output->data : "";
	int rc;

	if (!WIFSIGNALED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status))
		rc = observed_add(x->seen, FINDING_WRONG_OUTPUT, NULL, "check '%s' died of %s",
				  program, signal_name(WTERMSIG(status)));
	else
		rc = observed_add(x->seen, FINDING_WRONG_OUTPUT, NULL,
				  "check '%s' said no (%d)%s%s", program, WEXITSTATUS(status),
				  *text ? ": " : "", text);
	if (!rc)
		x->seen->findings[x->seen->finding_count - 1].silent = all_exited_well(x->seen);
	return rc;
}

int check_run(struct execution *x, struct err *err)
{
	const struct strings *words = &x->scenario->expect.check;
	cleanup_close int out = -1;
	struct output output = {0};
	char **argv;
	pid_t pid;
	int status, rc;

	if (!words->count)
		return 0;
	argv = expand_argv(x, words);
	out = memfd_create("check", MFD_CLOEXEC);
	if (!argv || out < 0) {
		argv_free(argv);
		return err_errno(err, -ENOMEM, "check");
	}
	rc = spawn(argv, out, &pid);
	if (rc) {
		err_errno(err, rc, "check '%s'", argv[0]);
	} else {
		rc = wait_for(pid, &status);
		if (rc)
			err_errno(err, rc, "check '%s'", argv[0]);
	}
	if (!rc)
		rc = output_read(out, &output);
	if (!rc)
		rc = judge_check(x, argv[0], status, &output);
	free(output.data);
	argv_free(argv);
	return rc;
}
