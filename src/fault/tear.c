/*
 * tear.c - half of a store is seen: the first bytes of a write have arrived,
 * and the writer is dead.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fault/internal.h"
#include "sys/names.h"
#include "sys/procfs.h"

/* Where in the file the bytes go: the argument of pwrite, else the position of the descriptor. */
static int64_t position_of(struct fault_env *env, const struct tracee *t)
{
	const struct syscall_row *row = syscall_get(t->call.id);
	struct procfs_fd fd;

	if (strncmp(row->name, "pwrite", 6) == 0)
		return (int64_t)t->call.args[3];
	if (procfs_fd(env->engine->options.proc_fd, t->tid, (int)t->call.args[row->fd_arg], &fd))
		return 0;
	return fd.pos;
}

/* mm/filemap.c, generic_perform_write(): a deadly signal ends a write between two pages. */
static int check_boundary(struct fault_env *env, struct shot *shot, const struct tracee *t,
			  uint64_t bytes)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), end;

	if (env->model == MODEL_ADVERSARIAL)
		return 0;
	end = (uint64_t)position_of(env, t) + bytes;
	return end % page ? refuse(shot,
				   "Linux tears a write between two pages of the file only, not at "
				   "its byte %llu",
				   (unsigned long long)end)
			  : 0;
}

static int fire_tear(struct fault_env *env, struct shot *shot, const struct moment *at,
		     struct err *err)
{
	const struct syscall_row *row = syscall_get(at->t->call.id);
	uint64_t length, bytes = shot->fault->spec->action.bytes;
	struct fd_object object;
	char call[200];
	int rc;

	(void)err;
	if (!row || !(row->families & FAMILY_WRITES) || row->fd_arg < 0)
		return refuse(shot, "this call writes nothing");
	rc = call_object(env->engine, at->t, &object);
	if (rc || object.kind != FD_KIND_FILE)
		return refuse(shot, "only a write to a file or to shared memory can be torn");
	if (transfer_length(at->t, row, &length))
		return refuse(shot, "the program's own buffer description cannot be read");
	if (bytes >= length)
		return refuse(shot, "the call writes %llu bytes only", (unsigned long long)length);
	rc = check_boundary(env, shot, at->t, bytes);
	if (rc)
		return rc;
	shot->asked = bytes;
	describe_call(env, at->t, call, sizeof(call));
	snprintf(shot->text, sizeof(shot->text), "SIGKILL in %s after %llu of %llu bytes", call,
		 (unsigned long long)bytes, (unsigned long long)length);
	rc = transfer_cut(env, shot, at->t, row, bytes);
	return rc == -E2BIG || rc == -EFAULT ? refuse(shot, "the call cannot be made shorter") : rc;
}

static enum proof tear_exit(struct fault_env *env, struct shot *shot, struct tracee *t,
			    int64_t result)
{
	(void)env;
	if (result != (int64_t)shot->asked) {
		refuse_because(shot, "the call wrote %lld bytes by itself", (long long)result);
		return PROOF_GIVEN_UP;
	}
	shot->signal = SIGKILL;
	t->process->fault_signals |= UINT64_C(1) << (SIGKILL - 1);
	if (kill(t->process->tgid, SIGKILL))
		return PROOF_GIVEN_UP;
	return PROOF_OPEN;
}

static enum proof tear_ended(struct fault_env *env, struct shot *shot, struct process *p)
{
	(void)env;
	if (shot->signal && p->signaled && p->status == SIGKILL)
		return PROOF_PROVEN;
	refuse_because(shot, "the process ended by itself before");
	return PROOF_GIVEN_UP;
}

static int tear_again(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	return transfer_cut(env, shot, t, syscall_get(t->call.id), shot->asked);
}

const struct action_ops ops_tear = {
	.fire = fire_tear, .on_exit = tear_exit, .on_end = tear_ended, .on_again = tear_again};
