/*
 * signal.c - signals at chosen moments of a call, and SIGSTOP/SIGCONT pulses.
 *
 * All are real signals: what they do to the call is the kernel's decision
 * (doc/KERNEL-NOTES.md sections 1 to 3).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utlist.h>

#include "base/util.h"
#include "engine/call.h"
#include "fault/internal.h"
#include "sys/names.h"
#include "sys/procfs.h"

/* What the process may die of without a finding. */
static void note_sent(struct fault_env *env, const struct shot *shot)
{
	for (struct process *p = env->engine->processes; p; p = p->next)
		if (p->tgid == shot->tgid)
			p->fault_signals |= UINT64_C(1) << (shot->signal - 1);
}

static int send(struct fault_env *env, struct shot *shot, const struct moment *at)
{
	const struct action_spec *action = &shot->fault->spec->action;
	unsigned count = action->burst ? action->burst : 1;
	bool to_thread = at->t && at->p && at->p->tgid == shot->tgid;
	long rc = 0;

	for (unsigned i = 0; i < count && !rc; i++)
		rc = to_thread ? syscall(SYS_tgkill, shot->tgid, at->t->tid, shot->signal)
			       : kill(shot->tgid, shot->signal);
	if (rc)
		return -errno;
	note_sent(env, shot);
	fault_note_pending(env, shot);
	return 0;
}

/* SIGCONT lets it go on then, whatever its disposition. */
static bool is_stopped(struct fault_env *env, pid_t tgid)
{
	struct tracee *t, *tmp;

	HASH_ITER(hh, env->engine->tracees, t, tmp)
		if (t->process && t->process->tgid == tgid && t->state == TRACEE_GROUP_STOPPED)
			return true;
	return false;
}

/* A signal that nobody would notice is no fault. */
int check_disposition(struct fault_env *env, struct shot *shot)
{
	struct procfs_status status;
	uint64_t bit = UINT64_C(1) << (shot->signal - 1);
	enum signal_action action = signal_default_action(shot->signal);

	if (procfs_status(env->engine->options.proc_fd, shot->tgid, &status))
		return -ESRCH;
	if (action == SIGNAL_CONTINUE && is_stopped(env, shot->tgid))
		return 0;
	if (status.sig_ignored & bit)
		return refuse(shot, "the process ignores %s", signal_name(shot->signal));
	if (!(status.sig_caught & bit) && (action == SIGNAL_IGNORE || action == SIGNAL_CONTINUE))
		return refuse(shot, "no handler for %s is installed, and by default it is ignored",
			      signal_name(shot->signal));
	return 0;
}

static void describe(struct fault_env *env, struct shot *shot, const struct moment *at,
		     const char *moment)
{
	unsigned burst = shot->fault->spec->action.burst;
	char call[180] = "", times[24] = "";

	if (at->at_call)
		describe_call(env, at->t, call, sizeof(call));
	if (burst > 1)
		snprintf(times, sizeof(times), " %u times", burst);
	snprintf(shot->text, sizeof(shot->text), "%s%s%s%s%s", signal_name(shot->signal), times,
		 *call ? " " : "", *call ? moment : "", call);
}

int send_back(struct tracee *t)
{
	struct arch_regs *regs;
	int rc = tracee_get_regs(t, &regs);

	if (rc)
		return rc;
	arch_native->rewind_call(regs, t->call.nr, t->call.args[0]);
	if (t->process->under_valgrind)
		arch_native->rewind_pop(regs);
	tracee_dirty_regs(t);
	call_expect_again(t, &t->call);
	return 0;
}

/* The handler runs to its end, then the call starts: as if it had come just before. */
static int send_before(struct fault_env *env, struct shot *shot, const struct moment *at)
{
	int rc = send_back(at->t);

	return rc ? rc : send(env, shot, at);
}

static int send_at_call(struct fault_env *env, struct shot *shot, const struct moment *at,
			enum signal_when when)
{
	switch (when) {
	case WHEN_BLOCKED:
		if (at->phase == PHASE_BLOCKED) {
			describe(env, shot, at, "asleep in ");
			return send(env, shot, at);
		}
		describe(env, shot, at, "asleep in ");
		shot->waiting = true;
		tracee_watch_blocked(env->engine, at->t);
		return 0;
	case WHEN_BEFORE:
		if (!at->t->at_entry)
			return refuse(shot, "`before` needs the entry of a call");
		describe(env, shot, at, "just before ");
		return send_before(env, shot, at);
	case WHEN_AFTER:
		describe(env, shot, at, "just after ");
		if (at->t->at_exit)
			return send(env, shot, at);
		shot->waiting = true;
		tracee_watch_exit(at->t);
		return 0;
	default:
		describe(env, shot, at, "pending at ");
		return send(env, shot, at);
	}
}

/* It is about to stop for another fault: it goes on as soon as it has stopped. */
static bool is_let_go(struct fault_env *env, const struct shot *shot)
{
	struct shot *other;

	if (shot->signal != SIGCONT)
		return false;
	DL_FOREACH(env->shots, other) {
		if (other == shot || other->tgid != shot->tgid || !other->waiting ||
		    other->fault->spec->action.kind != ACTION_STOP)
			continue;
		other->until_ns = 0;
		return true;
	}
	return false;
}

static int fire_signal(struct fault_env *env, struct shot *shot, const struct moment *at,
		       struct err *err)
{
	const struct action_spec *action = &shot->fault->spec->action;
	struct process *p = struck_process(env, shot, at);
	int rc;

