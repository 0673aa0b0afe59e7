#include "sys/sock_diag.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"

#define ANSWER_SIZE 32768
#define ALL_STATES  UINT32_MAX

struct request {
	struct nlmsghdr header;
	union {
		struct unix_diag_req unix_;
		struct inet_diag_req_v2 inet;
	};
};

/* Adds what one answer tells; -ENOMEM. */
typedef int read_answer(struct sock_table *table, const struct nlmsghdr *answer);

static int open_netlink(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	return fd < 0 ? -errno : fd;
}

static int ask(int fd, struct request *request, size_t size, uint16_t type, uint16_t flags)
{
	request->header = (struct nlmsghdr){.nlmsg_len = (uint32_t)(NLMSG_LENGTH(0) + size),
					    .nlmsg_type = type,
					    .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags)};
	return send(fd, request, request->header.nlmsg_len, 0) < 0 ? -errno : 0;
}

static int error_of(const struct nlmsghdr *answer)
{
	const struct nlmsgerr *error = NLMSG_DATA(answer);

	return error->error;
}

/* Until the kernel says that there is no more, or confirms. */
static int read_answers(int fd, struct sock_table *table, read_answer *read_one)
{
	cleanup_free char *data = mem_zalloc(ANSWER_SIZE);

	if (!data)
		return -ENOMEM;
	for (;;) {
		ssize_t n = recv(fd, data, ANSWER_SIZE, 0);
		size_t left = n < 0 ? 0 : (size_t)n;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		for (struct nlmsghdr *h = (struct nlmsghdr *)(void *)data; NLMSG_OK(h, left);
		     h = NLMSG_NEXT(h, left)) {
			int rc;

			if (h->nlmsg_type == NLMSG_DONE)
				return 0;
			if (h->nlmsg_type == NLMSG_ERROR)
				return error_of(h);
			rc = read_one ? read_one(table, h) : 0;
			if (rc)
				return rc;
		}
	}
}

static struct sock_entry *add(struct sock_table *table)
{
	return mem_append(&table->items, &table->count, sizeof(struct sock_entry));
}

/* --- Unix ------------------------------------------------------------------ */

/* A connection in the queue of a listening socket, told before its own entry may be known. */
static void note_waiting(struct sock_table *table, uint64_t listener, const struct rtattr *icons)
{
	const uint32_t *inodes = RTA_DATA(icons);
	size_t count = RTA_PAYLOAD(icons) / sizeof(*inodes);

	for (size_t i = 0; i < table->count; i++)
		for (size_t k = 0; k < count; k++)
			if (inodes[k] && table->items[i].inode == inodes[k])
				table->items[i].listener = listener;
}

static void read_unix_attribute(struct sock_entry *entry, const struct rtattr *a)
{
	const struct unix_diag_rqlen *lengths = RTA_DATA(a);
	const struct unix_diag_vfs *file = RTA_DATA(a);
	const char *name = RTA_DATA(a);

	switch (a->rta_type) {
	case UNIX_DIAG_PEER:
		entry->peer = *(const uint32_t *)RTA_DATA(a);
		break;
	case UNIX_DIAG_VFS:
		/* as the kernel has it, unlike st_dev */
		entry->file_dev = makedev(file->udiag_vfs_dev >> 20, file->udiag_vfs_dev & 0xfffff);
		entry->file_inode = file->udiag_vfs_ino;
		break;
	case UNIX_DIAG_NAME:
		if (name[0] == '\0' && RTA_PAYLOAD(a) - 1 <= sizeof(entry->name)) {
			entry->name_size = (uint8_t)(RTA_PAYLOAD(a) - 1);
			memcpy(entry->name, name + 1, entry->name_size);
		}
		break;
	case UNIX_DIAG_RQLEN:
		entry->unread = lengths->udiag_rqueue;
		entry->unsent = lengths->udiag_wqueue;
		break;
	case UNIX_DIAG_SHUTDOWN:
		entry->shut = *(const uint8_t *)RTA_DATA(a);
		break;
	default:
		break;
	}
}

