#include "fault/fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/mem.h"
#include "base/util.h"
#include "fault/internal.h"
#include "sys/procfs.h"

/* clang-format off */
static const struct action_ops *const action_table[] = {
	[ACTION_ERRNO]       = &ops_errno,
	[ACTION_ERRNO_AFTER] = &ops_errno_after,
	[ACTION_RETURN]      = &ops_return,
	[ACTION_SHORT]       = &ops_short,
	[ACTION_SIGNAL]      = &ops_signal,
	[ACTION_PULSE]       = &ops_pulse,
	[ACTION_KILL]        = &ops_kill,
	[ACTION_DELAY]       = &ops_delay,
	[ACTION_STOP]        = &ops_stop,
	[ACTION_CLOSE_PEER]  = &ops_close_peer,
	[ACTION_SHUTDOWN]    = &ops_shutdown,
	[ACTION_RESET]       = &ops_reset,
	[ACTION_CAPACITY]    = &ops_object,
	[ACTION_FILL]        = &ops_object,
	[ACTION_DRAIN]       = &ops_object,
	[ACTION_TRUNCATE]    = &ops_object,
	[ACTION_UNLINK]      = &ops_object,
	[ACTION_REMOVE]      = &ops_object,
	[ACTION_TEAR]        = &ops_tear,
	[ACTION_LIMIT]       = &ops_limit,
	[ACTION_WAKE]        = &ops_wake,
	[ACTION_NONBLOCK]    = &ops_nonblock,
	[ACTION_CORRUPT]     = &ops_corrupt,
	[ACTION_DROP]        = &ops_drop,
	[ACTION_DUPLICATE]   = &ops_duplicate,
	[ACTION_REORDER]     = &ops_reorder,
	[ACTION_TRUNCATE_MESSAGE] = &ops_truncate_message,
	[ACTION_LOSE_FDS]    = &ops_lose_fds,
};
/* clang-format on */

static const struct action_ops *ops_of(const struct shot *shot)
{
	return action_table[shot->fault->spec->action.kind];
}

void refuse_because(struct shot *shot, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(shot->fault->refused, sizeof(shot->fault->refused), fmt, ap);
	va_end(ap);
}

static void keep_injection(struct fault_env *env, const struct shot *shot)
{
	struct fault *fault = shot->fault;
	struct process *p = NULL;
	struct injection *kept;
	char name[128];

	if (fault->injection_count == FAULT_INJECTIONS_KEPT)
		return;
	for (p = env->engine->processes; p && p->tgid != shot->tgid; p = p->next)
		;
	kept = &fault->injections[fault->injection_count++];
	*kept = (struct injection){.at_ns = engine_elapsed_ns(env->engine)};
	if (p)
		kept->process = mem_strdup(env->label(env->ctx, p, name, sizeof(name)));
	kept->text = mem_strdup(shot->text);
}

void shot_proven(struct fault_env *env, struct shot *shot)
{
	shot->fault->fired++;
	keep_injection(env, shot);
	env->fired(env->ctx, shot->fault, shot->tgid);
}

static void close_shot(struct fault_env *env, struct shot *shot)
{
	DL_DELETE(env->shots, shot);
	free(shot->kept);
	free(shot);
}

static void settle(struct fault_env *env, struct shot *shot, enum proof proof)
{
	if (proof == PROOF_OPEN)
		return;
	if (proof == PROOF_PROVEN)
		shot_proven(env, shot);
	close_shot(env, shot);
}

static struct shot *shot_new(struct fault_env *env, struct fault *fault, const struct moment *at)
{
	struct shot *shot = mem_zalloc(sizeof(*shot));

	if (!shot)
		return NULL;
	shot->fault = fault;
	shot->call.nr = -1;
	if (at->t) {
		shot->tid = at->t->tid;
		if (at->at_call)
			shot->call = at->t->call;
	}
	if (at->p)
		shot->tgid = at->p->tgid;
	DL_APPEND(env->shots, shot);
	return shot;
}

