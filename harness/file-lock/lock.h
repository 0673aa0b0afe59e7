/*
 * lock.h - the three kinds of locks of whole files, taken and given back alike.
 */
#ifndef FILE_LOCK_LOCK_H
#define FILE_LOCK_LOCK_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/args.h"

enum lock_kind { LOCK_FLOCK, LOCK_POSIX, LOCK_OFD };

/* --flock, which is the default, --posix or --ofd. */
static inline enum lock_kind lock_kind_of_args(void)
{
	if (args_flag("--posix"))
		return LOCK_POSIX;
	if (args_flag("--ofd"))
		return LOCK_OFD;
	args_flag("--flock");
	return LOCK_FLOCK;
}

/* One call: 0 or -1 with errno. */
static inline int lock_once(int fd, enum lock_kind kind, bool wait)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (kind == LOCK_FLOCK)
		return flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
	if (kind == LOCK_POSIX)
		return fcntl(fd, wait ? F_SETLKW : F_SETLK, &whole);
	return fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &whole);
}

/* Waits for it, signals or not: 0 or -1 with errno. */
static inline int lock_wait(int fd, enum lock_kind kind)
{
	int rc;

	do
		rc = lock_once(fd, kind, true);
	while (rc < 0 && errno == EINTR);
	return rc;
}

static inline int lock_release(int fd, enum lock_kind kind)
{
	struct flock whole = {.l_type = F_UNLCK, .l_whence = SEEK_SET};

	if (kind == LOCK_FLOCK)
		return flock(fd, LOCK_UN);
	return fcntl(fd, kind == LOCK_POSIX ? F_SETLK : F_OFD_SETLK, &whole);
}

#endif
