#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/util.h"
#include "engine/remote.h"
#include "fault/message.h"

/* The same call, but one that does not wait; @scratch is memory for what it points at. */
static int make_call(struct fault_env *env, struct tracee *t, uint64_t scratch, long *ret_nr,
		     uint64_t args[SYSCALL_ARGS])
{
	static const struct timespec past = {0, 0};
	struct msghdr msg = {.msg_iov = (struct iovec *)(uintptr_t)t->call.args[1],
			     .msg_iovlen = (size_t)t->call.args[2]};

	memcpy(args, t->call.args, SYSCALL_ARGS * sizeof(args[0]));
	*ret_nr = t->call.nr;
	switch (t->call.nr) {
	case SYS_write:
		*ret_nr = SYS_sendto;
		args[3] = MSG_DONTWAIT | MSG_NOSIGNAL;
		args[4] = args[5] = 0;
		return 0;
	case SYS_writev:
		*ret_nr = SYS_sendmsg;
		args[1] = scratch;
		args[2] = MSG_DONTWAIT | MSG_NOSIGNAL;
		return tracee_write(env->engine, t, scratch, &msg, sizeof(msg));
	case SYS_sendto:
		args[3] |= MSG_DONTWAIT | MSG_NOSIGNAL;
		return 0;
	case SYS_sendmsg:
		args[2] |= MSG_DONTWAIT | MSG_NOSIGNAL;
		return 0;
	case SYS_sendmmsg:
		args[2] = 1;
		args[3] |= MSG_DONTWAIT | MSG_NOSIGNAL;
		return 0;
	case SYS_mq_timedsend:
		args[4] = scratch;
		return tracee_write(env->engine, t, scratch, &past, sizeof(past));
	case SYS_msgsnd:
		args[3] |= IPC_NOWAIT;
		return 0;
	default:
		return -ENOTSUP;
	}
}

int message_send_again(struct fault_env *env, struct tracee *t, int64_t *ret_result)
{
	uint64_t args[SYSCALL_ARGS];
	struct remote remote;
	long nr;
	int end, rc = remote_begin(env->engine, t, &remote);

	if (rc)
		return rc;
	rc = make_call(env, t, remote_scratch(&remote), &nr, args);
	if (!rc)
		rc = remote_call(env->engine, &remote, nr, args, ret_result);
	end = remote_end(env->engine, &remote);
	return rc ? rc : end;
}
