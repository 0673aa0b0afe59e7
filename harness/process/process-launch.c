/*
 * name: process-launch
 * mechanism: process
 * bug: none
 * about: process-launch COMMAND: runs a command behind a pipe and sends it lines; signals
 *	are blocked here, but not in the command
 */
/* Twins with a bug include this file: process-launch-masked. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"
#include "lib/worker.h"

#ifndef BUG_MASKED
static sigset_t before;
#endif

static void run(const char *command, int input)
{
	dup2(input, STDIN_FILENO);
#ifndef BUG_MASKED
	sigprocmask(SIG_SETMASK, &before, NULL);
	signal(SIGPIPE, SIG_DFL);
#endif
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
#ifdef BUG_MASKED
	sigprocmask(SIG_BLOCK, &term, NULL);
#else
	sigprocmask(SIG_BLOCK, &term, &before);
#endif
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
