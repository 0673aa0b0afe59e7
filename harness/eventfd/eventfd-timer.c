/*
 * name: eventfd-timer
 * mechanism: eventfd
 * bug: none
 * about: counts the ticks of a timerfd, which are added up while nobody reads, as an eventfd's
 *	events are; compares with the clock
 */
/* A twin with a bug includes this file: eventfd-timer-one. */
#include <errno.h>
#include <stdio.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "lib/safe.h"

#define TICK_NS 1000000
#define TICKS	30

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int wait_for_tick(int fd, uint64_t *ret_ticks)
{
	ssize_t n;

	do
		n = read(fd, ret_ticks, sizeof(*ret_ticks));
	while (n < 0 && errno == EINTR);
	return n == sizeof(*ret_ticks) ? 0 : -1;
}

int main(void)
{
	const struct itimerspec each = {.it_interval = {.tv_nsec = TICK_NS},
					.it_value = {.tv_nsec = TICK_NS}};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	int64_t start, passed;
	uint64_t count = 0, ticks;

	if (fd < 0 || timerfd_settime(fd, 0, &each, NULL) < 0)
		die("timerfd");
	start = now_ns(); /* the timer was set before: at least as many ticks have passed */
	do {
		passed = (now_ns() - start) / TICK_NS; /* and now, before the read */
		if (wait_for_tick(fd, &ticks) < 0)
			die("read");
#ifdef BUG_ONE
		ticks = 1;
#endif
		count += ticks;
	} while (count < TICKS);
	printf("%s\n", (int64_t)count >= passed ? "in time" : "the clock is ahead");
	return (int64_t)count >= passed ? 0 : STATUS_WRONG;
}
