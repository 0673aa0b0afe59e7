/*
 * name: pipe-two-writers-torn
 * mechanism: pipe
 * bug: more than PIPE_BUF written by two writers
 * about: two children write long lines into one pipe, and each relies on write being one
 *	piece
 * caught-as: wrong-output wrong-exit
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"
#include "lib/worker.h"

#define LINE 6000

static int write_lines(char letter, unsigned lines)
{
	char line[LINE];
	int error = 0;

	memset(line, letter, sizeof(line));
	line[LINE - 1] = '\n';
	while (lines-- > 0 && error == 0)
		error = safe_write(STDOUT_FILENO, line, sizeof(line));
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
	for (int i = 0; i < 2; i++) {
		pids[i] = make_child();
		if (pids[i] == 0) {
			if (i > 0)
				wait_for_input();
			_exit(write_lines((char)('a' + i), lines));
		}
	}
	for (int i = 0; i < 2; i++) {
		if (safe_wait(pids[i], &status) < 0)
			die("wait");
		if (worker_judge("a writer", status))
			result = STATUS_GONE;
	}
	return result;
}
