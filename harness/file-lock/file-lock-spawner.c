/*
 * name: file-lock-spawner
 * mechanism: file-lock
 * bug: none
 * about: file-lock-spawner PATH: one at a time, by a lock; with --helper it has a helper that
 *	lives on until standard input ends, and has not got the lock
 */
/* Twins with a bug include this file: file-lock-spawner-inherit. */
#include <stdio.h>
#include <string.h>

#include "file-lock/lock.h"
#include "lib/safe.h"

#ifdef BUG_INHERIT
#define CLOSE_ON_EXEC 0
#else
#define CLOSE_ON_EXEC O_CLOEXEC
#endif

static pid_t start_helper(const char *program)
{
	pid_t pid = make_child();

	if (pid == 0) {
		execl(program, program, "--serve", (char *)NULL);
		die(program);
	}
	return pid;
}

static int serve(void)
{
	char byte;

	while (safe_read_some(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}

int main(int argc, char **argv)
{
	const char *path;
	bool has_helper;
	int fd, status;
	pid_t pid;

	args_init(argc, argv);
	if (args_flag("--serve"))
		return serve();
	has_helper = args_flag("--helper");
	path = args_operand();
	args_end();
	fd = open(path, O_RDWR | O_CREAT | CLOSE_ON_EXEC, 0600);
	if (fd < 0 || lock_wait(fd, LOCK_FLOCK) < 0)
		die(path);
	puts("locked");
	if (!has_helper)
		return 0;
	pid = start_helper(argv[0]);
	if (safe_wait(pid, &status) < 0)
		die("wait");
	return 0;
}
