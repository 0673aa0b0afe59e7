/*
 * reorder.c - a message is held back until the next one on that socket or
 * queue has been sent.
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "fault/message.h"
#include "sys/names.h"

#define HELD_MAX (1U << 20)

/* What is held back, with all that is needed to send it later. */
struct held {
	struct fd_object object;
	struct sockaddr_storage name;
	socklen_t name_size;
	int flags;
	unsigned priority; /* POSIX queues */
	size_t size;
	char data[]; /* System V queues: with the type in front */
};

static size_t header_of(const struct message_call *call)
{
	return call->object.kind == FD_KIND_MSG_SYSV ? sizeof(long) : 0;
}

static int gather(struct tracee *t, const struct message_call *call, char *to)
{
	if (message_is_queue(call))
		return tracee_read(t, t->call.args[1], to, header_of(call) + (size_t)call->length);
	for (size_t i = 0; i < call->msg.msg_iovlen; i++) {
		const struct iovec *part = &call->parts[i];

		if (part->iov_len &&
		    tracee_read(t, (uint64_t)(uintptr_t)part->iov_base, to, part->iov_len))
			return -EFAULT;
		to += part->iov_len;
	}
	return 0;
}

static int keep(struct shot *shot, struct tracee *t, const struct message_call *call)
{
	struct held *held;
	int rc;

	if (call->length > HELD_MAX || call->msg.msg_namelen > sizeof(held->name))
		return refuse(shot, "the message is too large to be held back");
	if (call->msg.msg_controllen)
		return refuse(shot, "a message with control data cannot be held back");
	held = mem_zalloc(sizeof(*held) + header_of(call) + (size_t)call->length);
	if (!held)
		return -ENOMEM;
	shot->kept = held;
	held->object = call->object;
	held->size = (size_t)call->length;
	held->flags = (int)call->flags;
	held->priority = call->object.kind == FD_KIND_MQUEUE ? (unsigned)t->call.args[3] : 0;
	held->name_size = call->msg.msg_namelen;
	rc = held->name_size ? tracee_read(t, (uint64_t)(uintptr_t)call->msg.msg_name, &held->name,
					   held->name_size)
			     : 0;
	if (!rc)
		rc = gather(t, call, held->data);
	return rc == -EFAULT ? refuse(shot, "the message cannot be read") : rc;
}

static int fire_reorder(struct fault_env *env, struct shot *shot, const struct moment *at,
			struct err *err)
{
	struct message_call call;
	unsigned length;
	int rc = message_read(env, shot, at->t, MESSAGE_KINDS, &call);

	(void)err;
	if (!rc)
		rc = model_check(env, shot, at, false);
	if (!rc && !call.sends)
		return refuse(shot, "messages are put out of order where they are sent: strike "
				    "the call that sends");
	if (!rc)
		rc = keep(shot, at->t, &call);
	if (rc)
		return rc;
	message_describe(env, shot, at->t, "held back until after the next one");
	length = (unsigned)call.length;
	if (call.row->transfer == TRANSFER_MMSGHDR &&
	    tracee_write(env->engine, at->t,
			 at->t->call.args[1] + offsetof(struct mmsghdr, msg_len), &length,
			 sizeof(length)))
		return refuse(shot, "the program's own description cannot be written");
	return shot_skip(shot, at->t,
			 message_is_queue(&call)		  ? 0
			 : call.row->transfer == TRANSFER_MMSGHDR ? 1
								  : (int64_t)call.length);
}

/* The next message: any send to the same object, by whomever. */
static void reorder_other(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	const struct syscall_row *row = syscall_get(t->call.id);
	const struct held *held = shot->kept;
	struct fd_object object;

	if (!shot->waiting || !row || !(row->families & (FAMILY_WRITES | FAMILY_SENDS)) ||
	    call_object(env->engine, t, &object) || !fd_object_same(&object, &held->object))
		return;
	shot->tid = t->tid;
	shot->call = t->call;
	tracee_watch_exit(t);
}

/*
 * The name of a Unix socket as a path that means the same here: through the
 * root or the working directory of the process.
 */
static int localize(struct fault_env *env, pid_t tgid, struct held *held)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&held->name;
	char path[sizeof(un->sun_path) + 64];
	int fd;

	if (un->sun_family != AF_UNIX || !held->name_size || !un->sun_path[0])
		return -1;
	snprintf(path, sizeof(path), "%d/%s/%.*s", tgid, un->sun_path[0] == '/' ? "root" : "cwd",
		 (int)sizeof(un->sun_path), un->sun_path);
	fd = openat(env->engine->options.proc_fd, path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	snprintf(un->sun_path, sizeof(un->sun_path), "/proc/self/fd/%d", fd);
	held->name_size =
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(un->sun_path) + 1);
	return fd;
}

static ssize_t send_to_socket(struct fault_env *env, int fd, pid_t tgid, struct held *held)
{
	int place = localize(env, tgid, held), error;
	ssize_t n;

	if (place < -1) { /* its name is not there any more: not to be looked for from here */
		errno = -place;
		return -1;
	}
	n = sendto(fd, held->data, held->size, held->flags | MSG_DONTWAIT | MSG_NOSIGNAL,
		   held->name_size ? (struct sockaddr *)&held->name : NULL, held->name_size);
	error = errno;
	if (place >= 0)
		close(place);
	errno = error;
	return n;
}

/* Without waiting; 0 or a negative errno. */
static int send_held(struct fault_env *env, const struct tracee *t, struct held *held)
{
	static const struct timespec past = {0, 0};
	cleanup_close int fd = -1;
	ssize_t n;

	if (held->object.kind == FD_KIND_MSG_SYSV)
		return msgsnd((int)held->object.ino, held->data, held->size, IPC_NOWAIT) ? -errno
											 : 0;
	fd = fd_borrow(t->process->tgid, (int)t->call.args[0]);
	if (fd < 0)
		return fd;
	if (held->object.kind == FD_KIND_MQUEUE)
		return syscall(SYS_mq_timedsend, fd, held->data, held->size, held->priority, &past)
			       ? -errno
			       : 0;
	n = send_to_socket(env, fd, t->process->tgid, held);
	return n < 0 ? -errno : 0;
}

/* First the exit of the call that was not made; then that of the one that comes next. */
static enum proof reorder_exit(struct fault_env *env, struct shot *shot, struct tracee *t,
			       int64_t result)
{
	int rc;

	if (!shot->waiting) {
		if (exit_has_expected(env, shot, t, result) != PROOF_PROVEN)
			return PROOF_GIVEN_UP;
		refuse_because(shot, "held back, but no other message followed");
		shot->waiting = true;
		shot->call.nr = -1;
		return PROOF_OPEN;
	}
	shot->call.nr = -1; /* until another one comes */
	if (result < 0)
		return PROOF_OPEN;
	rc = send_held(env, t, shot->kept);
	if (rc) {
		refuse_because(shot, "what was held back could not be sent: %s", errno_name(-rc));
		return PROOF_GIVEN_UP;
	}
	shot->fault->refused[0] = '\0';
	return PROOF_PROVEN;
}

const struct action_ops ops_reorder = {
	.fire = fire_reorder, .on_exit = reorder_exit, .on_other_call = reorder_other};
