/*
 * asan_fork.c - fork(2) with AddressSanitizer while other threads run.
 *
 * Criterion forks for each test while nanomsg's threads run in it.  The
 * sanitizer of GCC 12 does not take the locks of its allocator then, as
 * malloc(3) does: a lock that such a thread holds is never released in the
 * child, whose first allocation waits for ever.  So the fork waits until all
 * other threads sleep: who holds a lock does not.
 */
#if defined(__SANITIZE_ADDRESS__)
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOKS_MAX 100000 /* a thread that works for long is waited for no longer than that */

/* The letter after "tid (name) "; S: asleep, and not in a page fault, which may be in malloc(3). */
static char state_of(const char *tid)
{
	char path[64], text[256];
	const char *end;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%s/stat", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 'S';
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	end = strrchr(text, ')');
	return end && end[1] ? end[2] : 'S';
}

static bool others_sleep(void)
{
	DIR *tasks = opendir("/proc/self/task");
	const struct dirent *entry;
	bool sleep = true;

	if (!tasks)
		return true;
	while (sleep && (entry = readdir(tasks)))
		if (isdigit((unsigned char)*entry->d_name) && atoi(entry->d_name) != gettid())
			sleep = state_of(entry->d_name) == 'S';
	closedir(tasks);
	return sleep;
}

static void wait_for_others(void)
{
	for (unsigned i = 0; i < LOOKS_MAX && !others_sleep(); i++)
		sched_yield();
}

__attribute__((constructor)) static void install(void)
{
	pthread_atfork(wait_for_others, NULL, NULL);
}
#endif
