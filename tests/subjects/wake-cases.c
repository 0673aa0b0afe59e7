/*
 * wake-cases.c - a thread that sleeps until something happens, which never does
 *
 * wake-cases CASE: prints what the call returned when it did not sleep any more.
 */
#include <linux/futex.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int ends[2];

static void sleep_at_futex(const struct timespec *limit)
{
	unsigned word = 7;

	printf("futex %ld\n", syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 7, limit));
}

static void sleep_in_poll(void)
{
	struct pollfd fds[] = {{-1, POLLIN, 9}, {ends[0], POLLIN, 9}, {ends[0], POLLIN, 9}};
	int n = poll(fds, 3, -1);

	printf("poll %d: %d %d %d\n", n, fds[0].revents, fds[1].revents, fds[2].revents);
}

static void sleep_in_select(void)
{
	fd_set set, except;
	int n;

	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	except = set;
	n = select(ends[0] + 1, &set, NULL, &except, NULL);
	printf("select %d: %d %d\n", n, FD_ISSET(ends[0], &set) != 0,
	       FD_ISSET(ends[0], &except) != 0);
}

static void sleep_in_epoll(void)
{
	struct epoll_event event = {EPOLLIN, {.u64 = 77}};
	int fd = epoll_create1(0), n;

	epoll_ctl(fd, EPOLL_CTL_ADD, ends[0], &event);
	event.data.u64 = 0;
	n = epoll_wait(fd, &event, 1, -1);
	printf("epoll %d: %d\n", n, (int)event.data.u64);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (pipe(ends))
		return 1;
	if (strcmp(name, "futex") == 0)
		sleep_at_futex(NULL);
	else if (strcmp(name, "futex-timed") == 0)
		sleep_at_futex(&(struct timespec){60, 0});
	else if (strcmp(name, "poll") == 0)
		sleep_in_poll();
	else if (strcmp(name, "select") == 0)
		sleep_in_select();
	else if (strcmp(name, "epoll") == 0)
		sleep_in_epoll();
	else if (strcmp(name, "nap") == 0)
		printf("nap %d\n", nanosleep(&(struct timespec){0, 50000000}, NULL));
	else
		return 2;
	return 0;
}
