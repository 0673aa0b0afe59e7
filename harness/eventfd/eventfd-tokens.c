/*
 * name: eventfd-tokens
 * mechanism: eventfd
 * bug: none
 * about: two tokens in an eventfd for four children; the parent gives back the token of one
 *	that has died with it, and counts them all at the end
 */
/* Twins with a bug include this file: eventfd-tokens-lost, -counter. */
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/safe.h"

#define TOKENS	 2
#define CHILDREN 4

#ifdef BUG_COUNTER
#define FLAGS EFD_CLOEXEC
#else
#define FLAGS (EFD_CLOEXEC | EFD_SEMAPHORE)
#endif

/* Who has one; set after it was taken, cleared before it is given back. */
static atomic_int *has_token;

static int take_token(int fd)
{
	uint64_t value;

	while (read(fd, &value, sizeof(value)) < 0)
		if (errno != EINTR)
			return -1;
	return 0;
}

static int give_token(int fd)
{
	const uint64_t one = 1;

	while (write(fd, &one, sizeof(one)) < 0)
		if (errno != EINTR)
			return -1;
	return 0;
}

static int work(int fd, int me)
{
	if (take_token(fd) < 0)
		return STATUS_WRONG;
	has_token[me] = 1;
	getppid(); /* what it is all about */
	has_token[me] = 0;
	return give_token(fd) < 0 ? STATUS_WRONG : 0;
}

/* Who could still give one has ended. */
static bool is_there(int fd)
{
#if defined(BUG_LOST) || defined(BUG_COUNTER)
	(void)fd;
	return true;
#else
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) > 0;
#endif
}

static void reap(int fd, int me, pid_t pid)
{
	int status;

	if (safe_wait(pid, &status) < 0)
		die("wait");
	if (!WIFSIGNALED(status))
		return;
	printf("child %d died\n", me);
#ifdef BUG_LOST
	(void)fd;
#else
	if (has_token[me] && give_token(fd) < 0)
		die("write");
#endif
}

int main(void)
{
	pid_t pids[CHILDREN];
	int fd = eventfd(TOKENS, FLAGS);

	has_token = mmap(NULL, CHILDREN * sizeof(*has_token), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fd < 0 || has_token == MAP_FAILED)
		die("eventfd");
	for (int i = 0; i < CHILDREN; i++) {
		pids[i] = make_child();
		if (pids[i] == 0)
			exit(work(fd, i));
	}
	for (int i = 0; i < CHILDREN; i++)
		reap(fd, i, pids[i]);
	for (int i = 0; i < TOKENS; i++) {
		if (!is_there(fd)) {
			fprintf(stderr, "a token is lost\n");
			return STATUS_WRONG;
		}
		if (take_token(fd) < 0)
			die("read");
	}
	puts("all tokens are back");
	return 0;
}
