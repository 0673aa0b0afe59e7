/*
 * model.c - `model: kernel` at the moment when a fault fires.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "engine/remote.h"
#include "fault/internal.h"
#include "sys/kernel_model.h"
#include "sys/procfs.h"
#include "trigger/count.h"

#define SEMOPS_MAX 500 /* SEMOPM: the kernel takes no more */

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

static bool takes_in(const struct syscall_row *row)
{
	return row->families & (FAMILY_READS | FAMILY_RECEIVES) ||
	       strcmp(row->name, "accept") == 0 || strcmp(row->name, "accept4") == 0;
}

/* What is there to be read makes a call ready; how much room a write needs is not known. */
static void ask_descriptor(const struct syscall_row *row, pid_t tgid, int number,
			   struct kernel_moment *m)
{
	cleanup_close int fd = fd_borrow(tgid, number);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	bool in = takes_in(row);

	if (fd < 0)
		return;
	if (is_socket(m->fd_kind) && row->timeout == TIMEOUT_NONE)
		m->time_limited |= fd_has_time_limit(fd, in ? SO_RCVTIMEO : SO_SNDTIMEO);
	m->ready = in && !m->waits_for_all && poll(&p, 1, 0) > 0;
}

/* Whether and how long the call would wait. */
static bool waits_matter(const struct kernel_moment *m)
{
	return m->action == ACTION_ERRNO && (m->err == EINTR || m->err == EAGAIN);
}

static bool can_be_asked(enum fd_kind kind)
{
	return is_socket(kind) || kind == FD_KIND_PIPE || kind == FD_KIND_FIFO ||
	       kind == FD_KIND_EVENTFD;
}

static void add_descriptor(struct fault_env *env, struct tracee *t, struct kernel_moment *m)
{
	const struct syscall_row *row = syscall_get(t->call.id);
	struct fd_object object = {.kind = FD_KIND_NONE};

	if (object_of_call(env, t, &object) == 0) {
		m->fd_kind = object.kind;
		m->shared_description =
			kernel_asks(t->call.id, m->action, m->err, KERNEL_ASKS_SHARING) &&
			is_shared(env, t->process, &object);
	}
	kernel_moment_from_call(m, t->call.id, t->call.args, object.flags);
	if (row && row->fd_arg >= 0 && row->fd2_arg < 0 && waits_matter(m) &&
	    can_be_asked(object.kind))
		ask_descriptor(row, t->process->tgid, (int)t->call.args[row->fd_arg], m);
}

/*
 * pthread_join(3) sleeps on the thread id of another thread, which the kernel
 * sets to 0 at its end; glibc's own function leaves no frame, as it is a jump.
 */
static bool is_join(struct fault_env *env, const struct tracee *t)
{
	struct tracee *other, *tmp;

	HASH_ITER(hh, env->engine->tracees, other, tmp) {
		struct procfs_status status;

		if (other->process == t->process && other != t &&
		    procfs_status(env->engine->options.proc_fd, other->tid, &status) == 0 &&
		    (uint64_t)status.ns_tid == t->call.args[2])
			return true;
	}
	return false;
}

/* Where the C library itself makes the call, and takes some errors for impossible. */
static bool is_below_libc_wait(struct fault_env *env, struct tracee *t)
{
	static const char *const functions[] = {"pthread_cond_wait", "pthread_cond_timedwait",
						"pthread_cond_clockwait"};
	const struct syscall_row *row = syscall_get(t->call.id);

	if (!row || strcmp(row->name, "futex") != 0)
		return false;
	for (size_t i = 0; env->called_from && i < ARRAY_SIZE(functions); i++)
		if (env->called_from(env->ctx, t, functions[i]))
			return true;
	return is_join(env, t);
}

/* Whether some operation of semop(2) is not to wait: it is in the program's memory. */
static void add_operations(struct tracee *t, struct kernel_moment *m)
{
	const struct syscall_row *row = syscall_get(t->call.id);
	struct sembuf ops[SEMOPS_MAX];
	size_t count = (size_t)t->call.args[2];

	if (!row || row->sysv != SYSV_SEM || !(row->families & FAMILY_WAITS) ||
	    count > SEMOPS_MAX || tracee_read(t, t->call.args[1], ops, count * sizeof(*ops)))
		return;
	for (size_t i = 0; i < count; i++)
		m->nonblocking |= (ops[i].sem_flg & IPC_NOWAIT) != 0;
}

/* What kind of lock fcntl(2) is to set is in the program's memory. */
static void add_lock(struct tracee *t, struct kernel_moment *m)
{
	const struct syscall_row *row = syscall_get(t->call.id);
	struct flock lock;

	if (!row || strcmp(row->name, "fcntl") != 0 ||
	    !syscall_is_member(t->call.id, FAMILY_LOCKS, t->call.args) ||
	    tracee_read(t, t->call.args[2], &lock, sizeof(lock)))
		return;
	m->unlocks = lock.l_type == F_UNLCK;
}

/*
 * As model_check() sees it, for any error at once.  Whether a handler has
 * SA_RESTART would cost remote calls: it is taken to have none.
 */
int fault_moment_of(struct fault_env *env, struct tracee *t, struct kernel_moment *ret_moment,
		    uint64_t *ret_caught)
{
	struct kernel_moment m = {.action = ACTION_ERRNO, .err = EAGAIN};
	struct procfs_status status;

	env->object_of = 0;
	add_descriptor(env, t, &m);
	add_operations(t, &m);
	add_lock(t, &m);
	m.below_libc_wait = is_below_libc_wait(env, t);
	if (procfs_status(env->engine->options.proc_fd, t->tid, &status))
		return -ESRCH;
	*ret_caught = status.sig_caught & ~status.sig_blocked;
	m.has_handler = m.has_handler_without_restart = *ret_caught != 0;
	m.sigpipe_ignored |= ((status.sig_ignored | status.sig_blocked) >> (SIGPIPE - 1)) & 1;
	*ret_moment = m;
	return 0;
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
	add_operations(at->t, &m);
	add_lock(at->t, &m);
	m.below_libc_wait = m.err && is_below_libc_wait(env, at->t);
	rc = add_signals(env, at->t, &m);
	if (rc)
		return rc;
	return kernel_allows_here(&m, &reason)
		       ? 0
		       : refuse(shot, "Linux cannot do that here: %s", reason);
}
