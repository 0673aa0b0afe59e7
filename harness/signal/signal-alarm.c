/*
 * name: signal-alarm
 * mechanism: signal
 * bug: none
 * about: asks a device that does not answer, and gives up after --timeout milliseconds;
 *	SIGALRM can arrive only in ppoll
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"

static volatile sig_atomic_t expired;
static sigset_t unblocked;

static void on_alarm(int sig)
{
	(void)sig;
	expired = 1;
}

/* One attempt; false when there was no answer. */
static __attribute__((noinline)) bool ask(int device)
{
	struct pollfd p = {.fd = device, .events = POLLIN};
	char c;

	return ppoll(&p, 1, NULL, &unblocked) > 0 && read(device, &c, 1) == 1;
}

int main(int argc, char **argv)
{
	struct itimerval timer = {0};
	bool answered = false;
	unsigned timeout;
	sigset_t alarms;
	int device[2];

	args_init(argc, argv);
	timeout = args_number("--timeout", 20);
	args_end();
	timer.it_value.tv_sec = timeout / 1000;
	timer.it_value.tv_usec = timeout % 1000 * 1000;
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	sigprocmask(SIG_BLOCK, &alarms, &unblocked);
	on_signal(SIGALRM, on_alarm, 0);
	make_pipe(device);
	setitimer(ITIMER_REAL, &timer, NULL);
	while (!expired && !answered)
		answered = ask(device[0]);
	safe_close(&device[0]);
	safe_close(&device[1]);
	printf("%s\n", answered ? "answered" : "no answer");
	return answered ? 0 : STATUS_NOBODY;
}