static const struct rtattr *first_unix(const struct nlmsghdr *answer, size_t *ret_left)
{
	*ret_left = answer->nlmsg_len - NLMSG_LENGTH(sizeof(struct unix_diag_msg));
	return (const void *)((const char *)NLMSG_DATA(answer) +
			      NLMSG_ALIGN(sizeof(struct unix_diag_msg)));
}

static int read_unix(struct sock_table *table, const struct nlmsghdr *answer)
{
	const struct unix_diag_msg *msg = NLMSG_DATA(answer);
	struct sock_entry *entry = add(table);
	const struct rtattr *a;
	size_t left;

	if (!entry)
		return -ENOMEM;
	entry->type = msg->udiag_type;
	entry->inode = msg->udiag_ino;
	entry->state = msg->udiag_state;
	for (a = first_unix(answer, &left); RTA_OK(a, left); a = RTA_NEXT(a, left))
		read_unix_attribute(entry, a);
	return 0;
}

/* The second time, when all are known. */
static int read_icons(struct sock_table *table, const struct nlmsghdr *answer)
{
	const struct unix_diag_msg *msg = NLMSG_DATA(answer);
	const struct rtattr *a;
	size_t left;

	for (a = first_unix(answer, &left); RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == UNIX_DIAG_ICONS)
			note_waiting(table, msg->udiag_ino, a);
	return 0;
}

static int dump_unix(int fd, struct sock_table *table, uint32_t states, uint32_t show,
		     read_answer *read_one)
{
	struct request request = {.unix_ = {.sdiag_family = AF_UNIX,
					    .udiag_states = states,
					    .udiag_show = show,
					    .udiag_cookie = {UINT32_MAX, UINT32_MAX}}};
	int rc = ask(fd, &request, sizeof(request.unix_), SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);

	return rc ? rc : read_answers(fd, table, read_one);
}

static bool has_waiting(const struct sock_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->items[i].state == TCP_LISTEN && table->items[i].unread)
			return true;
	return false;
}

/* --- TCP ------------------------------------------------------------------- */

static struct sock_address address_of(int family, const __be32 *ip, __be16 port)
{
	struct sock_address address = {.port = ntohs(port)};

	if (family == AF_INET) {
		address.ip[10] = address.ip[11] = 0xff;
		memcpy(address.ip + 12, ip, 4);
	} else {
		memcpy(address.ip, ip, 16);
	}
	return address;
}

static int read_inet(struct sock_table *table, const struct nlmsghdr *answer)
{
	const struct inet_diag_msg *msg = NLMSG_DATA(answer);
	const struct rtattr *a = (const void *)(msg + 1);
	size_t left = answer->nlmsg_len - NLMSG_LENGTH(sizeof(*msg));
	struct sock_entry *entry = add(table);

	if (!entry)
		return -ENOMEM;
	entry->is_tcp = true;
	entry->type = SOCK_STREAM;
	entry->family = msg->idiag_family;
	entry->inode = msg->idiag_inode;
	entry->state = msg->idiag_state;
	entry->unread = msg->idiag_rqueue;
	entry->unsent = msg->idiag_wqueue;
	memcpy(entry->cookie, msg->id.idiag_cookie, sizeof(entry->cookie));
	entry->local = address_of(msg->idiag_family, msg->id.idiag_src, msg->id.idiag_sport);
	entry->remote = address_of(msg->idiag_family, msg->id.idiag_dst, msg->id.idiag_dport);
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == INET_DIAG_SHUTDOWN)
			entry->shut = *(const uint8_t *)RTA_DATA(a);
	return 0;
}

static int dump_tcp(int fd, struct sock_table *table, uint8_t family)
{
	struct request request = {.inet = {.sdiag_family = family,
					   .sdiag_protocol = IPPROTO_TCP,
					   .idiag_states = ALL_STATES}};
	int rc = ask(fd, &request, sizeof(request.inet), SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);

	return rc ? rc : read_answers(fd, table, read_inet);
}

