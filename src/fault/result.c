/*
 * result.c - the result of a call: errno, errno-after, return, short.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fault/internal.h"
#include "sys/names.h"

static int skip(struct shot *shot, struct tracee *t, int64_t result)
{
	struct arch_regs *regs;
	int rc = tracee_get_regs(t, &regs);

	if (rc)
		return rc;
	arch_native->skip_call(regs, result);
	tracee_dirty_regs(t);
	t->call_skipped = true;
	tracee_watch_exit(t);
	shot->expected = result;
	return 0;
}

static enum proof exit_has_expected(struct fault_env *env, struct shot *shot, struct tracee *t,
				    int64_t result)
{
	(void)env;
	(void)t;
	if (result == shot->expected)
		return PROOF_PROVEN;
	refuse_because(shot, "the kernel did not take the result: %lld instead of %lld",
		       (long long)result, (long long)shot->expected);
	return PROOF_GIVEN_UP;
}

static int fire_errno(struct fault_env *env, struct shot *shot, const struct moment *at,
		      struct err *err)
{
	int error = shot->fault->spec->action.error, rc;
	char call[200];

	(void)err;
	rc = model_check(env, shot, at, false);
	if (rc)
		return rc;
	describe_call(env, at->t, call, sizeof(call));
	snprintf(shot->text, sizeof(shot->text), "%s not made: %s", call, errno_name(error));
	/* write(2): a dead pipe tells by a signal first. */
	if (error == EPIPE && env->model == MODEL_KERNEL)
		syscall(SYS_tgkill, at->p->tgid, at->t->tid, SIGPIPE);
	shot->expected = -error;
	/* The question for signal handlers has sent the call back to its start. */
	shot->waiting = at->t->resume_expected;
	return shot->waiting ? 0 : skip(shot, at->t, -error);
}

static int errno_again(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	(void)env;
	shot->waiting = false;
	return skip(shot, t, shot->expected);
}

const struct action_ops ops_errno = {
	.fire = fire_errno, .on_exit = exit_has_expected, .on_again = errno_again};

static int fire_return(struct fault_env *env, struct shot *shot, const struct moment *at,
		       struct err *err)
{
	int64_t value = shot->fault->spec->action.value;
	char call[200];

	(void)err;
	describe_call(env, at->t, call, sizeof(call));
	snprintf(shot->text, sizeof(shot->text), "%s not made: returned %lld", call,
		 (long long)value);
	return skip(shot, at->t, value);
}

const struct action_ops ops_return = {.fire = fire_return, .on_exit = exit_has_expected};

/* The result register is changed at the exit, after the kernel has done the call. */
static int64_t fail_after(struct engine *e, struct tracee *t, int64_t result)
{
	struct arch_regs *regs;

	(void)e;
	if (result < 0 || tracee_get_regs(t, &regs))
		return result;
	arch_native->set_result(regs, t->fixup_value);
	tracee_dirty_regs(t);
	return t->fixup_value;
}

static int fire_errno_after(struct fault_env *env, struct shot *shot, const struct moment *at,
			    struct err *err)
{
	int error = shot->fault->spec->action.error, rc;
	char call[200];

	(void)err;
	rc = model_check(env, shot, at, true);
	if (rc)
		return rc;
	describe_call(env, at->t, call, sizeof(call));
	snprintf(shot->text, sizeof(shot->text), "%s made, then reported as %s", call,
		 errno_name(error));
	shot->expected = -error;
	at->t->fixup_value = -error;
	at->t->exit_fixup = fail_after;
	tracee_watch_exit(at->t);
	return 0;
}

static enum proof errno_after_exit(struct fault_env *env, struct shot *shot, struct tracee *t,
				   int64_t result)
{
	struct arch_regs regs;

	(void)env;
	if (result != shot->expected) {
		refuse_because(shot, "the call failed by itself with %s", errno_name((int)-result));
		return PROOF_GIVEN_UP;
	}
	/* What the kernel will hand to the program, read back. */
	if (tracee_flush_regs(t) || arch_get_regs(t->tid, &regs) ||
	    arch_native->result(&regs) != shot->expected)
		return PROOF_GIVEN_UP;
	return PROOF_PROVEN;
}

