#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/util.h"
#include "fault/message.h"

/* Below the description of the parts, in the same scratch memory. */
struct layout {
	struct msghdr msg;
	struct iovec parts[TRANSFER_PARTS_MAX];
	unsigned char patches[MESSAGE_PATCHES_MAX];
};

static int read_parts(struct tracee *t, uint64_t addr, uint64_t count, struct message_call *call)
{
	if (count > TRANSFER_PARTS_MAX)
		return -E2BIG;
	call->msg.msg_iovlen = (size_t)count;
	return tracee_read(t, addr, call->parts, count * sizeof(call->parts[0]));
}

static int one_part(struct tracee *t, struct message_call *call)
{
	call->parts[0] = (struct iovec){(void *)(uintptr_t)t->call.args[1], t->call.args[2]};
	call->msg.msg_iovlen = 1;
	return 0;
}

/* sendto(2), recvfrom(2): the length of the name is an argument, or behind a pointer. */
static int one_part_with_name(struct tracee *t, struct message_call *call)
{
	socklen_t size = (socklen_t)t->call.args[5];

	call->flags = t->call.args[3];
	call->msg.msg_name = (void *)(uintptr_t)t->call.args[4];
	if (!call->sends && call->msg.msg_name &&
	    tracee_read(t, t->call.args[5], &size, sizeof(size)))
		return -EFAULT;
	call->msg.msg_namelen = call->msg.msg_name ? size : 0;
	return one_part(t, call);
}

static int described(struct tracee *t, struct message_call *call)
{
	int rc = tracee_read(t, t->call.args[1], &call->msg, sizeof(call->msg));

	call->flags = call->row->transfer == TRANSFER_MMSGHDR ? t->call.args[3] : t->call.args[2];
	return rc ? rc
		  : read_parts(t, (uint64_t)(uintptr_t)call->msg.msg_iov, call->msg.msg_iovlen,
			       call);
}

static int read_socket_call(struct tracee *t, struct message_call *call)
{
	int rc;

	switch (t->call.nr) {
	case SYS_write:
	case SYS_read:
		rc = one_part(t, call);
		break;
	case SYS_writev:
	case SYS_readv:
		rc = read_parts(t, t->call.args[1], t->call.args[2], call);
		break;
	case SYS_sendto:
	case SYS_recvfrom:
		rc = one_part_with_name(t, call);
		break;
	case SYS_sendmmsg:
	case SYS_recvmmsg:
		if (!t->call.args[2])
			return -EINVAL;
		/* fall through */
	case SYS_sendmsg:
	case SYS_recvmsg:
		rc = described(t, call);
		break;
	default:
		return -ENOTSUP;
	}
	for (size_t i = 0; !rc && i < call->msg.msg_iovlen; i++)
		call->length += call->parts[i].iov_len;
	return rc;
}

static int read_queue_call(struct tracee *t, struct message_call *call)
{
	/* msgsnd(2): the type stands in front of the text */
	size_t header = call->object.kind == FD_KIND_MSG_SYSV ? sizeof(long) : 0;

	if (!(call->row->families & (FAMILY_SENDS | FAMILY_RECEIVES)))
		return -ENOTSUP;
	call->length = t->call.args[2];
	call->parts[0] =
		(struct iovec){(void *)(uintptr_t)(t->call.args[1] + header), (size_t)call->length};
	call->msg.msg_iovlen = 1;
	return 0;
}

static int refuse_call(struct shot *shot, const struct message_call *call, int rc)
{
	switch (rc) {
	case -ENOTSUP:
		return refuse(shot, "`%s` sends or receives no message", call->row->name);
	case -E2BIG:
		return refuse(shot, "the message is in more than %d parts", TRANSFER_PARTS_MAX);
	case -EFAULT:
	case -EINVAL:
		return refuse(shot, "the program's own description of the message cannot be read");
	default:
		return rc;
	}
}

int message_read(struct fault_env *env, struct shot *shot, struct tracee *t, uint64_t kinds,
		 struct message_call *ret_call)
{
	struct message_call *call = ret_call;
	int rc;

	*call = (struct message_call){.row = syscall_get(t->call.id)};
	if (!call->row)
		return refuse(shot, "ipcfault does not know this call");
	rc = call_object(env->engine, t, &call->object);
	if (rc == -ENOENT)
		return refuse_call(shot, call, -ENOTSUP);
	if (rc == -EBADF)
		return refuse(shot, "the descriptor is not open");
	if (rc)
		return rc;
	if (!(kinds >> call->object.kind & 1))
		return refuse(shot, "%s keeps no messages apart (%s)",
			      vocab_name(&fd_kind_vocab, (int)call->object.kind),
			      call->object.path);
	call->sends = (call->row->families & (FAMILY_WRITES | FAMILY_SENDS)) != 0;
	rc = message_is_queue(call) ? read_queue_call(t, call) : read_socket_call(t, call);
	if (!rc && !call->sends && call->flags & MSG_ERRQUEUE)
		return refuse(shot, "the call asks for errors (MSG_ERRQUEUE), not for a message");
	return rc ? refuse_call(shot, call, rc) : 0;
}

