/* Descriptors that calls can wait for. */
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include "rt/gate.h"
#include "rt/raw.h"

bool rt_fd_can_wait(int fd)
{
	struct stat st;

	return raw3(SYS_fstat, fd, (long)&st, 0) == 0 &&
	       (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || (st.st_mode & S_IFMT) == 0);
}

bool rt_fd_is_ready(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	return raw3(SYS_poll, (long)&p, 1, 0) != 0;
}

bool rt_fd_is_nonblocking(int fd)
{
	return raw3(SYS_fcntl, fd, F_GETFL, 0) & O_NONBLOCK;
}
