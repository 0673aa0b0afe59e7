#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/execution.h"

static int set_capacity(int fd, const struct channel *spec, struct err *err)
{
	if (spec->capacity && fcntl(fd, F_SETPIPE_SZ, (int)spec->capacity) < 0)
		return err_errno(err, -errno, "capacity of channel '%s'", spec->name);
	return 0;
}

static int open_pipe(struct run_channel *channel, struct err *err)
{
	if (fault_point("pipe2") || pipe2(channel->ends, O_CLOEXEC))
		return err_errno(err, -errno, "channel '%s'", channel->spec->name);
	return set_capacity(channel->ends[1], channel->spec, err);
}

/* Held open only for the identity: a FIFO has no readers or writers of ours. */
static int open_fifo(struct execution *x, struct run_channel *channel, struct err *err)
{
	const char *path = channel->spec->path;
	struct stat st;

	channel->path = *path == '/' ? mem_strdup(path) : mem_printf("%s/%s", x->tmp, path);
	if (!channel->path)
		return -ENOMEM;
	if (mkfifo(channel->path, 0666) || stat(channel->path, &st))
		return err_errno(err, -errno, "channel '%s' at %s", channel->spec->name,
				 channel->path);
	channel->object =
		(struct fd_object){.kind = FD_KIND_FIFO, .dev = st.st_dev, .ino = st.st_ino};
	return 0;
}

static int open_channel(struct execution *x, struct run_channel *channel, struct err *err)
{
	int rc;

	switch (channel->spec->kind) {
	case CHANNEL_PIPE:
		rc = open_pipe(channel, err);
		if (!rc)
			rc = fd_object_own(channel->ends[0], &channel->object);
		channel->object.kind = FD_KIND_PIPE;
		return rc;
	case CHANNEL_FIFO:
		return open_fifo(x, channel, err);
	default:
		return err_set(err, -ENOSYS, "channels of the kind '%s' are not available yet",
			       vocab_name(&channel_vocab, (int)channel->spec->kind));
	}
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
		rc = open_channel(x, &x->channels[i], err);
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
		if (x->channels[i].path)
			unlink(x->channels[i].path);
		free(x->channels[i].path);
	}
	free(x->channels);
	x->channels = NULL;
}

const char *channel_name_of(struct execution *x, const struct fd_object *object)
{
	for (size_t i = 0; i < x->scenario->channel_count; i++)
		if (x->channels[i].object.ino && fd_object_same(&x->channels[i].object, object))
			return x->channels[i].spec->name;
	return NULL;
}
