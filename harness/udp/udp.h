/*
 * udp.h - two UDP sockets on the loopback, one for each of two processes.
 */
#ifndef UDP_UDP_H
#define UDP_UDP_H

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include "lib/safe.h"

/* A socket with a port of its own; ret_address: where it is reached.  Dies. */
static inline int udp_open(struct sockaddr_in *ret_address)
{
	socklen_t size = sizeof(*ret_address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*ret_address = (struct sockaddr_in){.sin_family = AF_INET,
					    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (fd < 0 || bind(fd, (struct sockaddr *)ret_address, size) < 0 ||
	    getsockname(fd, (struct sockaddr *)ret_address, &size) < 0)
		die("udp socket");
	return fd;
}

static inline void udp_connect(int fd, const struct sockaddr_in *to)
{
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) < 0)
		die("connect");
}

/* Something to receive within @ms? */
static inline int udp_wait(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, ms) > 0;
}

#endif