void message_describe(struct fault_env *env, struct shot *shot, struct tracee *t, const char *what)
{
	char call[200];

	describe_call(env, t, call, sizeof(call));
	snprintf(shot->text, sizeof(shot->text), "%s: %s", call, what);
}

void message_cut(struct message_call *call, uint64_t want)
{
	size_t used = 0;

	for (; want && used < call->msg.msg_iovlen; used++) {
		if (call->parts[used].iov_len > want)
			call->parts[used].iov_len = (size_t)want;
		want -= call->parts[used].iov_len;
	}
	call->msg.msg_iovlen = used;
}

uint64_t message_patch_address(const struct arch_regs *regs)
{
	return transfer_scratch(regs) + offsetof(struct layout, patches);
}

static int write_layout(struct fault_env *env, struct tracee *t, uint64_t scratch,
			struct message_call *call)
{
	uint64_t parts = scratch + offsetof(struct layout, parts);
	uint64_t patches = scratch + offsetof(struct layout, patches);
	int rc;

	call->msg.msg_iov = (struct iovec *)(uintptr_t)parts;
	rc = tracee_write(env->engine, t, scratch, &call->msg, sizeof(call->msg));
	if (!rc && call->msg.msg_iovlen)
		rc = tracee_write(env->engine, t, parts, call->parts,
				  call->msg.msg_iovlen * sizeof(call->parts[0]));
	if (!rc && call->patch_count)
		rc = tracee_write(env->engine, t, patches, call->patches, call->patch_count);
	return rc;
}

/* sendmmsg(2) and recvmmsg(2) tell how many messages there were, and the length of each. */
static int64_t one_of_many(struct engine *e, struct tracee *t, int64_t result)
{
	uint64_t where = (uint64_t)t->fixup_value + offsetof(struct mmsghdr, msg_len);
	unsigned length = (unsigned)result;
	struct arch_regs *regs;

	if (result < 0 || tracee_get_regs(t, &regs) ||
	    tracee_write(e, t, where, &length, sizeof(length)))
		return result;
	arch_native->set_result(regs, 1);
	tracee_dirty_regs(t);
	return 1;
}

int message_install(struct fault_env *env, struct shot *shot, struct tracee *t,
		    struct message_call *call)
{
	bool is_pipe = call->object.kind == FD_KIND_PIPE || call->object.kind == FD_KIND_FIFO;
	long nr = is_pipe ? SYS_writev : call->sends ? SYS_sendmsg : SYS_recvmsg;
	uint64_t scratch;
	struct arch_regs *regs;
	int rc = tracee_get_regs(t, &regs);

	if (rc)
		return rc;
	scratch = transfer_scratch(regs);
	rc = write_layout(env, t, scratch, call);
	if (rc)
		return rc;
	t->entry_regs = *regs;
	for (unsigned i = 0; i < SYSCALL_ARGS; i++)
		arch_native->set_arg(&t->entry_regs, i, t->call.args[i]);
	arch_native->set_nr(regs, nr);
	arch_native->set_arg(regs, 1, is_pipe ? scratch + offsetof(struct layout, parts) : scratch);
	arch_native->set_arg(regs, 2, is_pipe ? call->msg.msg_iovlen : call->flags);
	t->args_changed = t->nr_changed = true;
	t->made_nr = nr;
	if (call->row->transfer == TRANSFER_MMSGHDR) {
		t->exit_fixup = one_of_many;
		t->fixup_value = (int64_t)t->call.args[1];
	}
	shot->scratch = scratch;
	tracee_dirty_regs(t);
	tracee_watch_exit(t);
	return 0;
}

int64_t message_first_length(const struct tracee *t)
{
	struct mmsghdr first;

	return tracee_read(t, t->call.args[1], &first, sizeof(first)) ? 0 : first.msg_len;
}

bool message_installed(const struct shot *shot, const struct tracee *t, struct msghdr *ret_msg)
{
	return shot->scratch && tracee_read(t, shot->scratch, ret_msg, sizeof(*ret_msg)) == 0;
}

void message_copy_back(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	struct msghdr ours, theirs;

	if (!message_installed(shot, t, &ours))
		return;
	switch (t->call.nr) {
	case SYS_recvfrom:
		if (t->call.args[4])
			tracee_write(env->engine, t, t->call.args[5], &ours.msg_namelen,
				     sizeof(ours.msg_namelen));
		break;
	case SYS_recvmsg:
	case SYS_recvmmsg:
		if (tracee_read(t, t->call.args[1], &theirs, sizeof(theirs)))
			break;
		theirs.msg_namelen = ours.msg_namelen;
		theirs.msg_controllen = ours.msg_controllen;
		theirs.msg_flags = ours.msg_flags;
		tracee_write(env->engine, t, t->call.args[1], &theirs, sizeof(theirs));
		break;
	default:
		break;
	}
}
