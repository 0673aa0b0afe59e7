/*
 * result.c - the result of a call: errno, errno-after, return, short.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fault/internal.h"
#include "sys/names.h"

int shot_skip(struct shot *shot, struct tracee *t, int64_t result)
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

enum proof exit_has_expected(struct fault_env *env, struct shot *shot, struct tracee *t,
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
	return shot->waiting ? 0 : shot_skip(shot, at->t, -error);
}

static int errno_again(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	(void)env;
	shot->waiting = false;
	return shot_skip(shot, t, shot->expected);
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
	return shot_skip(shot, at->t, value);
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

/* How many of @length bytes shall move; @length when that would be no cut. */
static uint64_t cut_of(const struct action_spec *action, uint64_t length)
{
	uint64_t want = action->cut == SHORT_HALF ? length / 2 : action->bytes;

	return want < length ? want : length;
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
	rc = transfer_length(at->t, row, &length);
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
	rc = transfer_cut(env, shot, at->t, row, want);
	if (rc == -E2BIG)
		return refuse(shot, "the bytes are in more than %d parts", TRANSFER_PARTS_MAX);
	return rc == -EFAULT ? refuse(shot, "no room for other arguments on the stack") : rc;
}

/* Proven when as many moved as were let; fewer would have been fewer without us. */
static enum proof short_exit(struct fault_env *env, struct shot *shot, struct tracee *t,
			     int64_t result)
{
	transfer_copy_back(env, shot, t);
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
	return transfer_cut(env, shot, t, syscall_get(t->call.id), shot->asked);
}

const struct action_ops ops_short = {
	.fire = fire_short, .on_exit = short_exit, .on_again = short_again};
