/*
 * name: signal-epoll
 * mechanism: signal
 * bug: none
 * about: waits for records in epoll_wait; it has no handlers, and knows that SIGSTOP and
 *	SIGCONT are enough for EINTR
 */
/* Twins with a bug include this file: signal-epoll-no-eintr. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "lib/record.h"
#include "lib/safe.h"

static bool wait_input(int epoll)
{
	struct epoll_event event;
	int n = epoll_wait(epoll, &event, 1, -1);

#ifndef BUG_NO_EINTR
	while (n < 0 && errno == EINTR)
		n = epoll_wait(epoll, &event, 1, -1);
#endif
	if (n < 0)
		perror("epoll_wait");
	return n > 0;
}

int main(void)
{
	struct epoll_event event = {.events = EPOLLIN};
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct tally tally = {0};
	struct record r;

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event) < 0)
		die("epoll");
	while (!tally.ends && wait_input(epoll)) {
		ssize_t n = safe_read(STDIN_FILENO, &r, sizeof(r));

		if (n < 0)
			fprintf(stderr, "standard input: %s\n", strerror((int)-n));
		if (n != sizeof(r))
			break;
		tally_add(&tally, &r);
	}
	safe_close(&epoll);
	tally_print(&tally, stdout);
	return tally.ends ? 0 : STATUS_EARLY;
}
