/*
 * message.h - the message that a call is about, whichever call it is.
 *
 * A socket call that moves bytes is made as sendmsg(2) or recvmsg(2) with a
 * description of ours, which lies below the program's stack: so one way of
 * changing it serves write, send, sendto, sendmsg and sendmmsg, and all that
 * receive.  What the kernel writes into the description goes back to where the
 * program looks for it.
 */
#ifndef FAULT_MESSAGE_H
#define FAULT_MESSAGE_H

#include <sys/socket.h>
#include <sys/uio.h>

#include "fault/internal.h"

#define MESSAGE_PATCHES_MAX 512

struct message_call {
	const struct syscall_row *row;
	struct fd_object object;
	bool sends;
	/* As sendmsg(2) has them; msg_iov is `parts`. */
	struct msghdr msg;
	struct iovec parts[TRANSFER_PARTS_MAX];
	uint64_t flags;
	uint64_t length; /* of all parts; of queues: that of the message or of the buffer */
	/* Bytes that message_install() puts behind the description, for parts to point at. */
	unsigned char patches[MESSAGE_PATCHES_MAX];
	size_t patch_count;
};

/*
 * Read the call of the moment.  -EPERM with the reason when it is not about
 * one message of a kind in @kinds (bits 1 << enum fd_kind).
 */
int message_read(struct fault_env *env, struct shot *shot, struct tracee *t, uint64_t kinds,
		 struct message_call *ret_call);

#define MESSAGE_SOCKETS                                                                            \
	(UINT64_C(1) << FD_KIND_UDP | UINT64_C(1) << FD_KIND_UNIX_DGRAM |                          \
	 UINT64_C(1) << FD_KIND_UNIX_SEQPACKET)
#define MESSAGE_STREAMS                                                                            \
	(UINT64_C(1) << FD_KIND_PIPE | UINT64_C(1) << FD_KIND_FIFO |                               \
	 UINT64_C(1) << FD_KIND_UNIX_STREAM | UINT64_C(1) << FD_KIND_TCP)
#define MESSAGE_QUEUES (UINT64_C(1) << FD_KIND_MQUEUE | UINT64_C(1) << FD_KIND_MSG_SYSV)
#define MESSAGE_KINDS  (MESSAGE_SOCKETS | MESSAGE_QUEUES)

static inline bool message_is_queue(const struct message_call *call)
{
	return MESSAGE_QUEUES >> call->object.kind & 1;
}

/* "the call of the shot: what happens to it" as the shot's text. */
void message_describe(struct fault_env *env, struct shot *shot, struct tracee *t, const char *what);

/* Cut the parts after @want bytes. */
void message_cut(struct message_call *call, uint64_t want);

/* Where the patches will be. */
uint64_t message_patch_address(const struct arch_regs *regs);

/* The call is made as @call says; -EFAULT: no room on the stack.  With its exit watched. */
int message_install(struct fault_env *env, struct shot *shot, struct tracee *t,
		    struct message_call *call);

/* At its exit: what the kernel has written there; false when it cannot be read. */
bool message_installed(const struct shot *shot, const struct tracee *t, struct msghdr *ret_msg);

/* At its exit: what the program looks for, in the place where it looks. */
void message_copy_back(struct fault_env *env, struct shot *shot, struct tracee *t);

/* message_queue.c: the same for POSIX and System V queues. */
int queue_drop(struct fault_env *env, struct shot *shot, struct tracee *t,
	       const struct message_call *call);
int queue_truncate(struct fault_env *env, struct shot *shot, struct tracee *t,
		   const struct message_call *call);
/* At a send: those bits of the message flip, in a copy of it; -EMSGSIZE: it is too long. */
int queue_damage(struct fault_env *env, struct tracee *t, const struct message_call *call,
		 const uint64_t *bits, size_t count);
enum proof queue_dropped(struct fault_env *env, struct shot *shot, struct tracee *t,
			 int64_t result);

/* At the exit of recvmmsg(2): the length of the first message. */
int64_t message_first_length(const struct tracee *t);

/* message_again.c: the thread sends the message of its call once more, without waiting. */
int message_send_again(struct fault_env *env, struct tracee *t, int64_t *ret_result);

#endif
