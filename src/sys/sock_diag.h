/*
 * sock_diag.h - the Unix and TCP sockets of this network namespace, and which
 * of them are connected with each other: sock_diag(7).
 *
 * /proc shows a socket as an inode number; only the kernel's own table tells
 * who is at the other end.  Anybody may read it.  A connection that has not
 * been accepted yet has an end without an inode, which waits in the queue of
 * a listening socket.
 */
#ifndef SYS_SOCK_DIAG_H
#define SYS_SOCK_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

struct sock_address {
	uint8_t ip[16]; /* an IPv4 address as ::ffff:a.b.c.d */
	uint16_t port;
};

struct sock_entry {
	bool is_tcp;
	int type;	/* SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET */
	uint64_t inode; /* 0 = not accepted yet, or closed by everybody (TCP) */
	int state;	/* TCP_ESTABLISHED, TCP_LISTEN, …, as <netinet/tcp.h> has them */
	/*
	 * Bytes that can be read, and bytes sent that the other side has not taken;
	 * of a listening socket: connections that wait to be accepted, and how many may.
	 */
	uint32_t unread, unsent;
	unsigned shut; /* 1 = it receives no more (SHUT_RD), 2 = it sends no more */

	/* Unix: */
	uint64_t peer;		       /* inode of the other end; 0 = none, or not accepted yet */
	uint64_t listener;	       /* in whose queue the other end waits; 0 = in none */
	uint64_t file_dev, file_inode; /* of the file that it is bound to, as stat(2); 0 = none */
	uint8_t name_size;	       /* of an abstract name, without the first byte */
	char name[107];

	/* TCP: */
	int family; /* AF_INET, AF_INET6 */
	uint32_t cookie[2];
	struct sock_address local, remote;
};

struct sock_table {
	struct sock_entry *items;
	size_t count;
};

/*
 * All of them now, about 40 us and 0.3 us for each socket.  -EPROTONOSUPPORT
 * and the like where the kernel or a sandbox does not offer it.
 */
int sock_table_read(struct sock_table *ret_table, struct err *err);
void sock_table_release(struct sock_table *table);

/* NULL: there is none. */
const struct sock_entry *sock_find(const struct sock_table *table, uint64_t inode);

/* The other end, whether it has been accepted or not; NULL: it is not in this table. */
const struct sock_entry *sock_peer(const struct sock_table *table, const struct sock_entry *entry);

/*
 * The listening socket in whose queue the other end of @entry waits; for one
 * that is just connecting the socket that it connects to.  NULL: there is none.
 */
const struct sock_entry *sock_listener(const struct sock_table *table,
				       const struct sock_entry *entry);

/*
 * Ends a TCP connection at @entry: it gets ECONNABORTED, the other end an RST.
 * -EPERM: needs CAP_NET_ADMIN over the network; -EOPNOTSUPP: not in this kernel.
 */
int sock_destroy(const struct sock_entry *entry, struct err *err);

#endif
