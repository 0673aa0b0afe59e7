/*
 * name: eventfd-loop
 * mechanism: eventfd
 * bug: none
 * about: an event loop that posts jobs to itself, as any thread of it may: the counter says
 *	only that there is something, so that one more event is none the less when it is full
 */
/*
 * Twins with a bug include this file: eventfd-loop-blocking, -eagain, -int, -trusting,
 * -unchecked.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"

#ifdef BUG_BLOCKING
#define FLAGS EFD_CLOEXEC
#else
#define FLAGS (EFD_CLOEXEC | EFD_NONBLOCK)
#endif

#if defined(BUG_TRUSTING) || defined(BUG_INT)
#define TRUSTS_EVENTS 1
#else
#define TRUSTS_EVENTS 0
#endif

static unsigned posted, done;

static void post(int fd)
{
	const uint64_t one = 1;

	posted++;
	while (write(fd, &one, sizeof(one)) < 0) {
#ifndef BUG_EAGAIN
		if (errno == EAGAIN)
			return; /* full: the loop is to wake up already */
#endif
#ifdef BUG_UNCHECKED
		return;
#endif
		if (errno != EINTR)
			die("post");
	}
}

static void clear_events(int fd)
{
#ifdef BUG_INT
	int value;
#else
	uint64_t value;
#endif

	/* Somebody else may have taken the event: the jobs are there all the same. */
	if (read(fd, &value, sizeof(value)) < 0 && TRUSTS_EVENTS)
		return;
	done = posted;
}

int main(int argc, char **argv)
{
	struct epoll_event event = {.events = EPOLLIN};
	int loop = epoll_create1(EPOLL_CLOEXEC), fd = eventfd(0, FLAGS), rc;
	unsigned jobs;

	args_init(argc, argv);
	jobs = args_number("--jobs", 8);
	args_end();
#ifdef BUG_UNCHECKED
	epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
#else
	if (loop < 0 || fd < 0 || epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event) < 0)
		die("eventfd");
#endif
	for (unsigned i = 0; i < jobs / 2; i++)
		post(fd);
	while (done < jobs) {
		rc = epoll_wait(loop, &event, 1, -1);
		if (rc < 0 && errno != EINTR)
			die("epoll_wait");
		if (rc > 0)
			clear_events(fd);
		if (rc > 0 && posted < jobs)
			post(fd);
	}
	printf("%u jobs done\n", done);
	return 0;
}
