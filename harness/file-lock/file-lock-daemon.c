/*
 * name: file-lock-daemon
 * mechanism: file-lock
 * bug: none
 * about: file-lock-daemon PATH: runs once only, until its standard input ends; a lock on its
 *	pid file says so and not the file, which may be that of one that was killed
 */
/*
 * Twins with a bug include this file: file-lock-daemon-close, -mixed, -exists, -eagain.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "file-lock/lock.h"
#include "lib/safe.h"

#ifdef BUG_CLOSE
#define KIND LOCK_POSIX
#elif defined(BUG_MIXED)
#define KIND LOCK_FLOCK
#else
#define KIND LOCK_OFD
#endif

static bool is_busy(int error)
{
#ifdef BUG_EAGAIN
	return error == EAGAIN;
#elif defined(BUG_EXISTS)
	return error == EEXIST;
#else
	return error == EAGAIN || error == EACCES; /* POSIX lets F_SETLK choose */
#endif
}

/* -1 with errno */
static int open_alone(const char *path)
{
#ifdef BUG_EXISTS
	return open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
#else
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || lock_once(fd, KIND, false) < 0)
		return -1;
	return fd;
#endif
}

/* As any function may read it that knows nothing of the lock: it opens, reads and closes. */
static long read_pid(const char *path)
{
	FILE *file = fopen(path, "re");
	long pid = 0;

	if (!file)
		die(path);
	if (fscanf(file, "%ld", &pid) != 1)
		pid = 0;
	fclose(file);
	return pid;
}

static void write_pid(int fd)
{
	char text[16];

	if (ftruncate(fd, 0) < 0 ||
	    safe_write(fd, text, (size_t)snprintf(text, sizeof(text), "%d\n", getpid())) < 0)
		die("pid file");
}

int main(int argc, char **argv)
{
	const char *path;
	int fd;

	args_init(argc, argv);
	path = args_operand();
	args_end();
	fd = open_alone(path);
	if (fd < 0 && !is_busy(errno))
		die(path);
	if (fd < 0) {
		fprintf(stderr, "already running\n");
		return STATUS_NOBODY;
	}
	if (read_pid(path))
		fprintf(stderr, "the one before was killed\n");
	write_pid(fd);
	if (read_pid(path) != getpid())
		die(path);
	say_and_wait("running");
#ifdef BUG_EXISTS
	unlink(path);
#else
	if (ftruncate(fd, 0) < 0)
		die(path);
#endif
	safe_close(&fd);
	return 0;
}
