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
struct sandbox_object;

/* A channel as it is in this execution. */
struct run_channel {
	const struct channel *spec;
	int ends[2];   /* ours until all processes have started: read, write; -1 */
	char *path;    /* of a FIFO or a file; NULL: it has none */
	char *mounted; /* a file system of its own to be unmounted; NULL: none */
	char *text;    /* what ${CHANNEL} stands for when that is not the path; owned */
	struct fd_object object;
	struct fd_object other; /* the other end, where each end is an object; ino 0 = none */
	int lock;		/* keeps others off its port until the run is over; -1 = none */
	uint64_t *sockets;	/* seen at its port: one that was reset has forgotten it */
	size_t socket_count;
};

struct sockaddr;

struct channel_ops {
	/* Make it; whatever it leaves on failure release() takes away. */
	int (*open)(struct execution *x, struct run_channel *channel, struct err *err);
	/*
	 * A descriptor of the @end to hand out, or -errno; END_BOTH only where an
	 * end need not be named.  When *@ret_own was set it is the caller's to
	 * close.  NULL: it has no descriptors.
	 */
	int (*end)(struct run_channel *channel, int end, bool *ret_own);
	/* After the run: what has a name loses it.  NULL: nothing to do. */
	void (*release)(struct run_channel *channel);
	/* Whether @object belongs to it; NULL: it is `object` or `other`. */
	bool (*has)(struct run_channel *channel, const struct fd_object *object);
	/* Whether a socket of that @kind which is bound or connected to @address is; NULL: no. */
	bool (*has_address)(struct run_channel *channel, enum fd_kind kind,
			    const struct sockaddr *address);
};

/* channel_pipe.c */
extern const struct channel_ops channel_pipe_ops, channel_fifo_ops;
/* channel_queue.c */
extern const struct channel_ops channel_mq_ops;
/* channel_memory.c */
extern const struct channel_ops channel_shm_ops, channel_file_ops;
/* channel_socket.c */
extern const struct channel_ops channel_socketpair_ops, channel_tcp_ops;

int channels_open(struct execution *x, struct err *err);

/* Our own ends of the channels that nobody still to be started is to get. */
void channels_close_given(struct execution *x);

void channels_release(struct execution *x);

/* See channel_ops.end; -ENOTSUP: it has no descriptors. */
int channel_end(struct run_channel *channel, int end, bool *ret_own);
bool channel_has(struct run_channel *channel, const struct fd_object *object);
/* The same for what is known by its inode only: a socket of a port that has been seen. */
bool channel_owns(const struct run_channel *channel, uint64_t inode);
/*
 * The same for @object, a socket that is about to be bound or connected to
 * @address: from then on it belongs to the channel.
 */
bool channel_has_address(struct run_channel *channel, const struct fd_object *object,
			 const struct sockaddr *address);

/*
 * Its object; where it has a path and programs have put another file there,
 * that one.
 */
struct fd_object channel_object_now(const struct run_channel *channel);

/* The path of the channel that @object belongs to, or NULL. */
const char *channel_path_of(struct execution *x, const struct fd_object *object);

/* The name of the channel that @object belongs to, or NULL. */
const char *channel_name_of(struct execution *x, const struct fd_object *object);

/* Whether that file is a channel of the run. */
bool channel_is_path(const struct execution *x, const char *path);
/* …or that IPC object. */
bool channel_is_object(const struct execution *x, const struct sandbox_object *object);

#endif
