/*
 * name: file-lock-count
 * mechanism: file-lock
 * bug: none
 * about: file-lock-count PATH: adds one to the number in a file that is locked meanwhile and
 *	replaced whole by rename; with --hold it keeps the lock until standard input ends,
 *	with --limit N it waits N ms for it at most
 */
/* Twins with a bug include this file: file-lock-count-no-eintr, -replaced, -unchecked,
 * -patient. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "file-lock/lock.h"
#include "lib/safe.h"

static enum lock_kind kind;
static unsigned limit_ms;

#if !defined(BUG_NO_EINTR) && !defined(BUG_UNCHECKED) && !defined(BUG_PATIENT)
/* No call that takes a lock of a file has a time limit: one that does not wait is repeated. */
static int lock_within_limit(int fd)
{
	const struct timespec tick = {.tv_nsec = 1000000};
	int64_t end = now_ms() + limit_ms;

	while (lock_once(fd, kind, false) < 0) {
		if (errno != EAGAIN)
			return -1;
		if (now_ms() >= end) {
			errno = ETIMEDOUT;
			return -1;
		}
		nanosleep(&tick, NULL);
	}
	return 0;
}
#endif

static int take_lock(int fd)
{
#ifdef BUG_NO_EINTR
	return lock_once(fd, kind, true);
#elif defined(BUG_UNCHECKED)
	lock_wait(fd, kind);
	return 0;
#elif defined(BUG_PATIENT)
	return lock_wait(fd, kind);
#else
	return limit_ms ? lock_within_limit(fd) : lock_wait(fd, kind);
#endif
}

/* While we waited the name may have gone to another file: the lock is worth nothing then. */
static bool is_replaced(int fd, const char *path)
{
#ifdef BUG_REPLACED
	(void)fd;
	(void)path;
	return false;
#else
	struct stat mine, named;

	if (fstat(fd, &mine) < 0)
		die(path);
	return stat(path, &named) < 0 || mine.st_ino != named.st_ino || mine.st_dev != named.st_dev;
#endif
}

static int open_locked(const char *path)
{
	for (;;) {
		int fd = safe_open(path, O_RDWR | O_CREAT, 0600);

		if (fd < 0)
			die(path);
		if (take_lock(fd) < 0) {
			int error = errno;

			fprintf(stderr, "no lock on %s: %s\n", path, strerror(error));
			exit(error == ETIMEDOUT ? STATUS_NOBODY : STATUS_WRONG);
		}
		if (!is_replaced(fd, path))
			return fd;
		safe_close(&fd);
	}
}

static unsigned read_number(int fd)
{
	char text[16] = "";

	if (safe_read(fd, text, sizeof(text) - 1) < 0)
		die("read");
	return (unsigned)strtoul(text, NULL, 10);
}

static void replace(const char *path, unsigned number)
{
	char text[16], fresh[256];
	int fd;

	snprintf(fresh, sizeof(fresh), "%s.new", path);
	fd = safe_open(fresh, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 ||
	    safe_write(fd, text, (size_t)snprintf(text, sizeof(text), "%u\n", number)) < 0 ||
	    rename(fresh, path) < 0)
		die(fresh);
	safe_close(&fd);
}

static void on_usr1(int sig)
{
	(void)sig;
}

int main(int argc, char **argv)
{
	const char *path;
	unsigned number;
	bool hold;
	int fd;

	args_init(argc, argv);
	kind = lock_kind_of_args();
	hold = args_flag("--hold");
	limit_ms = args_number("--limit", 0);
	path = args_operand();
	args_end();
	on_signal(SIGUSR1, on_usr1, 0);
	fd = open_locked(path);
	if (hold)
		say_and_wait("locked");
	number = read_number(fd) + 1;
	replace(path, number);
	safe_close(&fd);
	printf("count %u\n", number);
	return 0;
}
