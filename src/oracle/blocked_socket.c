/*
 * blocked_socket.c - who could wake a thread that sleeps at a socket: who holds
 * the other end, could still connect, or could send a message.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "engine/fds.h"
#include "oracle/blocked_private.h"
#include "sys/arch.h"
#include "sys/syscalls.h"

/* Once for all threads of a scan; NULL: the kernel does not tell, or memory is short. */
static const struct sock_table *read_table(struct scanner *scanner)
{
	if (!scanner->sockets_read)
		scanner->sockets_known = sock_table_read(&scanner->sockets, NULL) == 0;
	scanner->sockets_read = true;
	return scanner->sockets_known ? &scanner->sockets : NULL;
}

static int external(struct wait *wait)
{
	wait_weaken(wait, WAIT_EXTERNAL);
	return 0;
}

/* All sockets show the same device. */
static int add_holders_of(struct wait *wait, int fd, uint64_t inode)
{
	uint64_t dev, own;
	int r;

	if (!wait_stat_fd(wait, fd, &dev, &own))
		return external(wait);
	r = wait_note_object(wait, dev, inode, BLOCKED_READ_END | BLOCKED_WRITE_END, 0);
	return r ? r : wait_add_holders(wait, dev, inode);
}

static void say_socket(struct wait *wait, const struct procfs_fd *info)
{
	const struct blocked_input *in = wait->scanner->in;
	const char *kind = vocab_name(&fd_kind_vocab, (int)info->kind);
	const char *name = in->channel_name ? in->channel_name(in->context, info->inode) : NULL;

	if (name)
		wait_say(wait, "fd %d ↔ %s socket `%s`", info->fd, kind, name);
	else if (info->peer_port || info->port)
		wait_say(wait, "fd %d ↔ %s socket, port %u", info->fd, kind,
			 info->peer_port ? info->peer_port : info->port);
	else
		wait_say(wait, "fd %d ↔ %s socket %llu", info->fd, kind,
			 (unsigned long long)info->inode);
}

static int on_listening(struct wait *wait)
{
	wait_add_anybody(wait, "a connection", "nobody is left to connect");
	wait->node->newcomer = true;
	return 0;
}

/* Nobody has accepted it: whoever could. */
static int on_waiting(struct wait *wait, const struct procfs_fd *info,
		      const struct sock_entry *listener)
{
	wait_need(wait, "its connection to be accepted", "by", "nobody listens any more");
	return add_holders_of(wait, info->fd, listener->inode);
}

/* Whoever shares this end can end the wait too, by shutdown(2). */
static int on_connected(struct wait *wait, const struct procfs_fd *info,
			const struct sock_entry *peer)
{
	int r;

	wait_need(wait, "the other end", "held by", "nobody holds the other end");
	r = add_holders_of(wait, info->fd, peer->inode);
	return r ? r : add_holders_of(wait, info->fd, info->inode);
}

/* The kernel gives up a TCP connection that is not answered: tcp(7), tcp_syn_retries. */
static bool is_connecting(const struct sock_entry *entry)
{
	return entry->is_tcp && entry->state == TCP_SYN_SENT;
}

/*
 * What is on the way to a reader that has nothing to read arrives by itself,
 * be it after a timer of the kernel's: TCP sends small pieces late.
 */
static bool is_arriving(const struct wait *wait, const struct sock_entry *own,
			const struct sock_entry *peer)
{
	const struct syscall_row *call = syscall_get(syscall_from_nr(ARCH_NATIVE, wait->t->nr));
	bool only_sends = call && call->families & (FAMILY_WRITES | FAMILY_SENDS) &&
			  !(call->families & (FAMILY_READS | FAMILY_RECEIVES));

	return own->is_tcp && !only_sends && !own->unread && peer->unsent;
}

int wait_for_socket(struct wait *wait, const struct procfs_fd *info)
{
	const struct sock_table *table = read_table(wait->scanner);
	const struct sock_entry *own = table ? sock_find(table, info->inode) : NULL;
	const struct sock_entry *peer = own ? sock_peer(table, own) : NULL;
	const struct sock_entry *listener =
		own && (!peer || !peer->inode) ? sock_listener(table, own) : NULL;

	say_socket(wait, info);
	if (!own)
		return external(wait);
	if (own->state == TCP_LISTEN)
		return on_listening(wait);
	if (is_connecting(own) || (peer && is_arriving(wait, own, peer))) {
		wait_weaken(wait, WAIT_TIMED);
		return 0;
	}
	if (peer && peer->inode)
		return on_connected(wait, info, peer);
	return listener ? on_waiting(wait, info, listener) : external(wait);
}

/* --- sockets that keep messages apart without a connection ---------------------- */

