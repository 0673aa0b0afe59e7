#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "run/execution.h"
#include "sys/procfs.h"
#include "sys/syscalls.h"

#define POLLFDS_MAX 64

bool selector_matches(const struct selector *selector, const struct process *p)
{
	if (selector->process == INDEX_NONE)
		return true;
	if (p->spec != selector->process)
		return false;
	switch (selector->part) {
	case SELECT_MAIN:
		return !p->parent;
	case SELECT_CHILD:
		return p->parent && !p->parent->parent && p->child_no == selector->child;
	default:
		return true;
	}
}

static bool object_matches(struct execution *x, const struct on_spec *on,
			   const struct fd_object *object)
{
	switch (on->kind) {
	case ON_CHANNEL:
		return channel_has(&x->channels[on->channel], object);
	case ON_FD_KIND:
		return object->kind == on->fd_kind;
	case ON_PATH:
		return fnmatch(on->glob, object->path, 0) == 0;
	default:
		return false;
	}
}

static bool fd_matches(struct execution *x, const struct on_spec *on, struct tracee *t, int fd)
{
	struct fd_object object;
	char path[PATH_MAX];

	if (on->kind == ON_FD)
		return fd == on->fd;
	if (on->kind == ON_PATH)
		return procfs_fd_link(x->engine.options.proc_fd, t->tid, fd, path, sizeof(path)) ==
			       0 &&
		       fnmatch(on->glob, path, 0) == 0;
	return fd_object_of(&x->engine, t->tid, fd, &object) == 0 && object_matches(x, on, &object);
}

static bool is_text(const char *text, const char *other)
{
	return text && strcmp(text, other) == 0;
}

/*
 * A call that names its file: nothing is open yet.  The names of queues come
 * without the slash that the program gave, which libc takes away.
 */
static bool path_matches(struct execution *x, const struct on_spec *on, struct tracee *t,
			 const struct syscall_row *row)
{
	char path[PATH_MAX + 1] = "/";
	bool queue = strncmp(row->name, "mq_", 3) == 0;
	struct stat st;

	if (tracee_read_string(t, t->call.args[row->path_arg], path + queue, PATH_MAX))
		return false;
	switch (on->kind) {
	case ON_PATH:
		return fnmatch(on->glob, path, 0) == 0;
	case ON_CHANNEL:
		return is_text(queue ? x->channels[on->channel].text
				     : x->channels[on->channel].path,
			       path);
	case ON_FD_KIND:
		if (queue)
			return on->fd_kind == FD_KIND_MQUEUE;
		return on->fd_kind == FD_KIND_FIFO && stat(path, &st) == 0 && S_ISFIFO(st.st_mode);
	default:
		return false;
	}
}

/* Of a socket that has no address yet: the call is about to give it one. */
static bool address_matches(struct execution *x, const struct on_spec *on, struct tracee *t)
{
	const char *name = syscall_get(t->call.id)->name;
	struct sockaddr_storage address = {0};
	uint64_t size = t->call.args[2];
	struct fd_object object;

	if (on->kind != ON_CHANNEL || (strcmp(name, "bind") != 0 && strcmp(name, "connect") != 0))
		return false;
	if (size > sizeof(address) || tracee_read(t, t->call.args[1], &address, size) ||
	    fd_object_of(&x->engine, t->tid, (int)t->call.args[0], &object))
		return false;
	return channel_has_address(&x->channels[on->channel], &object,
				   (const struct sockaddr *)&address);
}

static bool poll_matches(struct execution *x, const struct on_spec *on, struct tracee *t)
{
	struct pollfd fds[POLLFDS_MAX];
	uint64_t count = t->call.args[1];

	if (count > POLLFDS_MAX)
		count = POLLFDS_MAX;
	if (tracee_read(t, t->call.args[0], fds, count * sizeof(*fds)))
		return false;
	for (uint64_t i = 0; i < count; i++)
		if (fds[i].fd >= 0 && fd_matches(x, on, t, fds[i].fd))
			return true;
	return false;
}

static bool on_matches(struct execution *x, const struct on_spec *on, struct tracee *t)
{
	const struct syscall_row *row = syscall_get(t->call.id);
	struct fd_object object;

	if (on->kind == ON_ANY)
		return true;
	if (!row)
		return false;
	if (row->path_arg >= 0 && path_matches(x, on, t, row))
		return true;
	if (row->fd_arg >= 0)
		return fd_matches(x, on, t, (int)t->call.args[row->fd_arg]) ||
		       address_matches(x, on, t);
	if (strcmp(row->name, "poll") == 0 || strcmp(row->name, "ppoll") == 0)
		return poll_matches(x, on, t);
	return call_object(&x->engine, t, &object) == 0 && object_matches(x, on, &object);
}

static bool thread_matches(struct execution *x, const struct trigger_spec *at,
			   const struct tracee *t)
{
	cleanup_free char *name = NULL;

	if (at->thread && (unsigned)at->thread != t->thread_no)
		return false;
	if (!at->thread_name)
		return true;
	return procfs_comm(x->engine.options.proc_fd, t->tid, &name) == 0 &&
	       strcmp(name, at->thread_name) == 0;
}

/* The cheap tests first: a stack costs more than all others together. */
bool moment_matches(struct execution *x, const struct trigger_spec *at, struct tracee *t)
{
	return selector_matches(&at->process, t->process) && thread_matches(x, at, t) &&
	       (at->kind != TRIGGER_CALL || on_matches(x, &at->on, t)) &&
	       (!at->site || site_matches(x, t, at->site));
}
