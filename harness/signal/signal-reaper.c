/*
 * name: signal-reaper
 * mechanism: signal
 * bug: none
 * about: starts children, lets them end one after the other, and collects all dead ones at
 *	each SIGCHLD
 */
/* Twins with a bug include this file: signal-reaper-one. */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"

static volatile sig_atomic_t changed;
static unsigned reaped, killed;

static void on_chld(int sig)
{
	(void)sig;
	changed = 1;
}

static void count(int status)
{
	reaped++;
	killed += WIFSIGNALED(status) != 0;
}

static void reap(void)
{
	int status;

#ifdef BUG_ONE
	if (waitpid(-1, &status, WNOHANG) > 0)
#else
	while (waitpid(-1, &status, WNOHANG) > 0)
#endif
		count(status);
}

static void wait_for(unsigned wanted, const sigset_t *unblocked)
{
	while (reaped < wanted) {
#ifdef BUG_ONE
		while (!changed)
			sigsuspend(unblocked);
#endif
		changed = 0;
		reap();
#ifndef BUG_ONE
		if (reaped >= wanted)
			break;
		while (!changed)
			sigsuspend(unblocked);
#endif
	}
}

/* Who holds the other end itself would never see the end of a parent that has died. */
static int work(int go[2])
{
	char c;

	safe_close(&go[1]);
	return safe_read(go[0], &c, 1) == 1 ? 0 : STATUS_GONE;
}

int main(int argc, char **argv)
{
	sigset_t chld, unblocked;
	unsigned children;
	int go[2];

	args_init(argc, argv);
	children = args_number("--children", 6);
	args_end();
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, &unblocked);
	on_signal(SIGCHLD, on_chld, 0);
	make_pipe(go);
	for (unsigned i = 0; i < children; i++)
		if (make_child() == 0)
			_exit(work(go));
	for (unsigned i = 0; i < children; i++) {
		safe_write(go[1], "", 1);
		wait_for(i + 1, &unblocked);
	}
	safe_close(&go[0]);
	safe_close(&go[1]);
	printf("children %u killed %u\n", reaped, killed);
	return killed ? STATUS_GONE : 0;
}
