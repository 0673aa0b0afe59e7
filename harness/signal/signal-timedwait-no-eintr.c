/*
 * name: signal-timedwait-no-eintr
 * mechanism: signal
 * bug: no EINTR retry (sigtimedwait, SIGSTOP and SIGCONT)
 * about: a child announces by SIGUSR1 that its work is done; any failure of sigtimedwait
 *	is taken for the end of the time
 * caught-as: wrong-exit wrong-output
 */
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
	int64_t left = deadline - now_ms();
	struct timespec t = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000};

	return sigtimedwait(set, NULL, &t);
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
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	sig = wait_signal(&usr1, now_ms() + timeout);
	if (safe_wait(pid, &status) < 0)
		die("wait");
	printf("%s\n", sig == SIGUSR1 ? "done" : "no answer in time");
	return sig == SIGUSR1 ? worker_judge("the child", status) : STATUS_NOBODY;
}