/* fire() returns 1 when the effect was seen at once. */
int fault_fire(struct fault_env *env, struct fault *fault, const struct moment *at, struct err *err)
{
	struct shot *shot = shot_new(env, fault, at);
	int rc;

	env->object_of = 0;
	if (!shot)
		return err_errno(err, -ENOMEM, "fault '%s'", fault->spec->name);
	rc = ops_of(shot)->fire(env, shot, at, err);
	fault->struck += rc >= 0;
	if (rc == 0)
		return 0;
	if (rc > 0)
		shot_proven(env, shot);
	close_shot(env, shot);
	if (rc == -ESRCH) {
		snprintf(fault->refused, sizeof(fault->refused), "the process had ended");
		return -EPERM;
	}
	if (rc < 0 && rc != -EPERM)
		return err_wrap(err, rc, "fault '%s'", fault->spec->name);
	return rc > 0 ? 0 : rc;
}

static bool is_of_call(const struct shot *shot, const struct tracee *t)
{
	return shot->tid == t->tid && shot->call.nr >= 0;
}

static int is_signalfd(void *ctx, const struct procfs_fd *fd)
{
	(void)ctx;
	return fd->kind == FD_KIND_SIGNALFD;
}

/*
 * A process that blocks a signal and takes it with sigwait(3) or a signalfd
 * has no delivery: the signal is just no longer pending.  Through a signalfd
 * it can notice one that stays pending, too.
 */
static bool was_taken(struct fault_env *env, const struct shot *shot, const struct tracee *t)
{
	int proc_fd = env->engine->options.proc_fd;
	struct procfs_status status;

	if (procfs_status(proc_fd, t->tid, &status))
		return false;
	return shot->visible ||
	       !((status.sig_pending | status.shared_pending) >> (shot->signal - 1) & 1);
}

void fault_note_pending(struct fault_env *env, struct shot *shot)
{
	int proc_fd = env->engine->options.proc_fd;
	pid_t tid = shot->tid ? shot->tid : shot->tgid;
	struct procfs_status status;
	uint64_t bit = UINT64_C(1) << (shot->signal - 1);

	if (procfs_status(proc_fd, tid, &status) == 0)
		shot->pending = status.sig_blocked & bit &&
				(status.sig_pending | status.shared_pending) & bit;
	shot->visible = shot->pending && procfs_each_fd(proc_fd, tid, is_signalfd, NULL) > 0;
}

void fault_on_entry(struct fault_env *env, struct tracee *t)
{
	struct shot *shot, *tmp;

	DL_FOREACH_SAFE(env->shots, shot, tmp) {
		if (is_of_call(shot, t) && ops_of(shot)->on_again && t->call.resumed)
			ops_of(shot)->on_again(env, shot, t);
		if (!is_of_call(shot, t) && ops_of(shot)->on_other_call)
			ops_of(shot)->on_other_call(env, shot, t);
		if (shot->pending && shot->tgid == t->process->tgid && was_taken(env, shot, t))
			settle(env, shot, PROOF_PROVEN);
	}
}

void fault_on_blocked(struct fault_env *env, struct tracee *t)
{
	struct shot *shot, *tmp;

	DL_FOREACH_SAFE(env->shots, shot, tmp)
		if (is_of_call(shot, t) && ops_of(shot)->on_blocked)
			settle(env, shot, ops_of(shot)->on_blocked(env, shot, t));
}

void fault_on_exit(struct fault_env *env, struct tracee *t, int64_t result)
{
	struct shot *shot, *tmp;

	DL_FOREACH_SAFE(env->shots, shot, tmp)
		if (is_of_call(shot, t) && ops_of(shot)->on_exit)
			settle(env, shot, ops_of(shot)->on_exit(env, shot, t, result));
}

void fault_on_delivery(struct fault_env *env, struct tracee *t, int signal, const siginfo_t *info)
{
	struct shot *shot, *tmp;

	DL_FOREACH_SAFE(env->shots, shot, tmp)
		if (shot->tgid == t->process->tgid && ops_of(shot)->on_delivery)
			settle(env, shot, ops_of(shot)->on_delivery(env, shot, t, signal, info));
}

void fault_on_handler(struct fault_env *env, struct tracee *t, int signal)
{
	struct shot *shot, *tmp;

	(void)signal;
	DL_FOREACH_SAFE(env->shots, shot, tmp)
		if (shot->tid == t->tid && ops_of(shot)->on_handler)
			settle(env, shot, ops_of(shot)->on_handler(env, shot, t));
}

void fault_on_group_stop(struct fault_env *env, struct process *p, int signal)
{
	struct shot *shot, *tmp;

	DL_FOREACH_SAFE(env->shots, shot, tmp)
		if (shot->tgid == p->tgid && ops_of(shot)->on_group_stop)
			settle(env, shot, ops_of(shot)->on_group_stop(env, shot, signal));
}

