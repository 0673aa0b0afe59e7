/*
 * channel_queue.c - POSIX message queues, which programs open by name.
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/channels.h"
#include "run/execution.h"

/* What mq_overview(7) says of a queue that is made without attributes. */
#define DEFAULT_MAXMSG	10
#define DEFAULT_MSGSIZE 8192

/* NULL: the kernel's own. */
static const struct mq_attr *attributes_of(const struct channel *spec, struct mq_attr *attr)
{
	if (!spec->maxmsg && !spec->msgsize)
		return NULL;
	*attr = (struct mq_attr){.mq_maxmsg = spec->maxmsg ? (long)spec->maxmsg : DEFAULT_MAXMSG,
				 .mq_msgsize =
					 spec->msgsize ? (long)spec->msgsize : DEFAULT_MSGSIZE};
	return attr;
}

/*
 * The name is the same in each run of a worker, so that output can be
 * compared, and no other process's where there is no IPC name space: one that
 * is there was left by a worker with the same pid that was killed.
 */
static int open_queue(struct execution *x, struct run_channel *channel, struct err *err)
{
	const struct channel *spec = channel->spec;
	struct mq_attr attr;
	mqd_t queue;
	int rc;

	(void)x;
	channel->text = mem_printf("/ipcfault-%d-%s", getpid(), spec->name);
	if (!channel->text)
		return -ENOMEM;
	mq_unlink(channel->text);
	queue = mq_open(channel->text, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666,
			attributes_of(spec, &attr));
	if (queue < 0 && (errno == EINVAL || errno == EMFILE))
		return err_errno(err, -errno, "channel '%s': more than the kernel allows, see %s",
				 spec->name,
				 errno == EINVAL ? "/proc/sys/fs/mqueue" : "RLIMIT_MSGQUEUE");
	if (queue < 0)
		return err_errno(err, -errno, "channel '%s'", spec->name);
	rc = fd_object_own(queue, &channel->object);
	channel->object.kind = FD_KIND_MQUEUE;
	mq_close(queue);
	return rc;
}

static int queue_end(struct run_channel *channel, int end, bool *ret_own)
{
	static const int flags[] = {
		[END_READ] = O_RDONLY, [END_WRITE] = O_WRONLY, [END_BOTH] = O_RDWR};
	mqd_t queue = mq_open(channel->text, flags[end] | O_CLOEXEC);

	*ret_own = queue >= 0;
	return queue < 0 ? -errno : queue;
}

static void release_queue(struct run_channel *channel)
{
	if (channel->text)
		mq_unlink(channel->text);
}

const struct channel_ops channel_mq_ops = {
	.open = open_queue, .end = queue_end, .release = release_queue};
