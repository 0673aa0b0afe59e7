/*
 * message.c - messages that are lost, come twice, come cut, or come without
 * the descriptors that they brought.
 */
#include "fault/message.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "sys/names.h"

#define UDP_MESSAGE_MAX 65507 /* udp(7): 65535 less the headers */

/* At the entry of the call: what its message is, and whether Linux may do that. */
static int read_call(struct fault_env *env, struct shot *shot, const struct moment *at,
		     uint64_t kinds, struct message_call *call)
{
	int rc = message_read(env, shot, at->t, kinds, call);

	return rc ? rc : model_check(env, shot, at, false);
}

/* The same call, made again or restarted. */
static int read_and_arm(struct fault_env *env, struct shot *shot, struct tracee *t, uint64_t kinds,
			int (*arm)(struct fault_env *env, struct shot *shot, struct tracee *t,
				   struct message_call *call))
{
	struct message_call call;
	int rc = message_read(env, shot, t, kinds, &call);

	return rc ? rc : arm(env, shot, t, &call);
}

static int install(struct fault_env *env, struct shot *shot, struct tracee *t,
		   struct message_call *call)
{
	int rc = message_install(env, shot, t, call);

	return rc == -EFAULT ? refuse(shot, "no room for other arguments on the stack") : rc;
}

/* True, with the reason, when the kernel did not move the message. */
static bool has_failed(struct shot *shot, int64_t result)
{
	if (result >= 0)
		return false;
	if (result == -EAGAIN && shot->call.nr >= 0)
		refuse_because(shot, "no message was moved: the call failed by itself with EAGAIN");
	else
		refuse_because(shot, "the call failed by itself with %s", errno_name((int)-result));
	return true;
}

/* --- drop ------------------------------------------------------------------ */

static int skip_send(struct fault_env *env, struct shot *shot, struct tracee *t,
		     const struct message_call *call)
{
	unsigned length = (unsigned)call->length;

	if (call->object.kind == FD_KIND_UDP && call->length > UDP_MESSAGE_MAX)
		return refuse(shot, "a datagram of %llu bytes would not be sent at all",
			      (unsigned long long)call->length);
	if (call->row->transfer != TRANSFER_MMSGHDR)
		return shot_skip(shot, t, (int64_t)call->length);
	/* Fewer messages than asked for may go: it goes on with the next one. */
	if (tracee_write(env->engine, t, t->call.args[1] + offsetof(struct mmsghdr, msg_len),
			 &length, sizeof(length)))
		return refuse(shot, "the program's own description cannot be written");
	return shot_skip(shot, t, 1);
}

/* Received into a byte of ours, without name and descriptors: those are closed by the kernel. */
static int receive_unseen(struct fault_env *env, struct shot *shot, struct tracee *t,
			  struct message_call *call)
{
	struct arch_regs *regs;
	int rc = tracee_get_regs(t, &regs);

	if (rc)
		return rc;
	if (call->flags & MSG_PEEK)
		return refuse(shot, "the call only looks at the message (MSG_PEEK)");
	call->parts[0] = (struct iovec){(void *)(uintptr_t)message_patch_address(regs), 1};
	call->patch_count = 1;
	call->msg = (struct msghdr){.msg_iovlen = 1};
	return install(env, shot, t, call);
}

static int arm_drop(struct fault_env *env, struct shot *shot, struct tracee *t,
		    struct message_call *call)
{
	if (message_is_queue(call))
		return queue_drop(env, shot, t, call);
	return call->sends ? skip_send(env, shot, t, call) : receive_unseen(env, shot, t, call);
}

static int fire_drop(struct fault_env *env, struct shot *shot, const struct moment *at,
		     struct err *err)
{
	struct message_call call;
	int rc = read_call(env, shot, at, MESSAGE_KINDS, &call);

	(void)err;
	if (rc)
		return rc;
	shot->waiting = !call.sends;
	message_describe(env, shot, at->t,
			 call.sends ? "not sent, and reported as sent" : "received, and lost");
	return arm_drop(env, shot, at->t, &call);
}

/* An empty message and the end of a connection are both 0. */
static bool is_end(const struct shot *shot)
{
	cleanup_close int fd = fd_borrow(shot->tgid, (int)shot->call.args[0]);
	struct pollfd p = {.fd = fd, .events = POLLRDHUP};

	return fd >= 0 && poll(&p, 1, 0) > 0 && p.revents & (POLLRDHUP | POLLHUP);
}

