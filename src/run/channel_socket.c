/*
 * channel_socket.c - connected pairs of Unix sockets, and ports of the loopback.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "run/channels.h"
#include "run/execution.h"
#include "sys/procfs.h"

static int open_pair(struct execution *x, struct run_channel *channel, struct err *err)
{
	const struct channel *spec = channel->spec;
	enum fd_kind kind = fd_kind_of_socket(AF_UNIX, spec->socket_type, 0);
	int rc;

	(void)x;
	if (fault_point("socketpair") ||
	    socketpair(AF_UNIX, spec->socket_type | SOCK_CLOEXEC, 0, channel->ends))
		return err_errno(err, -errno, "channel '%s'", spec->name);
	rc = fd_object_own(channel->ends[0], &channel->object);
	if (!rc)
		rc = fd_object_own(channel->ends[1], &channel->other);
	channel->object.kind = channel->other.kind = kind;
	return rc ? err_errno(err, rc, "channel '%s'", spec->name) : 0;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): struct channel_ops has it so */
static int pair_end(struct run_channel *channel, int end, bool *ret_own)
{
	(void)ret_own;
	return channel->ends[end == END_WRITE];
}

const struct channel_ops channel_socketpair_ops = {.open = open_pair, .end = pair_end};

/*
 * Below what the kernel gives to sockets that ask for no port in particular
 * (ip_local_port_range, 32768 on), and above what services use.
 */
#define PORT_FIRST 20000
#define PORT_LAST  31999

/*
 * A name that exists once in a network namespace and goes with its holder: the
 * runs of all ipcfaults that share the network agree through it.
 */
static int lock_port(unsigned port)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	cleanup_close int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int len;

	if (fd < 0)
		return -errno;
	len = snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "ipcfault-port-%u", port);
	if (bind(fd, (struct sockaddr *)&name,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len)))
		return -errno;
	return TAKE_FD(fd);
}

static int can_bind(const struct sockaddr *address, socklen_t size, int type)
{
	cleanup_close int fd = socket(address->sa_family, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	return bind(fd, address, size) ? -errno : 0;
}

/*
 * For any address, without SO_REUSEADDR: nor does a connection of an earlier
 * run linger there.  A wildcard of IPv6 stands for IPv4 too, unless there is
 * no IPv6.
 */
static int is_free(unsigned port)
{
	const struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
					.sin6_port = htons((uint16_t)port)};
	const struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM};
	int rc = 0;

	for (size_t i = 0; !rc && i < ARRAY_SIZE(types); i++) {
		rc = can_bind((const struct sockaddr *)&v6, sizeof(v6), types[i]);
		if (rc == -EAFNOSUPPORT || rc == -EADDRNOTAVAIL)
			rc = can_bind((const struct sockaddr *)&v4, sizeof(v4), types[i]);
	}
	return rc;
}

/* 0: it is taken. */
static int take_port(struct run_channel *channel, unsigned port)
{
	int lock = lock_port(port), rc;

	if (lock < 0)
		return lock;
	rc = is_free(port);
	if (rc) {
		close(lock);
		return rc;
	}
	channel->lock = lock;
	channel->object = (struct fd_object){.kind = FD_KIND_TCP, .port = (uint16_t)port};
	channel->text = mem_printf("%u", port);
	return channel->text ? 0 : -ENOMEM;
}

static int open_tcp(struct execution *x, struct run_channel *channel, struct err *err)
{
	int rc = -EADDRINUSE;

	(void)x;
	for (unsigned port = PORT_FIRST; rc == -EADDRINUSE && port <= PORT_LAST; port++)
		rc = take_port(channel, port);
	return rc ? err_errno(err, rc, "a port for channel '%s'", channel->spec->name) : 0;
}

static bool tcp_has(struct run_channel *channel, const struct fd_object *object)
{
	return object->kind == FD_KIND_TCP &&
	       (object->port == channel->object.port || object->peer_port == channel->object.port);
}

static bool tcp_has_address(struct run_channel *channel, enum fd_kind kind,
			    const struct sockaddr *address)
{
	uint16_t port = 0;

	if (address->sa_family == AF_INET)
		port = ((const struct sockaddr_in *)address)->sin_port;
	else if (address->sa_family == AF_INET6)
		port = ((const struct sockaddr_in6 *)address)->sin6_port;
	return kind == FD_KIND_TCP && ntohs(port) == channel->object.port;
}

const struct channel_ops channel_tcp_ops = {
	.open = open_tcp, .has = tcp_has, .has_address = tcp_has_address};
