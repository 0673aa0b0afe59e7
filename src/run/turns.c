#include "run/turns.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"

int turns_new(int *ret_fd, struct err *err)
{
	int fd = fault_point("memfd_create") ? (errno = EMFILE, -1)
					     : memfd_create("turns", MFD_CLOEXEC);

	if (fd < 0)
		return err_errno(err, -errno, "turns of the workers");
	*ret_fd = fd;
	return 0;
}

bool turns_needed(const struct sandbox *sandbox, enum mechanism mechanism)
{
	switch (mechanism) {
	case MECHANISM_MQ_POSIX:
	case MECHANISM_MSG_SYSV:
	case MECHANISM_SHM_SYSV:
	case MECHANISM_SEM_SYSV:
		return !sandbox->parts[SANDBOX_IPC].isolated;
	case MECHANISM_SHM_POSIX:
	case MECHANISM_SEM_POSIX:
		return !sandbox->parts[SANDBOX_SHM].isolated;
	default:
		return false;
	}
}

static int set_lock(int fd, short type)
{
	struct flock lock = {.l_type = type, .l_whence = SEEK_SET};

	while (fcntl(fd, F_SETLKW, &lock))
		if (errno != EINTR)
			return -errno;
	return 0;
}

int turns_take(int fd, struct err *err)
{
	int rc = set_lock(fd, F_WRLCK);

	return rc ? err_errno(err, rc, "turn of this worker") : 0;
}

void turns_give(int fd)
{
	set_lock(fd, F_UNLCK);
}
