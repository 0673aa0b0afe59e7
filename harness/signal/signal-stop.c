/*
 * name: signal-stop
 * mechanism: signal
 * bug: none
 * about: asks a child for results that are announced by SIGUSR1; with --alone it has no
 *	child and waits for SIGTERM; its signals arrive in sigsuspend and nowhere else
 */
/* Twins with a bug include this file: signal-stop-pause. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"
#include "lib/worker.h"

static volatile sig_atomic_t ready, stop;
#ifndef BUG_PAUSE
static sigset_t unblocked;
#endif

static void on_event(int sig)
{
	if (sig == SIGUSR1)
		ready = 1;
	else
		stop = 1;
}

static void set_up_signals(void)
{
#ifndef BUG_PAUSE
	sigset_t ours;

	sigemptyset(&ours);
	sigaddset(&ours, SIGUSR1);
	sigaddset(&ours, SIGTERM);
	sigprocmask(SIG_BLOCK, &ours, &unblocked);
#endif
	on_signal(SIGUSR1, on_event, 0);
	on_signal(SIGTERM, on_event, 0);
}

static __attribute__((noinline)) void wait_signal(void)
{
#ifdef BUG_PAUSE
	pause();
#else
	sigsuspend(&unblocked);
#endif
}

static void wait_until(const volatile sig_atomic_t *flag)
{
	while (!*flag)
		wait_signal();
}

static int announce_results(int requests)
{
	char request;

	wait_for_input();
	while (safe_read(requests, &request, 1) == 1)
		kill(getppid(), SIGUSR1);
	safe_close(&requests);
	return 0;
}

static int ask_child(unsigned rounds)
{
	int requests[2], status;
	unsigned done = 0;
	pid_t pid;

	on_signal(SIGPIPE, SIG_IGN, 0);
	make_pipe(requests);
	pid = make_child();
	if (pid == 0) {
		safe_close(&requests[1]);
		_exit(announce_results(requests[0]));
	}
	safe_close(&requests[0]);
	for (; done < rounds; done++) {
		ready = 0;
		if (safe_write(requests[1], "?", 1))
			break;
		wait_until(&ready);
	}
	safe_close(&requests[1]);
	if (safe_wait(pid, &status) < 0)
		die("wait");
	printf("results %u\n", done);
	return worker_judge("the child", status);
}

int main(int argc, char **argv)
{
	unsigned rounds;
	bool alone;

	args_init(argc, argv);
	rounds = args_number("--rounds", 5);
	alone = args_flag("--alone");
	args_end();
	set_up_signals();
	if (!alone)
		return ask_child(rounds);
	wait_until(&stop);
	printf("stopped\n");
	return 0;
}
