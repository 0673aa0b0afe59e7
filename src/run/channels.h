/*
 * channels.h - what the harness makes and hands out before the processes start.
 *
 * Each kind is a row of channel_ops in channels.c and a file channel_*.c; the
 * folder ${tmp}, the name spaces and the loopback are the run's own, so that
 * fixed names cannot meet those of another run.
 */
#ifndef RUN_CHANNELS_H
#define RUN_CHANNELS_H

#include "base/err.h"
#include "engine/fds.h"
#include "model/scenario.h"

struct execution;

/* A channel as it is in this execution. */
struct run_channel {
	const struct channel *spec;
	int ends[2]; /* ours until all processes have started: read, write; -1 */
	char *path;  /* of a FIFO or a file; NULL: it has none */
	char *text;  /* what ${CHANNEL} stands for when that is not the path; owned */
	struct fd_object object;
	struct fd_object other; /* the other end, where each end is an object; ino 0 = none */
};

struct channel_ops {
	/* Make it; whatever it leaves on failure release() takes away. */
	int (*open)(struct execution *x, struct run_channel *channel, struct err *err);
	/*
	 * A descriptor of the @end (0 read, 1 write) to hand out, or -errno.  When
	 * *@ret_own was set it is the caller's to close.  NULL: it has no descriptors.
	 */
	int (*end)(struct run_channel *channel, int end, bool *ret_own);
	/* After the run: what has a name loses it.  NULL: nothing to do. */
	void (*release)(struct run_channel *channel);
	/* Whether @object belongs to it; NULL: it is `object` or `other`. */
	bool (*has)(const struct run_channel *channel, const struct fd_object *object);
};

/* channel_pipe.c */
extern const struct channel_ops channel_pipe_ops, channel_fifo_ops;
/* channel_queue.c */
extern const struct channel_ops channel_mq_ops;

int channels_open(struct execution *x, struct err *err);
void channels_close_ours(struct execution *x);
void channels_release(struct execution *x);

/* See channel_ops.end; -ENOTSUP: it has no descriptors. */
int channel_end(struct run_channel *channel, int end, bool *ret_own);
bool channel_has(const struct run_channel *channel, const struct fd_object *object);

/* The name of the channel that @object belongs to, or NULL. */
const char *channel_name_of(struct execution *x, const struct fd_object *object);

/* Whether that file is a channel of the run. */
bool channel_is_path(const struct execution *x, const char *path);

/* Whether the object with that name ("/queue") is a channel of the run. */
bool channel_is_name(const struct execution *x, const char *name);

#endif
