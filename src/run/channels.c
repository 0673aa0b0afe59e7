#include "run/channels.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/util.h"
#include "run/execution.h"

static const struct channel_ops *const channel_table[CHANNEL_MAX_] = {
	[CHANNEL_PIPE] = &channel_pipe_ops, [CHANNEL_FIFO] = &channel_fifo_ops,
	[CHANNEL_MQ] = &channel_mq_ops,	    [CHANNEL_SHM] = &channel_shm_ops,
	[CHANNEL_FILE] = &channel_file_ops, [CHANNEL_SOCKETPAIR] = &channel_socketpair_ops,
	[CHANNEL_TCP] = &channel_tcp_ops,
};

static const struct channel_ops *ops_of(const struct run_channel *channel)
{
	return channel_table[channel->spec->kind];
}

int channels_open(struct execution *x, struct err *err)
{
	size_t count = x->scenario->channel_count;
	int rc = 0;

	x->channels = mem_zalloc(count * sizeof(*x->channels));
	if (!x->channels)
		return err_errno(err, -ENOMEM, "channels");
	for (size_t i = 0; i < count; i++) {
		x->channels[i].spec = &x->scenario->channels[i];
		x->channels[i].ends[0] = x->channels[i].ends[1] = x->channels[i].lock = -1;
	}
	for (size_t i = 0; !rc && i < count; i++)
		rc = ops_of(&x->channels[i])->open(x, &x->channels[i], err);
	return rc;
}

static void close_ours(struct run_channel *channel)
{
	for (int end = 0; end < 2; end++) {
		if (channel->ends[end] >= 0)
			close(channel->ends[end]);
		channel->ends[end] = -1;
	}
}

/* A FIFO may be opened by its path, which is nowhere to be seen here. */
static bool may_use(const struct execution *x, const struct process_spec *spec, size_t channel)
{
	const struct stdio_spec *const stdio[] = {&spec->in, &spec->out, &spec->err};

	if (x->channels[channel].path)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(stdio); i++)
		if (stdio[i]->kind == STDIO_CHANNEL && stdio[i]->channel == (int)channel)
			return true;
	for (size_t i = 0; i < spec->fd_count; i++)
		if (spec->fds[i].channel == (int)channel)
			return true;
	return false;
}

void channels_close_given(struct execution *x)
{
	for (size_t i = 0; i < x->scenario->channel_count; i++) {
		bool is_wanted = false;

		for (size_t k = 0; k < x->subject_count; k++)
			is_wanted |= !x->subjects[k].process && may_use(x, x->subjects[k].spec, i);
		if (!is_wanted)
			close_ours(&x->channels[i]);
	}
}

void channels_release(struct execution *x)
{
	for (size_t i = 0; x->channels && i < x->scenario->channel_count; i++) {
		struct run_channel *channel = &x->channels[i];

		close_ours(channel);
		if (ops_of(channel)->release)
			ops_of(channel)->release(channel);
		free(channel->path);
		free(channel->text);
		free(channel->mounted);
		free(channel->sockets);
		if (channel->lock >= 0)
			close(channel->lock);
	}
	free(x->channels);
	x->channels = NULL;
}

int channel_end(struct run_channel *channel, int end, bool *ret_own)
{
	*ret_own = false;
	return ops_of(channel)->end ? ops_of(channel)->end(channel, end, ret_own) : -ENOTSUP;
}

static bool is_ip(const struct fd_object *object)
{
	return object->kind == FD_KIND_TCP || object->kind == FD_KIND_UDP;
}

static bool was_seen(const struct run_channel *channel, uint64_t inode)
{
	for (size_t i = 0; i < channel->socket_count; i++)
		if (channel->sockets[i] == inode)
			return true;
	return false;
}

bool channel_owns(const struct run_channel *channel, uint64_t inode)
{
	return inode && (channel->object.ino == inode || channel->other.ino == inode ||
			 was_seen(channel, inode));
}

/* Without memory it is found anew each time, for as long as it knows its port. */
static void note_seen(struct run_channel *channel, const struct fd_object *object)
{
	uint64_t *slot;

	if (!object->ino || was_seen(channel, object->ino))
		return;
	slot = mem_append(&channel->sockets, &channel->socket_count, sizeof(*slot));
	if (slot)
		*slot = object->ino;
}

bool channel_has_address(struct run_channel *channel, const struct fd_object *object,
			 const struct sockaddr *address)
{
	const struct channel_ops *ops = ops_of(channel);

	if (!ops->has_address || !ops->has_address(channel, object->kind, address))
		return false;
	note_seen(channel, object);
	return true;
}

bool channel_has(struct run_channel *channel, const struct fd_object *object)
{
	if (is_ip(object) && was_seen(channel, object->ino))
		return true;
	if (ops_of(channel)->has && ops_of(channel)->has(channel, object)) {
		note_seen(channel, object);
		return true;
	}
	return (channel->object.ino && fd_object_same(&channel->object, object)) ||
	       (channel->other.ino && fd_object_same(&channel->other, object));
}

struct fd_object channel_object_now(const struct run_channel *channel)
{
	struct fd_object object = channel->object;
	struct stat st;

	if (object.kind == FD_KIND_FILE && channel->path && lstat(channel->path, &st) == 0 &&
	    S_ISREG(st.st_mode)) {
		object.dev = st.st_dev;
		object.ino = st.st_ino;
	}
	return object;
}

const char *channel_path_of(struct execution *x, const struct fd_object *object)
{
	for (size_t i = 0; i < x->scenario->channel_count; i++)
		if (x->channels[i].path && channel_has(&x->channels[i], object))
			return x->channels[i].path;
	return NULL;
}

const char *channel_name_of(struct execution *x, const struct fd_object *object)
{
	for (size_t i = 0; i < x->scenario->channel_count; i++)
		if (channel_has(&x->channels[i], object))
			return x->channels[i].spec->name;
	return NULL;
}

bool channel_is_path(const struct execution *x, const char *path)
{
	for (size_t i = 0; i < x->scenario->channel_count; i++)
		if (x->channels[i].path && strcmp(x->channels[i].path, path) == 0)
			return true;
	return false;
}

bool channel_is_object(const struct execution *x, const struct sandbox_object *object)
{
	static const int kinds[CHANNEL_MAX_] = {
		[CHANNEL_SHM] = OBJECT_SHM_POSIX + 1, [CHANNEL_MQ] = OBJECT_MQ_POSIX + 1};

	for (size_t i = 0; i < x->scenario->channel_count; i++) {
		const struct run_channel *channel = &x->channels[i];

		if (kinds[channel->spec->kind] == (int)object->kind + 1 && channel->text &&
		    strcmp(channel->text, object->name) == 0)
			return true;
	}
	return false;
}