void fault_on_end(struct fault_env *env, struct process *p)
{
	struct shot *shot, *tmp;

	DL_FOREACH_SAFE(env->shots, shot, tmp) {
		enum proof proof = PROOF_OPEN;

		if (shot->tgid != p->tgid)
			continue;
		if (ops_of(shot)->on_end)
			proof = ops_of(shot)->on_end(env, shot, p);
		settle(env, shot, proof == PROOF_PROVEN ? proof : PROOF_GIVEN_UP);
	}
}

void fault_on_tick(struct fault_env *env, uint64_t now)
{
	struct shot *shot, *tmp;

	DL_FOREACH_SAFE(env->shots, shot, tmp)
		if (ops_of(shot)->on_tick)
			settle(env, shot, ops_of(shot)->on_tick(env, shot, now));
}

void fault_env_release(struct fault_env *env)
{
	struct shot *shot, *tmp;

	DL_FOREACH_SAFE(env->shots, shot, tmp)
		close_shot(env, shot);
	fillers_release(env);
}

void fault_release(struct fault *fault)
{
	for (size_t i = 0; i < fault->injection_count; i++) {
		free(fault->injections[i].process);
		free(fault->injections[i].text);
		stack_release(&fault->injections[i].stack);
	}
	fault->injection_count = 0;
}

struct process *struck_process(struct fault_env *env, const struct shot *shot,
			       const struct moment *at)
{
	const struct selector *of = &shot->fault->spec->action.of_process;

	return of->process != INDEX_NONE ? env->process_of(env->ctx, of) : at->p;
}

int struck_object(struct fault_env *env, struct shot *shot, const struct moment *at,
		  struct fd_object *ret_object)
{
	int channel = shot->fault->spec->action.of_channel, rc;

	if (channel == INDEX_NONE && shot->fault->spec->at.kind == TRIGGER_ACCESS)
		channel = shot->fault->spec->at.channel;
	if (channel != INDEX_NONE) {
		rc = env->channel_object(env->ctx, channel, ret_object);
		return rc || !is_socket(ret_object->kind)
			       ? rc
			       : socket_of_channel(env, shot, at, channel, ret_object);
	}
	if (!at->at_call)
		return refuse(shot, "nothing to strike: say which channel with `of:`");
	rc = call_object(env->engine, at->t, ret_object);
	if (rc == -ENOENT)
		return refuse(shot, "this call has no descriptor: say which channel with `of:`");
	return rc == -EBADF ? refuse(shot, "descriptor %d is not open",
				     (int)at->t->call.args[syscall_get(at->t->call.id)->fd_arg])
			    : rc;
}

const char *object_label(struct fault_env *env, const struct fd_object *object, char *buf,
			 size_t size)
{
	const char *channel = env->channel_name(env->ctx, object);

	if (channel)
		snprintf(buf, size, "%s `%s`", vocab_name(&fd_kind_vocab, (int)object->kind),
			 channel);
	else
		snprintf(buf, size, "%s", object->path);
	return buf;
}

int object_of_call(struct fault_env *env, const struct tracee *t, struct fd_object *ret_object)
{
	int rc = 0;

	if (env->object_of != t->tid)
		rc = call_object(env->engine, t, &env->object);
	if (rc)
		return rc;
	env->object_of = t->tid;
	*ret_object = env->object;
	return 0;
}

void describe_call(struct fault_env *env, const struct tracee *t, char *buf, size_t size)
{
	const struct syscall_row *row = syscall_get(t->call.id);
	struct fd_object object;
	char where[160] = "", label[150];

	if (!row) {
		snprintf(buf, size, "call number %ld", t->call.nr);
		return;
	}
	if (row->fd_arg < 0) {
		snprintf(buf, size, "%s()", row->name);
		return;
	}
	if (!object_of_call(env, t, &object))
		snprintf(where, sizeof(where), " → %s",
			 object_label(env, &object, label, sizeof(label)));
	if (row->transfer == TRANSFER_BUFFER)
		snprintf(buf, size, "%s(%d%s, %llu bytes)", row->name,
			 (int)t->call.args[row->fd_arg], where,
			 (unsigned long long)t->call.args[2]);
	else
		snprintf(buf, size, "%s(%d%s)", row->name, (int)t->call.args[row->fd_arg], where);
}