static enum proof drop_exit(struct fault_env *env, struct shot *shot, struct tracee *t,
			    int64_t result)
{
	if (!shot->waiting)
		return exit_has_expected(env, shot, t, result);
	if (has_failed(shot, result))
		return PROOF_GIVEN_UP;
	if (!shot->scratch)
		return queue_dropped(env, shot, t, result);
	/* Made again, for the next message; the end of the connection will still be there. */
	if (send_back(t))
		return PROOF_GIVEN_UP;
	if (result > 0 || !is_end(shot))
		return PROOF_PROVEN;
	refuse_because(shot, "the connection has ended: there was no message");
	return PROOF_GIVEN_UP;
}

static int drop_again(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	return read_and_arm(env, shot, t, MESSAGE_KINDS, arm_drop);
}

const struct action_ops ops_drop = {
	.fire = fire_drop, .on_exit = drop_exit, .on_again = drop_again};

/* --- duplicate --------------------------------------------------------------- */

/* A message that is received with MSG_PEEK is there again for the next receive. */
static int arm_duplicate(struct fault_env *env, struct shot *shot, struct tracee *t,
			 struct message_call *call)
{
	if (call->sends) {
		tracee_watch_exit(t);
		return 0;
	}
	if (message_is_queue(call))
		return refuse(shot, "a queue's message is sent twice, not received twice: "
				    "strike the call that sends it");
	if (call->flags & MSG_PEEK)
		return refuse(shot, "the call only looks at the message (MSG_PEEK)");
	call->flags |= MSG_PEEK;
	return install(env, shot, t, call);
}

static int fire_duplicate(struct fault_env *env, struct shot *shot, const struct moment *at,
			  struct err *err)
{
	struct message_call call;
	int rc = read_call(env, shot, at, MESSAGE_KINDS, &call);

	(void)err;
	if (rc)
		return rc;
	message_describe(env, shot, at->t, call.sends ? "sent twice" : "received twice");
	return arm_duplicate(env, shot, at->t, &call);
}

static enum proof send_twice(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	int64_t second = -EIO;
	int rc = message_send_again(env, t, &second);

	if (!rc && second >= 0)
		return PROOF_PROVEN;
	if (rc)
		refuse_because(shot, "it could not be sent again: %s", strerror(-rc));
	else
		refuse_because(shot, "sent again, it fails with %s", errno_name((int)-second));
	return PROOF_GIVEN_UP;
}

/* It must still be there; whoever takes it. */
static enum proof received_twice(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	cleanup_close int fd = fd_borrow(shot->tgid, (int)shot->call.args[0]);
	struct pollfd p = {.fd = fd, .events = POLLIN};

	message_copy_back(env, shot, t);
	if (fd >= 0 && poll(&p, 1, 0) == 1 && p.revents & POLLIN)
		return PROOF_PROVEN;
	refuse_because(shot, "the message is no longer there");
	return PROOF_GIVEN_UP;
}

static enum proof duplicate_exit(struct fault_env *env, struct shot *shot, struct tracee *t,
				 int64_t result)
{
	if (has_failed(shot, result))
		return PROOF_GIVEN_UP;
	if (!shot->scratch)
		return send_twice(env, shot, t);
	if (!result && is_end(shot)) {
		message_copy_back(env, shot, t);
		refuse_because(shot, "the connection has ended: there was no message");
		return PROOF_GIVEN_UP;
	}
	return received_twice(env, shot, t);
}

static int duplicate_again(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	return read_and_arm(env, shot, t, MESSAGE_KINDS, arm_duplicate);
}

const struct action_ops ops_duplicate = {
	.fire = fire_duplicate, .on_exit = duplicate_exit, .on_again = duplicate_again};

/* --- truncate-message --------------------------------------------------------- */

/* A send that was cut tells the program that all has gone. */
static int64_t claim_all(struct engine *e, struct tracee *t, int64_t result)
{
	struct arch_regs *regs;

	(void)e;
	if (result < 0 || tracee_get_regs(t, &regs))
		return result;
	arch_native->set_result(regs, t->fixup_value);
	tracee_dirty_regs(t);
	return t->fixup_value;
}

static int arm_truncate(struct fault_env *env, struct shot *shot, struct tracee *t,
			struct message_call *call)
{
	uint64_t length = call->length;
	int rc;

	if (message_is_queue(call))
		return queue_truncate(env, shot, t, call);
	message_cut(call, shot->asked);
	rc = install(env, shot, t, call);
	if (rc || !call->sends || call->row->transfer == TRANSFER_MMSGHDR)
		return rc;
	t->exit_fixup = claim_all;
	t->fixup_value = (int64_t)length;
	return 0;
}