static bool is_sending(const struct wait *wait)
{
	const struct syscall_row *row = syscall_get(syscall_from_nr(arch_native->id, wait->t->nr));

	return row && row->fd_arg >= 0 && row->families & (FAMILY_WRITES | FAMILY_SENDS);
}

/* The queue of the receiver is full: whoever could take something out of it, or end it. */
static int on_full_queue(struct wait *wait, const struct procfs_fd *info, uint64_t receiver)
{
	int r;

	wait_need(wait, "room in the queue of the receiver", "held by",
		  "nobody holds the receiver");
	r = add_holders_of(wait, info->fd, receiver);
	return r ? r : add_holders_of(wait, info->fd, info->inode);
}

/*
 * Without a name only those can send to it who were connected with it.  Nobody
 * tells it when they have gone: to it, a message could still come.
 */
static int on_unnamed_receiver(struct wait *wait, const struct procfs_fd *info,
			       const struct sock_table *table)
{
	int r = add_holders_of(wait, info->fd, info->inode);

	wait->node->newcomer = true;
	wait_need(wait, "a message", "from", "nobody can send one");
	for (size_t i = 0; r == 0 && i < table->count; i++)
		if (!table->items[i].is_tcp && table->items[i].peer == info->inode)
			r = add_holders_of(wait, info->fd, table->items[i].inode);
	return r;
}

int wait_for_datagram(struct wait *wait, const struct procfs_fd *info)
{
	const struct sock_table *table = read_table(wait->scanner);
	const struct sock_entry *own = table ? sock_find(table, info->inode) : NULL;

	say_socket(wait, info);
	if (is_sending(wait))
		return own && own->peer ? on_full_queue(wait, info, own->peer) : external(wait);
	if (own && !own->is_tcp && !own->file_inode && !own->name_size &&
	    info->kind == FD_KIND_UNIX_DGRAM)
		return on_unnamed_receiver(wait, info, table);
	wait_add_anybody(wait, "a message", "nobody is left to send one");
	wait->node->newcomer = true;
	return 0;
}

/* --- connect(2) of a Unix socket: it waits while the queue of the listener is full --- */

static bool is_at_file(const struct wait *wait, const char *path, const struct sock_entry *entry)
{
	cleanup_free char *full = path[0] == '/' ? mem_printf("%d/root%s", wait->t->pid, path)
						 : mem_printf("%d/cwd/%s", wait->t->pid, path);
	struct stat st;

	return full && fstatat(wait->scanner->in->proc_fd, full, &st, 0) == 0 &&
	       entry->file_inode == (uint64_t)st.st_ino && entry->file_dev == (uint64_t)st.st_dev;
}

static bool is_at(const struct wait *wait, const struct sockaddr_un *name, size_t size,
		  const struct sock_entry *entry)
{
	size_t length = size - offsetof(struct sockaddr_un, sun_path);

	if (name->sun_path[0])
		return entry->file_inode && is_at_file(wait, name->sun_path, entry);
	return entry->name_size == length - 1 &&
	       memcmp(entry->name, name->sun_path + 1, length - 1) == 0;
}

static const struct sock_entry *find_listener(const struct wait *wait,
					      const struct sock_table *table,
					      const struct sockaddr_un *name, size_t size)
{
	for (size_t i = 0; i < table->count; i++)
		if (!table->items[i].is_tcp && table->items[i].state == TCP_LISTEN &&
		    is_at(wait, name, size, &table->items[i]))
			return &table->items[i];
	return NULL;
}

int wait_for_connect(struct wait *wait, int fd)
{
	const struct sock_table *table = read_table(wait->scanner);
	const struct sock_entry *listener = NULL;
	struct {
		struct sockaddr_un name;
		char end;
	} address = {.end = '\0'};
	size_t size = wait->t->args[2];
	struct procfs_fd info;

	if (procfs_fd(wait->scanner->in->proc_fd, wait->t->pid, fd, &info) != 0)
		return external(wait);
	if (info.kind != FD_KIND_UNIX_STREAM && info.kind != FD_KIND_UNIX_SEQPACKET)
		return wait_for_socket(wait, &info);
	say_socket(wait, &info);
	if (size > offsetof(struct sockaddr_un, sun_path) + 1 && size <= sizeof(address.name) &&
	    wait_read_memory(wait, wait->t->args[1], &address.name, size) && table)
		listener = find_listener(wait, table, &address.name, size);
	if (!listener)
		return external(wait);
	return on_waiting(wait, &info, listener);
}

/* --- time limits --------------------------------------------------------------- */

bool wait_has_socket_limit(const struct wait *wait, int fd, int option)
{
	cleanup_close int copy = fd_borrow(wait->t->pid, fd);

	return copy >= 0 && fd_has_time_limit(copy, option);
}