	(void)err;
	if (!p || p->exited)
		return refuse(shot, "the process to signal is not there");
	shot->tgid = p->tgid;
	shot->signal = action->signal;
	if (p != at->p)
		shot->tid = 0;
	if (is_let_go(env, shot)) {
		describe(env, shot, at, "at ");
		return 1;
	}
	rc = check_disposition(env, shot);
	if (rc)
		return rc;
	if (action->nested && at->t && !at->t->handler_depth) {
		describe(env, shot, at, "in the handler after ");
		shot->waiting = true;
		return 0;
	}
	if (at->t && at->at_call && p == at->p)
		return send_at_call(env, shot, at, action->when);
	describe(env, shot, at, "at ");
	return send(env, shot, at);
}

static int send_waiting(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	struct moment at = {.t = t, .p = t->process};

	shot->waiting = false;
	return send(env, shot, &at);
}

static enum proof signal_blocked(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	const struct action_spec *action = &shot->fault->spec->action;

	if (!shot->waiting || action->when != WHEN_BLOCKED || action->nested)
		return PROOF_OPEN;
	return send_waiting(env, shot, t) ? PROOF_GIVEN_UP : PROOF_OPEN;
}

static enum proof signal_exit(struct fault_env *env, struct shot *shot, struct tracee *t,
			      int64_t result)
{
	const struct action_spec *action = &shot->fault->spec->action;

	(void)result;
	if (!shot->waiting || action->nested)
		return PROOF_OPEN;
	if (action->when == WHEN_AFTER)
		return send_waiting(env, shot, t) ? PROOF_GIVEN_UP : PROOF_OPEN;
	refuse_because(shot, "the call did not sleep");
	return PROOF_GIVEN_UP;
}

static enum proof signal_handler(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	if (!shot->waiting || !shot->fault->spec->action.nested)
		return PROOF_OPEN;
	return send_waiting(env, shot, t) ? PROOF_GIVEN_UP : PROOF_OPEN;
}

/* Ours: sent from outside the targets' pid namespace, or by this very process. */
static bool is_ours(const siginfo_t *info)
{
	return (info->si_code == SI_TKILL || info->si_code == SI_USER) &&
	       (info->si_pid == 0 || info->si_pid == getpid());
}

static enum proof signal_delivered(struct fault_env *env, struct shot *shot, struct tracee *t,
				   int signal, const siginfo_t *info)
{
	(void)env;
	if (shot->waiting || signal != shot->signal || !is_ours(info) ||
	    (shot->tid && shot->tid != t->tid))
		return PROOF_OPEN;
	return PROOF_PROVEN;
}

static enum proof died_of_it(struct fault_env *env, struct shot *shot, struct process *p)
{
	(void)env;
	if (!shot->waiting && p->signaled && p->status == shot->signal)
		return PROOF_PROVEN;
	if (shot->waiting)
		refuse_because(shot, "the process ended before the moment came");
	else
		refuse_because(shot, "%s was never delivered: the process blocks it",
			       signal_name(shot->signal));
	return PROOF_GIVEN_UP;
}

const struct action_ops ops_signal = {.fire = fire_signal,
				      .on_blocked = signal_blocked,
				      .on_exit = signal_exit,
				      .on_handler = signal_handler,
				      .on_delivery = signal_delivered,
				      .on_end = died_of_it};

/* Also used by `delay` and `stop` of another process. */
int stop_for(struct fault_env *env, struct shot *shot, struct process *p, uint64_t ns)
{
	shot->tgid = p->tgid;
	shot->until_ns = ns;
	shot->waiting = true; /* for the group-stop */
	(void)env;
	return kill(p->tgid, SIGSTOP) ? -errno : 0;
}

enum proof stop_seen(struct fault_env *env, struct shot *shot, int signal)
{
	if (signal && shot->waiting) {
		shot->waiting = false;
		if (shot->until_ns == STOP_FOREVER)
			return PROOF_PROVEN;
		shot->until_ns += now_ns();
		engine_wake_at(env->engine, shot->until_ns);
	} else if (!signal && !shot->waiting) {
		return PROOF_PROVEN;
	}
	return PROOF_OPEN;
}

enum proof stop_tick(struct fault_env *env, struct shot *shot, uint64_t now)
{
	if (shot->waiting || shot->until_ns == STOP_FOREVER)
		return PROOF_OPEN;
	if (now >= shot->until_ns)
		kill(shot->tgid, SIGCONT);
	else
		engine_wake_at(env->engine, shot->until_ns);
	return PROOF_OPEN;
}

static int fire_pulse(struct fault_env *env, struct shot *shot, const struct moment *at,
		      struct err *err)
{
	struct process *p = struck_process(env, shot, at);
	char call[180] = "";

	(void)err;
	if (!p || p->exited)
		return refuse(shot, "the process to stop is not there");
	if (at->at_call)
		describe_call(env, at->t, call, sizeof(call));
	snprintf(shot->text, sizeof(shot->text), "SIGSTOP, then SIGCONT after %llu ms%s%s",
		 (unsigned long long)(shot->fault->spec->action.time_ns / NS_PER_MS),
		 *call ? ", in " : "", call);
	return stop_for(env, shot, p, shot->fault->spec->action.time_ns);
}

const struct action_ops ops_pulse = {
	.fire = fire_pulse, .on_group_stop = stop_seen, .on_tick = stop_tick};
