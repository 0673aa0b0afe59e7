/*
 * name: signal-timedwait
 * mechanism: signal
 * bug: none
 * about: a child announces by SIGUSR1 that its work is done; waited for in sigtimedwait,
 *	up to --timeout milliseconds, of which SIGSTOP and SIGCONT take none away
 */
/* Twins with a bug include this file: signal-timedwait-no-eintr. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"
#include "lib/worker.h"

/* The signal's number, or -1 when the time is up. */
static int wait_signal(const sigset_t *set, int64_t deadline)
{
#ifdef BUG_NO_EINTR
	int64_t left = deadline - now_ms();
	struct timespec t = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000};

	return sigtimedwait(set, NULL, &t);
#else
	for (;;) {
		int64_t left = deadline - now_ms();
		struct timespec t = {.tv_sec = left > 0 ? left / 1000 : 0,
				     .tv_nsec = left > 0 ? left % 1000 * 1000000 : 0};
		int sig = sigtimedwait(set, NULL, &t);

		if (sig > 0 || errno != EINTR)
			return sig;
	}
#endif
}

int main(int argc, char **argv)
{
	unsigned timeout;
	int status, sig;
	sigset_t usr1;
	pid_t pid;

	args_init(argc, argv);
	timeout = args_number("--timeout", 250);
	args_end();
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	pid = make_child();
	if (pid == 0) {
		wait_for_input();
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	sig = wait_signal(&usr1, now_ms() + timeout);
	if (safe_wait(pid, &status) < 0)
		die("wait");
	printf("%s\n", sig == SIGUSR1 ? "done" : "no answer in time");
	return sig == SIGUSR1 ? worker_judge("the child", status) : STATUS_NOBODY;
}
