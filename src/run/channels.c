#include "run/channels.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/execution.h"

static const struct channel_ops *const channel_table[CHANNEL_MAX_] = {
	[CHANNEL_PIPE] = &channel_pipe_ops,
	[CHANNEL_FIFO] = &channel_fifo_ops,
	[CHANNEL_MQ] = &channel_mq_ops,
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
		x->channels[i].ends[0] = x->channels[i].ends[1] = -1;
	}
	for (size_t i = 0; !rc && i < count; i++)
		rc = ops_of(&x->channels[i])->open(x, &x->channels[i], err);
	return rc;
}

void channels_close_ours(struct execution *x)
{
	for (size_t i = 0; x->channels && i < x->scenario->channel_count; i++)
		for (int end = 0; end < 2; end++) {
			if (x->channels[i].ends[end] >= 0)
				close(x->channels[i].ends[end]);
			x->channels[i].ends[end] = -1;
		}
}

void channels_release(struct execution *x)
{
	channels_close_ours(x);
	for (size_t i = 0; x->channels && i < x->scenario->channel_count; i++) {
		struct run_channel *channel = &x->channels[i];

		if (ops_of(channel)->release)
			ops_of(channel)->release(channel);
		free(channel->path);
		free(channel->text);
	}
	free(x->channels);
	x->channels = NULL;
}

int channel_end(struct run_channel *channel, int end, bool *ret_own)
{
	*ret_own = false;
	return ops_of(channel)->end ? ops_of(channel)->end(channel, end, ret_own) : -ENOTSUP;
}

bool channel_has(const struct run_channel *channel, const struct fd_object *object)
{
	if (ops_of(channel)->has)
		return ops_of(channel)->has(channel, object);
	return (channel->object.ino && fd_object_same(&channel->object, object)) ||
	       (channel->other.ino && fd_object_same(&channel->other, object));
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

bool channel_is_name(const struct execution *x, const char *name)
{
	for (size_t i = 0; i < x->scenario->channel_count; i++)
		if (x->channels[i].text && strcmp(x->channels[i].text, name) == 0)
			return true;
	return false;
}
