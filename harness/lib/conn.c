#include "lib/conn.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/safe.h"

struct place {
	union {
		struct sockaddr any;
		struct sockaddr_in tcp;
		struct sockaddr_un path;
	};
	socklen_t size;
};

int conn_inherited(const char *where)
{
	return strncmp(where, "fd:", 3) == 0 ? atoi(where + 3) : -1;
}

bool conn_is_path(const char *where)
{
	return where[strspn(where, "0123456789")] != '\0' && conn_inherited(where) < 0;
}

static const struct {
	const char *prefix;
	int type;
} types[] = {{"stream:", SOCK_STREAM}, {"seqpacket:", SOCK_SEQPACKET}, {"", SOCK_STREAM}};

/* Its row of `types`: the last one fits everything. */
static size_t type_of(const char *where)
{
	size_t i = 0;

	while (strncmp(where, types[i].prefix, strlen(types[i].prefix)) != 0)
		i++;
	return i;
}

const char *conn_path(const char *where)
{
	return where + strlen(types[type_of(where)].prefix);
}

static struct place place_of(const char *where)
{
	struct place place = {.size = sizeof(place.path)};

	if (conn_is_path(where)) {
		place.path.sun_family = AF_UNIX;
		snprintf(place.path.sun_path, sizeof(place.path.sun_path), "%s", conn_path(where));
	} else {
		place.tcp = (struct sockaddr_in){.sin_family = AF_INET,
						 .sin_port = htons((uint16_t)atoi(where)),
						 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
		place.size = sizeof(place.tcp);
	}
	return place;
}

int conn_socket(const char *where)
{
	int family = conn_is_path(where) ? AF_UNIX : AF_INET;
	int fd = socket(family, types[type_of(where)].type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	return fd;
}

int conn_bind(int fd, const char *where, int backlog)
{
	struct place place = place_of(where);

	if (bind(fd, &place.any, place.size) < 0 || listen(fd, backlog) < 0)
		return -errno;
	return 0;
}

int conn_dial(int fd, const char *where)
{
	struct place place = place_of(where);

	return connect(fd, &place.any, place.size) < 0 ? -errno : 0;
}

int conn_wait(int fd, short events, int ms)
{
	struct pollfd p = {.fd = fd, .events = events};
	int n;

	do
		n = poll(&p, 1, ms);
	while (n < 0 && errno == EINTR);
	return n;
}

int conn_send(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

		if (n >= 0) {
			at += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			conn_wait(fd, POLLOUT, -1);
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

ssize_t conn_receive(int fd, void *data, size_t len)
{
	char *to = data;
	size_t got = 0;

	while (got < len) {
		ssize_t n = recv(fd, to + got, len - got, 0);

		if (n > 0)
			got += (size_t)n;
		else if (n == 0)
			break;
		else if (errno == EAGAIN)
			conn_wait(fd, POLLIN, -1);
		else if (errno != EINTR)
			return -errno;
	}
	return (ssize_t)got;
}