int sock_table_read(struct sock_table *ret_table, struct err *err)
{
	static const uint32_t show =
		UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN | UDIAG_SHOW_VFS | UDIAG_SHOW_NAME;
	struct sock_table table = {NULL, 0};
	cleanup_close int fd = open_netlink();
	int rc = fd < 0 ? fd : dump_unix(fd, &table, ALL_STATES, show, read_unix);

	if (!rc && has_waiting(&table))
		rc = dump_unix(fd, &table, 1U << TCP_LISTEN, UDIAG_SHOW_ICONS, read_icons);
	if (!rc)
		rc = dump_tcp(fd, &table, AF_INET);
	if (!rc)
		rc = dump_tcp(fd, &table, AF_INET6);
	if (rc) {
		sock_table_release(&table);
		return err_errno(err, rc, "sock_diag");
	}
	*ret_table = table;
	return 0;
}

void sock_table_release(struct sock_table *table)
{
	free(table->items);
	*table = (struct sock_table){NULL, 0};
}

const struct sock_entry *sock_find(const struct sock_table *table, uint64_t inode)
{
	for (size_t i = 0; inode && i < table->count; i++)
		if (table->items[i].inode == inode)
			return &table->items[i];
	return NULL;
}

static bool is_same_address(const struct sock_address *a, const struct sock_address *b)
{
	return a->port == b->port && memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

static const struct sock_entry *tcp_peer(const struct sock_table *table,
					 const struct sock_entry *entry)
{
	for (size_t i = 0; entry->remote.port && i < table->count; i++) {
		const struct sock_entry *other = &table->items[i];

		if (other->is_tcp && is_same_address(&other->local, &entry->remote) &&
		    is_same_address(&other->remote, &entry->local))
			return other;
	}
	return NULL;
}

const struct sock_entry *sock_peer(const struct sock_table *table, const struct sock_entry *entry)
{
	return entry->is_tcp ? tcp_peer(table, entry) : sock_find(table, entry->peer);
}

/* Bound to that very address, or to any. */
static bool listens_at(const struct sock_entry *entry, const struct sock_address *address)
{
	static const uint8_t any6[16], any4[16] = {[10] = 0xff, [11] = 0xff};

	if (!entry->is_tcp || entry->state != TCP_LISTEN || entry->local.port != address->port)
		return false;
	return is_same_address(&entry->local, address) ||
	       memcmp(entry->local.ip, any6, sizeof(any6)) == 0 ||
	       memcmp(entry->local.ip, any4, sizeof(any4)) == 0;
}

const struct sock_entry *sock_listener(const struct sock_table *table,
				       const struct sock_entry *entry)
{
	if (!entry->is_tcp)
		return sock_find(table, entry->listener);
	for (size_t i = 0; entry->remote.port && i < table->count; i++)
		if (listens_at(&table->items[i], &entry->remote))
			return &table->items[i];
	return NULL;
}

int sock_destroy(const struct sock_entry *entry, struct err *err)
{
	struct request request = {.inet = {.sdiag_family = (uint8_t)entry->family,
					   .sdiag_protocol = IPPROTO_TCP,
					   .idiag_states = ALL_STATES}};
	struct inet_diag_sockid *id = &request.inet.id;
	size_t skip = entry->family == AF_INET ? 12 : 0;
	cleanup_close int fd = open_netlink();
	int rc = fd < 0 ? fd : 0;

	id->idiag_sport = htons(entry->local.port);
	id->idiag_dport = htons(entry->remote.port);
	memcpy(id->idiag_src, entry->local.ip + skip, 16 - skip);
	memcpy(id->idiag_dst, entry->remote.ip + skip, 16 - skip);
	memcpy(id->idiag_cookie, entry->cookie, sizeof(entry->cookie));
	if (!rc)
		rc = ask(fd, &request, sizeof(request.inet), SOCK_DESTROY, NLM_F_ACK);
	if (!rc)
		rc = read_answers(fd, NULL, NULL);
	return rc ? err_errno(err, rc, "end a TCP connection") : 0;
}
