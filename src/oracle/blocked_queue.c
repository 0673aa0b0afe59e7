/*
 * blocked_queue.c - message queues: who could send, who could receive.
 *
 * A POSIX queue is a file: who has it open could wake, and while it has a name
 * anybody of the run could still open it.  A System V queue is known by a
 * number that everybody may guess: any process of the run could use it.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "oracle/blocked_private.h"

static void need_of(struct wait *wait, unsigned ends)
{
	if (ends == BLOCKED_READ_END)
		wait_need(wait, "a receiver", "held by", "nobody is left who could receive");
	else if (ends == BLOCKED_WRITE_END)
		wait_need(wait, "a sender", "held by", "nobody is left who could send");
	else
		wait_need(wait, "a peer", "held by", "nobody is left who could use it");
}

static void say_queue(struct wait *wait, const struct procfs_fd *info, unsigned ends)
{
	const struct blocked_input *in = wait->scanner->in;
	const char *name = in->channel_name ? in->channel_name(in->context, info->inode) : NULL;

	wait_say(wait, "fd %d %s queue ", info->fd, ends == BLOCKED_READ_END ? "→" : "←");
	if (name)
		wait_say(wait, "`%s`", name);
	else
		wait_say(wait, "%s", info->link);
}

int wait_for_queue(struct wait *wait, const struct procfs_fd *info, unsigned ends)
{
	struct blocked_pipe queue = {.ends = ends};
	int r;

	say_queue(wait, info, ends);
	need_of(wait, ends);
	if (!wait_stat_fd(wait, info->fd, &queue.dev, &queue.inode)) {
		wait_weaken(wait, WAIT_EXTERNAL);
		return 0;
	}
	if (!strstr(info->link, " (deleted)"))
		wait->node->any = wait->node->newcomer = true;
	r = wait_note_object(wait, queue.dev, queue.inode, ends, 0);
	return r ? r : wait_add_end_holders(wait, &queue);
}

static unsigned ends_for(bool sends)
{
	return sends ? BLOCKED_READ_END : BLOCKED_WRITE_END;
}

int wait_for_queue_fd(struct wait *wait, int fd, bool sends)
{
	struct procfs_fd info;

	if (procfs_fd(wait->scanner->in->proc_fd, wait->t->pid, fd, &info) != 0 ||
	    info.kind != FD_KIND_MQUEUE) {
		wait_weaken(wait, WAIT_EXTERNAL);
		return 0;
	}
	return wait_for_queue(wait, &info, ends_for(sends));
}

int wait_for_sysv_queue(struct wait *wait, int id, bool sends)
{
	wait_say(wait, "System V queue %d", id);
	wait->node->any = wait->node->newcomer = true;
	need_of(wait, ends_for(sends));
	return 0;
}
