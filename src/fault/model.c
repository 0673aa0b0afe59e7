/*
 * model.c - `model: kernel` at the moment when a fault fires.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "engine/remote.h"
#include "fault/internal.h"
#include "sys/kernel_model.h"
#include "sys/procfs.h"
#include "trigger/count.h"

/* As the kernel has it: struct sigaction of <asm/signal.h>. */
struct kernel_sigaction {
	uint64_t handler, flags, restorer, mask;
};

/*
 * Whether a caught signal has a handler without SA_RESTART: /proc does not
 * show flags, so the thread itself is made to ask.  Afterwards its call is
 * made again (call.resumed).
 */
static int ask_for_flags(struct fault_env *env, struct tracee *t, uint64_t caught, bool *ret_found)
{
	struct kernel_sigaction action;
	struct remote remote;
	int rc = remote_begin(env->engine, t, &remote), end;

	if (rc)
		return rc;
	for (int signal = 1; !rc && signal < 65 && !*ret_found; signal++) {
		uint64_t args[6] = {(uint64_t)signal, 0, remote_scratch(&remote), 8};
		int64_t result;

		if (!(caught >> (signal - 1) & 1))
			continue;
		rc = remote_call(env->engine, &remote, SYS_rt_sigaction, args, &result);
		if (!rc && result == 0)
			rc = tracee_read(t, args[2], &action, sizeof(action));
		if (!rc && result == 0)
			*ret_found = !(action.flags & SA_RESTART);
	}
	end = remote_end(env->engine, &remote);
	return rc ? rc : end;
}

static int add_signals(struct fault_env *env, struct tracee *t, struct kernel_moment *m)
{
	struct procfs_status status;
	uint64_t caught;

	if (!kernel_asks(t->call.id, m->action, m->err, KERNEL_ASKS_SIGNALS))
		return 0;
	if (procfs_status(env->engine->options.proc_fd, t->tid, &status))
		return -ESRCH;
	caught = status.sig_caught & ~status.sig_blocked;
	m->has_handler = caught != 0;
	m->sigpipe_ignored = ((status.sig_ignored | status.sig_blocked) >> (SIGPIPE - 1)) & 1;
	if (m->err != EINTR || !caught)
		return 0;
	return ask_for_flags(env, t, caught, &m->has_handler_without_restart);
}

/* Another process has the same open file: it could flip O_NONBLOCK. */
static bool is_shared(struct fault_env *env, const struct process *p,
		      const struct fd_object *object)
{
	cleanup_free struct fd_holder *holders = NULL;
	size_t count;

	if (fd_holders(env->engine, object, 1u << (object->flags & O_ACCMODE), &holders, &count))
		return false;
	for (size_t i = 0; i < count; i++)
		if (holders[i].process != p)
			return true;
	return false;
}

static void add_descriptor(struct fault_env *env, struct tracee *t, struct kernel_moment *m)
{
	struct fd_object object = {.kind = FD_KIND_NONE};

	if (object_of_call(env, t, &object) == 0) {
		m->fd_kind = object.kind;
		m->shared_description =
			kernel_asks(t->call.id, m->action, m->err, KERNEL_ASKS_SHARING) &&
			is_shared(env, t->process, &object);
	}
	kernel_moment_from_call(m, t->call.id, t->call.args, object.flags);
}

int model_check(struct fault_env *env, struct shot *shot, const struct moment *at,
		bool is_errno_after)
{
	const struct fault_spec *spec = shot->fault->spec;
	struct kernel_moment m = {.action = spec->action.kind,
				  .err = spec->action.error,
				  .value = spec->action.value,
				  .persistent = count_is_persistent(&spec->at.count)};
	const char *reason;
	int rc;

	(void)is_errno_after;
	if (env->model != MODEL_KERNEL || !at->at_call)
		return 0;
	add_descriptor(env, at->t, &m);
	rc = add_signals(env, at->t, &m);
	if (rc)
		return rc;
	return kernel_allows_here(&m, &reason)
		       ? 0
		       : refuse(shot, "Linux cannot do that here: %s", reason);
}
