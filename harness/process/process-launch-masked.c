/*
 * name: process-launch-masked
 * mechanism: process
 * bug: blocked and ignored signals inherited by the command
 * about: process-launch-masked COMMAND: runs a command behind a pipe; the command inherits
 *	that SIGTERM is blocked and SIGPIPE ignored, and cannot be stopped
 * caught-as: wrong-output
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"
#include "lib/worker.h"

static void run(const char *command, int input)
{
	dup2(input, STDIN_FILENO);
	execlp(command, command, (char *)NULL);
	_exit(127);
}

int main(int argc, char **argv)
{
	const char *command;
	int ends[2], status;
	sigset_t term;
	pid_t pid;

	args_init(argc, argv);
	command = args_operand();
	args_end();
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	on_signal(SIGPIPE, SIG_IGN, 0);
	make_pipe(ends);
	pid = make_child();
	if (pid == 0)
		run(command, ends[0]);
	safe_close(&ends[0]);
	for (int i = 0; i < 3; i++)
		safe_write(ends[1], "a line\n", strlen("a line\n"));
	safe_close(&ends[1]);
	if (safe_wait(pid, &status) < 0)
		die("wait");
	return worker_judge(command, status);
}
