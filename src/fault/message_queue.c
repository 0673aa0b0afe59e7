/*
 * message_queue.c - POSIX and System V queues lose, cut and repeat nothing:
 * what is done to their messages here is `model: adversarial` only, but for
 * what MSG_NOERROR lets msgrcv(2) do.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "fault/message.h"
#include "sys/names.h"

#define SAVED_MAX (1U << 20)

/* msgrcv(2) with another length and MSG_NOERROR: the rest of the message is gone. */
static int receive_less(struct tracee *t, uint64_t buffer, uint64_t length)
{
	struct arch_regs *regs;
	int rc = tracee_get_regs(t, &regs);

	if (rc)
		return rc;
	t->entry_regs = *regs;
	for (unsigned i = 0; i < SYSCALL_ARGS; i++)
		arch_native->set_arg(&t->entry_regs, i, t->call.args[i]);
	arch_native->set_arg(regs, 1, buffer);
	arch_native->set_arg(regs, 2, length);
	arch_native->set_arg(regs, 4, t->call.args[4] | MSG_NOERROR);
	t->args_changed = true;
	tracee_dirty_regs(t);
	tracee_watch_exit(t);
	return 0;
}

/* mq_receive(3) takes no small buffer: what was in the program's own is put back. */
static int save_buffer(struct shot *shot, struct tracee *t, const struct message_call *call)
{
	if (call->length > SAVED_MAX)
		return refuse(shot, "the buffer has more than %u bytes", SAVED_MAX);
	free(shot->kept);
	shot->kept = mem_zalloc((size_t)call->length + 1);
	if (!shot->kept)
		return -ENOMEM;
	tracee_watch_exit(t);
	return tracee_read(t, t->call.args[1], shot->kept, (size_t)call->length)
		       ? refuse(shot, "the program's own buffer cannot be read")
		       : 0;
}

int queue_drop(struct fault_env *env, struct shot *shot, struct tracee *t,
	       const struct message_call *call)
{
	struct arch_regs *regs;
	int rc = tracee_get_regs(t, &regs);

	(void)env;
	if (rc)
		return rc;
	if (call->sends)
		return shot_skip(shot, t, 0);
	if (call->object.kind == FD_KIND_MQUEUE)
		return save_buffer(shot, t, call);
	return receive_less(t, transfer_scratch(regs), 0);
}

/* It is received, not shown, and the call is made again for the next one. */
enum proof queue_dropped(struct fault_env *env, struct shot *shot, struct tracee *t, int64_t result)
{
	if (shot->kept && tracee_write(env->engine, t, t->call.args[1], shot->kept, (size_t)result))
		return PROOF_GIVEN_UP;
	return send_back(t) ? PROOF_GIVEN_UP : PROOF_PROVEN;
}

static int64_t claim_less(struct engine *e, struct tracee *t, int64_t result)
{
	struct arch_regs *regs;

	(void)e;
	if (result <= t->fixup_value || tracee_get_regs(t, &regs))
		return result;
	arch_native->set_result(regs, t->fixup_value);
	tracee_dirty_regs(t);
	return t->fixup_value;
}

static int send_less(struct tracee *t, uint64_t length)
{
	struct arch_regs *regs;
	int rc = tracee_get_regs(t, &regs);

	if (rc)
		return rc;
	t->entry_regs = *regs;
	arch_native->set_arg(regs, 2, length);
	t->args_changed = true;
	tracee_dirty_regs(t);
	tracee_watch_exit(t);
	return 0;
}

/* At the send fewer bytes go, and all are claimed; at the receive one more shows that it was cut.
 */
int queue_truncate(struct fault_env *env, struct shot *shot, struct tracee *t,
		   const struct message_call *call)
{
	uint64_t want = shot->fault->spec->action.bytes;

	(void)env;
	if (call->sends)
		return send_less(t, want);
	t->exit_fixup = claim_less;
	t->fixup_value = (int64_t)want;
	tracee_watch_exit(t);
	return call->object.kind == FD_KIND_MSG_SYSV ? receive_less(t, t->call.args[1], want + 1)
						     : 0;
}

#define COPY_MAX 4096

int queue_damage(struct fault_env *env, struct tracee *t, const struct message_call *call,
		 const uint64_t *bits, size_t count)
{
	uint64_t text = (uint64_t)(uintptr_t)call->parts[0].iov_base;
	size_t header = (size_t)(text - t->call.args[1]), size = header + (size_t)call->length;
	unsigned char copy[COPY_MAX];
	struct arch_regs *regs;
	uint64_t scratch;
	int rc = tracee_get_regs(t, &regs);

	if (rc || size > sizeof(copy))
		return rc ? rc : -EMSGSIZE;
	scratch = transfer_scratch(regs);
	rc = tracee_read(t, t->call.args[1], copy, size);
	for (size_t i = 0; i < count; i++)
		copy[header + bits[i] / 8] ^= (unsigned char)(1u << bits[i] % 8);
	if (!rc)
		rc = tracee_write(env->engine, t, scratch, copy, size);
	if (rc)
		return rc;
	t->entry_regs = *regs;
	arch_native->set_arg(regs, 1, scratch);
	t->args_changed = true;
	tracee_dirty_regs(t);
	tracee_watch_exit(t);
	return 0;
}
