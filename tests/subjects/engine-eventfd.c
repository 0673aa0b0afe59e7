/*
 * One use of an eventfd, chosen by the first argument; what came of it is
 * printed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/say.h"

static void add(int fd, uint64_t value)
{
	ssize_t n = write(fd, &value, sizeof(value));

	say("add %s\n", n < 0 ? strerrorname_np(errno) : "ok");
}

static void take(int fd)
{
	uint64_t value;

	if (read(fd, &value, sizeof(value)) < 0)
		say("take %s\n", strerrorname_np(errno));
	else
		say("take %llu\n", (unsigned long long)value);
}

static void use(uint64_t value, int flags)
{
	int fd = eventfd(0, flags);

	if (write(fd, &value, sizeof(value)) < 0)
		_exit(98);
	add(fd, 1);
	take(fd);
	take(fd);
	add(fd, 1);
	say("%s\n", fcntl(fd, F_GETFL) & O_NONBLOCK ? "nonblocking" : "blocking");
}

static void on_alarm(int signal)
{
	(void)signal;
}

/* Its write waits until an alarm interrupts it. */
static void blocking(void)
{
	struct sigaction sa = {.sa_handler = on_alarm};
	int fd = eventfd(0, 0);

	sigaction(SIGALRM, &sa, NULL);
	add(fd, 2);
	ualarm(50000, 0);
	add(fd, 1);
	say("%s\n", fcntl(fd, F_GETFL) & O_NONBLOCK ? "nonblocking" : "blocking");
	take(fd);
}

/* Two of them, which share an inode. */
static void two(void)
{
	int one = eventfd(3, EFD_NONBLOCK), other = eventfd(5, EFD_NONBLOCK);

	take(one);
	take(other);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	if (strcmp(argv[1], "zero") == 0)
		use(0, EFD_NONBLOCK);
	else if (strcmp(argv[1], "seven") == 0)
		use(7, EFD_NONBLOCK);
	else if (strcmp(argv[1], "full") == 0)
		use(0xfffffffffffffffe, EFD_NONBLOCK);
	else if (strcmp(argv[1], "tokens") == 0)
		use(2, EFD_NONBLOCK | EFD_SEMAPHORE);
	else if (strcmp(argv[1], "blocking") == 0)
		blocking();
	else if (strcmp(argv[1], "two") == 0)
		two();
	else
		return 2;
	return 0;
}
