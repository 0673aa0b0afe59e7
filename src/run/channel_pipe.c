/*
 * channel_pipe.c - anonymous and named pipes.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/channels.h"
#include "run/execution.h"

static int open_pipe(struct execution *x, struct run_channel *channel, struct err *err)
{
	const struct channel *spec = channel->spec;
	int rc;

	(void)x;
	if (fault_point("pipe2") || pipe2(channel->ends, O_CLOEXEC))
		return err_errno(err, -errno, "channel '%s'", spec->name);
	if (spec->capacity && fcntl(channel->ends[1], F_SETPIPE_SZ, (int)spec->capacity) < 0)
		return err_errno(err, -errno, "capacity of channel '%s'", spec->name);
	rc = fd_object_own(channel->ends[0], &channel->object);
	channel->object.kind = FD_KIND_PIPE;
	return rc;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): struct channel_ops has it so */
static int pipe_end(struct run_channel *channel, int end, bool *ret_own)
{
	(void)ret_own;
	return channel->ends[end == END_WRITE];
}

/* Nobody of ours holds it: a FIFO has no readers or writers but the programs. */
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

/*
 * A FIFO given as a standard stream is opened here.  Somebody must hold both
 * ends meanwhile: open() would wait, and an early reader would meet its end.
 */
static int fifo_end(struct run_channel *channel, int end, bool *ret_own)
{
	int fd;

	if (channel->ends[0] < 0)
		channel->ends[0] = open(channel->path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (channel->ends[0] < 0)
		return -errno;
	fd = open(channel->path, (end == END_WRITE ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
	*ret_own = fd >= 0;
	return fd < 0 ? -errno : fd;
}

static void release_fifo(struct run_channel *channel)
{
	if (channel->path)
		unlink(channel->path);
}

const struct channel_ops channel_pipe_ops = {.open = open_pipe, .end = pipe_end};
const struct channel_ops channel_fifo_ops = {
	.open = open_fifo, .end = fifo_end, .release = release_fifo};
