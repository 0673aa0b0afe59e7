/*
 * name: shm-frame
 * mechanism: shm-posix
 * bug: none
 * about: shm-frame: a client passes a frame in a memfd to a compositor and makes it
 *	shorter then; the compositor takes only frames that are sealed against that
 */
/* A twin with a bug includes this file: shm-frame-unsealed, -careless. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"
#include "lib/worker.h"

#define FRAME (4 * 4096)

union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

static struct msghdr message(struct iovec *iov, union control *control)
{
	return (struct msghdr){.msg_iov = iov,
			       .msg_iovlen = 1,
			       .msg_control = control,
			       .msg_controllen = sizeof(*control)};
}

static void send_fd(int socket, int fd)
{
	union control control = {{0}};
	struct iovec iov = {"f", 1};
	struct msghdr msg = message(&iov, &control);

	control.header = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
					  .cmsg_type = SCM_RIGHTS,
					  .cmsg_len = CMSG_LEN(sizeof(fd))};
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	if (sendmsg(socket, &msg, MSG_NOSIGNAL) != 1)
		die("sendmsg");
}

static int receive_fd(int socket)
{
	union control control = {{0}};
	char byte;
	struct iovec iov = {&byte, 1};
	struct msghdr msg = message(&iov, &control);
	int fd;

	if (recvmsg(socket, &msg, MSG_CMSG_CLOEXEC) != 1 || control.header.cmsg_type != SCM_RIGHTS)
		die("recvmsg");
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

/* A client can do anything with its own memory, whatever it has promised. */
static int be_client(int socket)
{
	int fd = memfd_create("frame", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	char byte;

	if (fd < 0 || ftruncate(fd, FRAME) < 0)
		die("frame");
#ifndef BUG_CARELESS
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		fputs("the frame is not sealed\n", stderr);
#endif
	send_fd(socket, fd);
	if (safe_read(socket, &byte, 1) != 1)
		return 0;
	if (ftruncate(fd, 0) == 0)
		fputs("the frame is shorter now\n", stderr);
	safe_write(socket, "s", 1);
	return 0;
}

static bool is_acceptable(int fd)
{
#if defined(BUG_UNSEALED) || defined(BUG_CARELESS)
	(void)fd;
	return true;
#else
	int seals = fcntl(fd, F_GET_SEALS);

	return seals >= 0 && seals & F_SEAL_SHRINK;
#endif
}

static int be_compositor(int socket)
{
	int fd = receive_fd(socket);
	const char *frame;
	char byte;

	if (!is_acceptable(fd)) {
		fputs("a frame that is not sealed is refused\n", stderr);
		return STATUS_WRONG;
	}
	frame = mmap(NULL, FRAME, PROT_READ, MAP_SHARED, fd, 0);
	if (frame == MAP_FAILED)
		die("mmap");
	if (safe_write(socket, "m", 1) || safe_read(socket, &byte, 1) != 1)
		die("client");
	printf("frame with checksum %08x\n", checksum(frame, FRAME));
	return 0;
}

int main(int argc, char **argv)
{
	int ends[2], status, result;
	pid_t client;

	args_init(argc, argv);
	args_end();
	on_signal(SIGPIPE, SIG_IGN, 0);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		die("socketpair");
	client = make_child();
	if (client == 0) {
		close(ends[0]);
		exit(be_client(ends[1]));
	}
	safe_close(&ends[1]);
	result = be_compositor(ends[0]);
	safe_close(&ends[0]);
	if (safe_wait(client, &status) < 0)
		die("wait");
	return result ? result : worker_judge("the client", status);
}
