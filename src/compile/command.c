#include "compile/command.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"

#define SAID_MAX (1 << 20) /* of an endless list of errors the beginning says enough */

/* 0 or a positive errno. */
static int start(const struct command *command, int said, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc)
		return rc;
	rc = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(&actions, said, 2);
	if (!rc && command->output)
		rc = posix_spawn_file_actions_addopen(&actions, 1, command->output,
						      O_WRONLY | O_CREAT | O_TRUNC, 0666);
	else if (!rc)
		rc = posix_spawn_file_actions_adddup2(&actions, said, 1);
	if (!rc && command->cwd)
		rc = posix_spawn_file_actions_addchdir_np(&actions, command->cwd);
	if (!rc)
		rc = posix_spawnp(ret_pid, command->argv[0], &actions, NULL,
				  (char *const *)command->argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

static int wait_for(pid_t pid, bool *ret_good)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	*ret_good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	return 0;
}

static int read_said(int fd, char **ret_said)
{
	struct stat st;
	size_t size;
	char *text;

	if (fstat(fd, &st))
		return -errno;
	size = st.st_size < SAID_MAX ? (size_t)st.st_size : SAID_MAX;
	text = mem_zalloc(size + 1);
	if (!text)
		return -ENOMEM;
	if (pread(fd, text, size, 0) < 0) {
		free(text);
		return -errno;
	}
	*ret_said = text;
	return 0;
}

int command_run(const struct command *command, char **ret_said, struct err *err)
{
	cleanup_close int said = memfd_create("said", MFD_CLOEXEC);
	bool good = false;
	pid_t pid;
	int rc;

	if (said < 0)
		return err_errno(err, -errno, "run '%s'", command->argv[0]);
	rc = start(command, said, &pid);
	if (rc == ENOENT)
		return err_set(err, -ENOENT, "'%s' is not installed", command->argv[0]);
	if (rc == ENOEXEC) /* not -ENOEXEC: it has said nothing */
		return err_set(err, -EACCES, "'%s' is no program", command->argv[0]);
	if (rc)
		return err_errno(err, -rc, "run '%s'", command->argv[0]);
	rc = wait_for(pid, &good);
	if (!rc)
		rc = read_said(said, ret_said);
	if (rc)
		return err_errno(err, rc, "run '%s'", command->argv[0]);
	return good ? 0 : -ENOEXEC;
}
