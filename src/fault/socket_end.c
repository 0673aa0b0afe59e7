/*
 * socket_end.c - from a socket of a traced process to the one at its other end.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "fault/internal.h"
#include "sys/procfs.h"

#define ANY_MODE 7u

bool is_socket(enum fd_kind kind)
{
	switch (kind) {
	case FD_KIND_UNIX_STREAM:
	case FD_KIND_UNIX_DGRAM:
	case FD_KIND_UNIX_SEQPACKET:
	case FD_KIND_TCP:
	case FD_KIND_UDP:
	case FD_KIND_SOCKET:
		return true;
	default:
		return false;
	}
}

struct search {
	struct fault_env *env;
	struct process *process;
	int channel;
	struct fd_object *found;
};

static int is_connected_end(void *ctx, const struct procfs_fd *fd)
{
	struct search *search = ctx;
	struct fd_object object;

	if (!is_socket(fd->kind) || (fd->kind == FD_KIND_TCP && !fd->peer_port))
		return 0;
	if (fd_object_of(search->env->engine, search->process->tgid, fd->fd, &object) ||
	    !search->env->channel_has(search->env->ctx, search->channel, &object))
		return 0;
	*search->found = object;
	return 1;
}

static bool has_end(struct search *search, struct process *p)
{
	search->process = p;
	return !p->exited && procfs_each_fd(search->env->engine->options.proc_fd, p->tgid,
					    is_connected_end, search) > 0;
}

int socket_of_channel(struct fault_env *env, struct shot *shot, const struct moment *at,
		      int channel, struct fd_object *ret_object)
{
	struct search search = {env, NULL, channel, ret_object};

	if (at->p && has_end(&search, at->p))
		return 0;
	for (struct process *p = env->engine->processes; p; p = p->next)
		if (has_end(&search, p))
			return 0;
	return refuse(shot, "nobody has a connected socket of that channel");
}

static int borrow(struct fault_env *env, const struct fd_object *object)
{
	cleanup_free struct fd_holder *holders = NULL;
	size_t count;
	int rc = fd_holders(env->engine, object, ANY_MODE, &holders, &count);

	if (rc)
		return rc;
	return count ? fd_borrow(holders[0].process->tgid, holders[0].fd) : -ESRCH;
}

static int find_entries(struct shot *shot, const struct sock_table *table, struct socket_ends *ends)
{
	const struct sock_entry *near = sock_find(table, ends->near.ino), *far;

	if (!near)
		return refuse(shot, "%s is not connected", ends->near.path);
	if (near->state == TCP_LISTEN)
		return refuse(shot, "%s is a listening socket: it has no other end",
			      ends->near.path);
	far = sock_peer(table, near);
	if (!far && !sock_listener(table, near))
		return refuse(shot, "the other end of %s is not there", ends->near.path);
	ends->near_entry = *near;
	ends->far_entry = far ? *far : (struct sock_entry){.inode = 0};
	ends->far = ends->near;
	ends->far.ino = ends->far_entry.inode;
	return 0;
}

int socket_ends_find(struct fault_env *env, struct shot *shot, const struct fd_object *object,
		     struct socket_ends *ret_ends)
{
	struct socket_ends ends = {.near = *object, .fd = -1};
	struct sock_table table;
	struct err err = ERR_INIT;
	int rc = sock_table_read(&table, &err);

	if (rc)
		return rc == -ENOMEM ? rc : refuse(shot, "%s", err.text);
	rc = find_entries(shot, &table, &ends);
	sock_table_release(&table);
	if (rc)
		return rc;
	ends.fd = borrow(env, &ends.near);
	if (ends.fd < 0)
		return refuse(shot, "%s: %s", object->path, strerror(-ends.fd));
	*ret_ends = ends;
	return 0;
}

void socket_ends_release(struct socket_ends *ends)
{
	if (ends->fd >= 0)
		close(ends->fd);
	ends->fd = -1;
}

int socket_borrow_far(struct fault_env *env, const struct socket_ends *ends)
{
	return ends->far.ino ? borrow(env, &ends->far) : -ESRCH;
}

bool socket_read_far(const struct socket_ends *ends, struct sock_entry *ret_entry)
{
	const struct sock_entry *entry;
	struct sock_table table;

	if (sock_table_read(&table, NULL))
		return false;
	entry = sock_find(&table, ends->far.ino);
	if (entry)
		*ret_entry = *entry;
	sock_table_release(&table);
	return entry;
}
