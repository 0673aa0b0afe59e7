/*
 * name: pipe-two-writers
 * mechanism: pipe
 * bug: none
 * about: two children write long lines into one pipe; a line longer than PIPE_BUF is no
 *	single write, so each is written under a lock
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"
#include "lib/worker.h"

#define LINE 6000

static int lock_fd;

static void lock(short type)
{
	struct flock l = {.l_type = type, .l_whence = SEEK_SET};

	while (fcntl(lock_fd, F_SETLKW, &l) < 0)
		if (errno != EINTR)
			die("fcntl");
}

static int write_lines(char letter, unsigned lines)
{
	char line[LINE];
	int error = 0;

	memset(line, letter, sizeof(line));
	line[LINE - 1] = '\n';
	while (lines-- > 0 && error == 0) {
		lock(F_WRLCK);
		error = safe_write(STDOUT_FILENO, line, sizeof(line));
		lock(F_UNLCK);
	}
	safe_close(&lock_fd);
	return error ? STATUS_GONE : 0;
}

int main(int argc, char **argv)
{
	int result = 0, status;
	unsigned lines;
	pid_t pids[2];

	args_init(argc, argv);
	lines = args_number("--lines", 3);
	args_end();
	on_signal(SIGPIPE, SIG_IGN, 0);
	lock_fd = memfd_create("lock", MFD_CLOEXEC);
	if (lock_fd < 0)
		die("memfd_create");
	for (int i = 0; i < 2; i++) {
		pids[i] = make_child();
		if (pids[i] == 0) {
			if (i > 0)
				wait_for_input();
			_exit(write_lines((char)('a' + i), lines));
		}
	}
	safe_close(&lock_fd);
	for (int i = 0; i < 2; i++) {
		if (safe_wait(pids[i], &status) < 0)
			die("wait");
		if (worker_judge("a writer", status))
			result = STATUS_GONE;
	}
	return result;
}
