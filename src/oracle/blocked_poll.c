#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "oracle/blocked_private.h"

/* Whoever watches more is not worth the time: it counts as external. */
#define WATCHED_MAX 1024
/* The kernel allows no deeper nesting (fs/eventpoll.c, EP_MAX_NESTS). */
#define EPOLL_DEPTH_MAX 4

static int watch(struct wait *wait, int fd, size_t *count)
{
	if (wait->t->state == WAIT_EXTERNAL)
		return 0; /* nothing changes that any more */
	if ((*count)++)
		wait_say(wait, ", ");
	return wait_for_fd(wait, fd);
}

/* One that watches nothing waits for a signal. */
static int finish(struct wait *wait, size_t count)
{
	if (count == 0)
		wait_for_signal(wait);
	return 0;
}

int wait_for_poll(struct wait *wait)
{
	uint64_t number = wait->t->args[1];
	cleanup_free struct pollfd *fds = NULL;
	size_t count = 0;
	int r = 0;

	if (number > WATCHED_MAX) {
		wait_weaken(wait, WAIT_EXTERNAL);
		return 0;
	}
	fds = mem_zalloc(number * sizeof(*fds));
	if (!fds)
		return -ENOMEM;
	if (number && !wait_read_memory(wait, wait->t->args[0], fds, number * sizeof(*fds)))
		wait_weaken(wait, WAIT_EXTERNAL);
	for (size_t i = 0; r == 0 && i < number; i++) {
		if (fds[i].fd >= 0)
			r = watch(wait, fds[i].fd, &count);
	}
	return r ? r : finish(wait, count);
}

int wait_for_select(struct wait *wait)
{
	enum { BITS = 64 };
	uint64_t sets[WATCHED_MAX / BITS] = {0}, number = wait->t->args[0];
	size_t words = (number + BITS - 1) / BITS, count = 0;
	int r = 0;

	if (number > WATCHED_MAX) {
		wait_weaken(wait, WAIT_EXTERNAL);
		return 0;
	}
	for (size_t set = 1; set <= 3; set++) {
		uint64_t one[WATCHED_MAX / BITS];

		if (!words || !wait->t->args[set])
			continue;
		if (!wait_read_memory(wait, wait->t->args[set], one, words * sizeof(one[0]))) {
			wait_weaken(wait, WAIT_EXTERNAL);
			return 0;
		}
		for (size_t i = 0; i < words; i++)
			sets[i] |= one[i];
	}
	for (size_t fd = 0; r == 0 && fd < number; fd++) {
		if (sets[fd / BITS] >> (fd % BITS) & 1)
			r = watch(wait, (int)fd, &count);
	}
	return r ? r : finish(wait, count);
}

/* "tfd:        5 events:       19 data: …  pos:0 ino:3c5 sdev:e", for each descriptor watched */
static int watch_target(struct wait *wait, const char *line, size_t *count)
{
	unsigned long long ino;
	uint64_t dev, inode;
	int fd;

	if (sscanf(line, "tfd: %d events: %*x data: %*x pos:%*d ino:%llx", &fd, &ino) != 2)
		return 0;
	/* the number may belong to another file by now: epoll watches the old one on */
	if (!wait_stat_fd(wait, fd, &dev, &inode) || inode != ino) {
		wait_weaken(wait, WAIT_EXTERNAL);
		return 0;
	}
	return watch(wait, fd, count);
}

int wait_for_epoll(struct wait *wait, int epoll_fd)
{
	char path[64], line[256];
	uint64_t dev, inode;
	size_t count = 0;
	int fd, r = 0;

	snprintf(path, sizeof(path), "%d/fdinfo/%d", wait->t->pid, epoll_fd);
	fd = openat(wait->scanner->in->proc_fd, path, O_RDONLY | O_CLOEXEC);
	cleanup_fclose FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;

	if (!file || wait->depth == EPOLL_DEPTH_MAX ||
	    !wait_stat_fd(wait, epoll_fd, &dev, &inode)) {
		wait_weaken(wait, WAIT_EXTERNAL);
		return 0;
	}
	wait->depth++;
	while (r == 0 && fgets(line, sizeof(line), file))
		r = watch_target(wait, line, &count);
	wait->depth--;
	if (count == 0)
		wait_need(wait, "something to watch", "held by", "nobody is left to add it");
	/* whoever has it open too can give it more to watch */
	return r ? r : wait_add_holders(wait, dev, inode);
}
