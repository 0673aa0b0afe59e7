/*
 * transfer.c - the buffers that a call describes: their length, and other
 * descriptions put in their place.
 */
#include <errno.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "fault/internal.h"

/* Where a replaced iovec or msghdr goes: below what the program uses of its stack. */
uint64_t transfer_scratch(const struct arch_regs *regs)
{
	return (arch_native->sp(regs) - arch_native->red_zone - 8192) & ~UINT64_C(63);
}

static int iovec_total(struct tracee *t, uint64_t addr, uint64_t count, uint64_t *ret_total)
{
	struct iovec iov[TRANSFER_PARTS_MAX];
	uint64_t total = 0;

	for (uint64_t done = 0, n; done < count; done += n) {
		n = count - done < TRANSFER_PARTS_MAX ? count - done : TRANSFER_PARTS_MAX;
		if (tracee_read(t, addr + done * sizeof(*iov), iov, n * sizeof(*iov)))
			return -EFAULT;
		for (uint64_t i = 0; i < n; i++)
			total += iov[i].iov_len;
	}
	*ret_total = total;
	return 0;
}

/*
 * The parts of the program's iovec that hold the first @want bytes, the last
 * one cut, as a copy at @scratch: its own may be constant, and other threads
 * may look at it.  -E2BIG: they are too many.
 */
static int copy_iovec(struct fault_env *env, struct tracee *t, uint64_t addr, uint64_t *count,
		      uint64_t want, uint64_t scratch)
{
	uint64_t n = *count < TRANSFER_PARTS_MAX ? *count : TRANSFER_PARTS_MAX, used = 0;
	struct iovec iov[TRANSFER_PARTS_MAX];
	int rc = tracee_read(t, addr, iov, n * sizeof(*iov));

	while (!rc && want && used < n) {
		if (iov[used].iov_len > want)
			iov[used].iov_len = (size_t)want;
		want -= iov[used++].iov_len;
	}
	if (!rc && want)
		rc = -E2BIG;
	if (!rc && used)
		rc = tracee_write(env->engine, t, scratch, iov, used * sizeof(*iov));
	if (!rc)
		*count = used;
	return rc;
}

/* The length that the program asks for. */
int transfer_length(struct tracee *t, const struct syscall_row *row, uint64_t *ret_length)
{
	struct msghdr msg;
	uint64_t addr = t->call.args[1], count = t->call.args[2];
	int rc;

	switch (row->transfer) {
	case TRANSFER_BUFFER:
		*ret_length = t->call.args[2];
		return 0;
	case TRANSFER_LENGTH:
		*ret_length = t->call.args[row->length_arg];
		return 0;
	case TRANSFER_MSGHDR:
		rc = tracee_read(t, addr, &msg, sizeof(msg));
		if (rc)
			return rc;
		addr = (uint64_t)(uintptr_t)msg.msg_iov;
		count = msg.msg_iovlen;
		break;
	case TRANSFER_IOVEC:
		break;
	default:
		return -EINVAL;
	}
	return count > UIO_MAXIOV ? -EINVAL : iovec_total(t, addr, count, ret_length);
}

static int replace_iovec(struct fault_env *env, struct tracee *t, struct arch_regs *regs,
			 uint64_t want)
{
	uint64_t scratch = transfer_scratch(regs), count = t->call.args[2];
	int rc = copy_iovec(env, t, t->call.args[1], &count, want, scratch);

	if (rc)
		return rc;
	arch_native->set_arg(regs, 1, scratch);
	arch_native->set_arg(regs, 2, count);
	return 0;
}

static int replace_msghdr(struct fault_env *env, struct shot *shot, struct tracee *t,
			  struct arch_regs *regs, uint64_t want)
{
	struct msghdr msg;
	uint64_t scratch = transfer_scratch(regs), parts = scratch + sizeof(msg), count;
	int rc = tracee_read(t, t->call.args[1], &msg, sizeof(msg));

	if (rc)
		return rc;
	count = msg.msg_iovlen;
	rc = copy_iovec(env, t, (uint64_t)(uintptr_t)msg.msg_iov, &count, want, parts);
	if (rc)
		return rc;
	msg.msg_iov = (struct iovec *)(uintptr_t)parts;
	msg.msg_iovlen = (size_t)count;
	rc = tracee_write(env->engine, t, scratch, &msg, sizeof(msg));
	if (rc)
		return rc;
	shot->scratch = scratch;
	shot->original = t->call.args[1];
	arch_native->set_arg(regs, 1, scratch);
	return 0;
}

/* recvmsg() writes into the msghdr: into our copy, so back into the program's. */
void transfer_copy_back(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	struct msghdr ours, theirs;

	if (!shot->scratch || tracee_read(t, shot->scratch, &ours, sizeof(ours)) ||
	    tracee_read(t, shot->original, &theirs, sizeof(theirs)))
		return;
	theirs.msg_namelen = ours.msg_namelen;
	theirs.msg_controllen = ours.msg_controllen;
	theirs.msg_flags = ours.msg_flags;
	tracee_write(env->engine, t, shot->original, &theirs, sizeof(theirs));
}

int transfer_cut(struct fault_env *env, struct shot *shot, struct tracee *t,
		 const struct syscall_row *row, uint64_t want)
{
	struct arch_regs *regs;
	int rc = tracee_get_regs(t, &regs);

	if (rc)
		return rc;
	t->entry_regs = *regs;
	switch (row->transfer) {
	case TRANSFER_BUFFER:
		arch_native->set_arg(regs, 2, want);
		break;
	case TRANSFER_LENGTH:
		arch_native->set_arg(regs, (unsigned)row->length_arg, want);
		break;
	case TRANSFER_IOVEC:
		rc = replace_iovec(env, t, regs, want);
		break;
	default:
		rc = replace_msghdr(env, shot, t, regs, want);
		break;
	}
	if (rc)
		return rc;
	t->args_changed = true;
	tracee_dirty_regs(t);
	tracee_watch_exit(t);
	return 0;
}