static int errno_after_again(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	(void)env;
	t->fixup_value = shot->expected;
	t->exit_fixup = fail_after;
	tracee_watch_exit(t);
	return 0;
}

const struct action_ops ops_errno_after = {
	.fire = fire_errno_after, .on_exit = errno_after_exit, .on_again = errno_after_again};

/* Short transfers */

#define IOVEC_MAX 128

/* Where a replaced iovec or msghdr goes: below what the program uses of its stack. */
static uint64_t scratch_address(const struct arch_regs *regs)
{
	return (arch_native->sp(regs) - arch_native->red_zone - 8192) & ~UINT64_C(63);
}

/* How many of @length bytes shall move; @length when that would be no cut. */
static uint64_t cut_of(const struct action_spec *action, uint64_t length)
{
	uint64_t want = action->cut == SHORT_HALF ? length / 2 : action->bytes;

	return want < length ? want : length;
}

static int iovec_total(struct tracee *t, uint64_t addr, uint64_t count, uint64_t *ret_total)
{
	struct iovec iov[IOVEC_MAX];
	uint64_t total = 0;

	for (uint64_t done = 0, n; done < count; done += n) {
		n = count - done < IOVEC_MAX ? count - done : IOVEC_MAX;
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
	uint64_t n = *count < IOVEC_MAX ? *count : IOVEC_MAX, used = 0;
	struct iovec iov[IOVEC_MAX];
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
static int asked_length(struct tracee *t, const struct syscall_row *row, uint64_t *ret_length)
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
	uint64_t scratch = scratch_address(regs), count = t->call.args[2];
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
	uint64_t scratch = scratch_address(regs), parts = scratch + sizeof(msg), count;
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
static void copy_back_msghdr(struct fault_env *env, struct shot *shot, struct tracee *t)
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

static int cut_call(struct fault_env *env, struct shot *shot, struct tracee *t,
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

static int fire_short(struct fault_env *env, struct shot *shot, const struct moment *at,
		      struct err *err)
{
	const struct syscall_row *row = syscall_get(at->t->call.id);
	uint64_t length, want;
	char call[200];
	int rc;

	(void)err;
	if (!row || row->transfer == TRANSFER_NONE)
		return refuse(shot, "this call moves no bytes");
	if (row->transfer == TRANSFER_MMSGHDR)
		return refuse(shot, "this call moves messages, not bytes");
	rc = asked_length(at->t, row, &length);
	if (rc)
		return refuse(shot, "the program's own buffer description cannot be read");
	want = cut_of(&shot->fault->spec->action, length);
	if (want >= length)
		return refuse(shot, "the call asks for %llu bytes only",
			      (unsigned long long)length);
	shot->asked = want;
	rc = model_check(env, shot, at, false);
	if (rc)
		return rc;
	describe_call(env, at->t, call, sizeof(call));
	snprintf(shot->text, sizeof(shot->text), "%s cut to %llu of %llu bytes", call,
		 (unsigned long long)want, (unsigned long long)length);
	rc = cut_call(env, shot, at->t, row, want);
	if (rc == -E2BIG)
		return refuse(shot, "the bytes are in more than %d parts", IOVEC_MAX);
	return rc == -EFAULT ? refuse(shot, "no room for other arguments on the stack") : rc;
}

/* Proven when as many moved as were let; fewer would have been fewer without us. */
static enum proof short_exit(struct fault_env *env, struct shot *shot, struct tracee *t,
			     int64_t result)
{
	copy_back_msghdr(env, shot, t);
	if (result < 0) {
		refuse_because(shot, "the call failed by itself with %s", errno_name((int)-result));
		return PROOF_GIVEN_UP;
	}
	if (result == 0 && shot->asked) {
		refuse_because(shot, "the call met the end of the file");
		return PROOF_GIVEN_UP;
	}
	if ((uint64_t)result == shot->asked)
		return PROOF_PROVEN;
	refuse_because(shot, "the call moved %lld bytes by itself", (long long)result);
	return PROOF_GIVEN_UP;
}

static int short_again(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	return cut_call(env, shot, t, syscall_get(t->call.id), shot->asked);
}

const struct action_ops ops_short = {
	.fire = fire_short, .on_exit = short_exit, .on_again = short_again};