static int fire_truncate(struct fault_env *env, struct shot *shot, const struct moment *at,
			 struct err *err)
{
	struct message_call call;
	char what[100];
	int rc = read_call(env, shot, at, MESSAGE_KINDS, &call);

	(void)err;
	if (rc)
		return rc;
	shot->asked = shot->fault->spec->action.bytes;
	if (shot->asked >= call.length)
		return refuse(shot,
			      call.sends ? "the message has %llu bytes only"
					 : "the call has room for %llu bytes only",
			      (unsigned long long)call.length);
	shot->waiting = !call.sends;
	snprintf(what, sizeof(what),
		 call.sends ? "%llu of %llu bytes sent, and reported as sent"
			    : "room for %llu of %llu bytes",
		 (unsigned long long)shot->asked, (unsigned long long)call.length);
	message_describe(env, shot, at->t, what);
	return arm_truncate(env, shot, at->t, &call);
}

static enum proof truncate_exit(struct fault_env *env, struct shot *shot, struct tracee *t,
				int64_t result)
{
	struct msghdr msg = {.msg_flags = 0};
	bool is_cut = t->kernel_result > (int64_t)shot->asked;

	if (has_failed(shot, result))
		return PROOF_GIVEN_UP;
	if (!shot->waiting)
		return PROOF_PROVEN;
	if (shot->scratch) {
		is_cut = message_installed(shot, t, &msg) && msg.msg_flags & MSG_TRUNC;
		message_copy_back(env, shot, t);
	}
	if (is_cut)
		return PROOF_PROVEN;
	refuse_because(shot, "the message was not longer than that");
	return PROOF_GIVEN_UP;
}

static int truncate_again(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	return read_and_arm(env, shot, t, MESSAGE_KINDS, arm_truncate);
}

const struct action_ops ops_truncate_message = {
	.fire = fire_truncate, .on_exit = truncate_exit, .on_again = truncate_again};

/* --- lose-fds ----------------------------------------------------------------- */

#define UNIX_SOCKETS                                                                               \
	(UINT64_C(1) << FD_KIND_UNIX_STREAM | UINT64_C(1) << FD_KIND_UNIX_DGRAM |                  \
	 UINT64_C(1) << FD_KIND_UNIX_SEQPACKET)

/* Credentials come first where the socket asks for them: they are left their room. */
static size_t room_for_credentials(const struct shot *shot)
{
	cleanup_close int fd = fd_borrow(shot->tgid, (int)shot->call.args[0]);
	socklen_t size = sizeof(int);
	int on = 0;

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, &size) || !on)
		return 0;
	return CMSG_SPACE(sizeof(struct ucred));
}

/*
 * What a control buffer that is too small does: net/core/scm.c drops the
 * descriptors that find no room there, and sets MSG_CTRUNC.  A process that
 * has no descriptor left is shown the same.
 */
static int arm_lose(struct fault_env *env, struct shot *shot, struct tracee *t,
		    struct message_call *call)
{
	size_t room = room_for_credentials(shot);

	if (call->msg.msg_controllen > room)
		call->msg.msg_controllen = room;
	if (!call->msg.msg_controllen)
		call->msg.msg_control = NULL;
	return install(env, shot, t, call);
}

static int fire_lose(struct fault_env *env, struct shot *shot, const struct moment *at,
		     struct err *err)
{
	struct message_call call;
	int rc = read_call(env, shot, at, UNIX_SOCKETS, &call);

	(void)err;
	if (rc)
		return rc;
	if (call.sends)
		return refuse(shot, "descriptors are lost at the receive: strike recvmsg");
	if (call.row->transfer != TRANSFER_MSGHDR && call.row->transfer != TRANSFER_MMSGHDR)
		return refuse(shot, "`%s` receives no descriptors", call.row->name);
	message_describe(env, shot, at->t, "no room for descriptors");
	return arm_lose(env, shot, at->t, &call);
}

static enum proof lose_exit(struct fault_env *env, struct shot *shot, struct tracee *t,
			    int64_t result)
{
	struct msghdr msg = {.msg_flags = 0};

	if (has_failed(shot, result))
		return PROOF_GIVEN_UP;
	message_installed(shot, t, &msg);
	message_copy_back(env, shot, t);
	if (msg.msg_flags & MSG_CTRUNC)
		return PROOF_PROVEN;
	refuse_because(shot, "the message has brought no descriptors");
	return PROOF_GIVEN_UP;
}

static int lose_again(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	return read_and_arm(env, shot, t, UNIX_SOCKETS, arm_lose);
}

const struct action_ops ops_lose_fds = {
	.fire = fire_lose, .on_exit = lose_exit, .on_again = lose_again};
