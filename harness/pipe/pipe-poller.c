/*
 * name: pipe-poller
 * mechanism: pipe
 * bug: none
 * about: collects records until the end record, but no longer than --timeout milliseconds
 *	in all; signals do not prolong that
 */
/* Twins with a bug include this file: pipe-poller-no-eintr. */
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
static int wait_input(int64_t deadline)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
#ifdef BUG_NO_EINTR
	int64_t left = deadline - now_ms();
	int n = poll(&p, 1, left > 0 ? (int)left : 0);

	if (n < 0)
		die("poll");
	return n;
#else
	for (;;) {
		int64_t left = deadline - now_ms();
		int n = poll(&p, 1, left > 0 ? (int)left : 0);

		if (n >= 0)
			return n;
		if (errno != EINTR)
			die("poll");
	}
#endif
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	int64_t deadline;
	struct record r;

	args_init(argc, argv);
	deadline = now_ms() + args_number("--timeout", 100);
	args_end();
	on_signal(SIGUSR1, on_usr1, 0);
	while (tally.ends == 0) {
		if (wait_input(deadline) == 0) {
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
