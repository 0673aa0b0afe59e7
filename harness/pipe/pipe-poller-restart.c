/*
 * name: pipe-poller-restart
 * mechanism: pipe
 * bug: retry restarts the full time-out
 * about: collects records until the end record; each signal gives it the whole --timeout
 *	again
 * caught-as: hang spin late
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "lib/safe.h"

static void on_usr1(int sig)
{
	(void)sig;
}

/* 1 = there is input, 0 = time is up. */
static int wait_input(int timeout)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
	int n;

	do
		n = poll(&p, 1, timeout);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		die("poll");
	return n;
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	int timeout;
	struct record r;

	args_init(argc, argv);
	timeout = (int)args_number("--timeout", 100);
	args_end();
	on_signal(SIGUSR1, on_usr1, 0);
	while (tally.ends == 0) {
		if (wait_input(timeout) == 0) {
			printf("timed out after %u records\n", tally.records);
			return STATUS_NOBODY;
		}
		/* A writer sends whole records, and a pipe keeps them whole. */
		if (safe_read(STDIN_FILENO, &r, sizeof(r)) != sizeof(r))
			break;
		tally_add(&tally, &r);
	}
	tally_print(&tally, stdout);
	return tally.ends ? 0 : STATUS_EARLY;
}
