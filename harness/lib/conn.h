/*
 * conn.h - stream connections, by what they are called: a number is a TCP port
 * of the loopback, fd:N a descriptor that is connected already, all else the
 * path of a Unix socket; stream:PATH and seqpacket:PATH say of which type.
 *
 * Functions return 0 (or a number of bytes, a descriptor) or a negative errno.
 */
#ifndef LIB_CONN_H
#define LIB_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* N of fd:N, -1 when it is none. */
int conn_inherited(const char *where);

bool conn_is_path(const char *where);

/* The file of a Unix socket. */
const char *conn_path(const char *where);

/* A socket of the right family, dies. */
int conn_socket(const char *where);

/* One bind(2) and listen(2), one connect(2), as they are. */
int conn_bind(int fd, const char *where, int backlog);
int conn_dial(int fd, const char *where);

/* All of it, without SIGPIPE; waits where it would not block. */
int conn_send(int fd, const void *data, size_t len);

/* Fewer than @len bytes only at the end. */
ssize_t conn_receive(int fd, void *data, size_t len);

/* poll(2) for POLLIN or POLLOUT, through signals; @ms as there. */
int conn_wait(int fd, short events, int ms);

#endif
