/*
 * life.c - processes that die, are slow, hang, or have too little.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "base/util.h"
#include "fault/internal.h"
#include "sys/names.h"

#define DEATH_PATIENCE_NS (1000 * NS_PER_MS)

/* Of another process: the call goes on when that one is gone, and all that it held is closed. */
static void wait_for_death(struct fault_env *env, struct shot *shot, const struct moment *at,
			   const struct process *p)
{
	if (shot->signal != SIGKILL || !at->t || at->p == p || at->phase == PHASE_BLOCKED ||
	    at->t->state != TRACEE_STOPPED)
		return;
	shot->tid = at->t->tid;
	shot->waiting = true;
	tracee_hold(env->engine, at->t, DEATH_PATIENCE_NS);
}

static int fire_kill(struct fault_env *env, struct shot *shot, const struct moment *at,
		     struct err *err)
{
	struct process *p = struck_process(env, shot, at);
	char call[180] = "";

	(void)err;
	if (!p || p->exited)
		return refuse(shot, "the process to kill is not there");
	if (at->at_call)
		describe_call(env, at->t, call, sizeof(call));
	shot->tgid = p->tgid;
	shot->tid = 0;
	shot->signal = shot->fault->spec->action.signal;
	snprintf(shot->text, sizeof(shot->text), "%s%s%s", signal_name(shot->signal),
		 !*call			    ? ""
		 : at->phase == PHASE_ENTRY ? " before "
		 : at->phase == PHASE_EXIT  ? " after "
					    : " asleep in ",
		 call);
	process_note_ns_tgid(env->engine, p);
	if (kill(p->tgid, shot->signal))
		return -errno;
	p->fault_signals |= UINT64_C(1) << (shot->signal - 1);
	fault_note_pending(env, shot);
	wait_for_death(env, shot, at, p);
	return 0;
}

static enum proof kill_delivered(struct fault_env *env, struct shot *shot, struct tracee *t,
				 int signal, const siginfo_t *info)
{
	(void)t;
	(void)info;
	if (signal != shot->signal)
		return PROOF_OPEN;
	/* A traced process is shown also the signals that it ignores. */
	return check_disposition(env, shot) ? PROOF_GIVEN_UP : PROOF_PROVEN;
}

static enum proof kill_ended(struct fault_env *env, struct shot *shot, struct process *p)
{
	struct tracee *t = shot->waiting ? engine_find(env->engine, shot->tid) : NULL;

	if (t)
		tracee_release(env->engine, t);
	if (p->signaled && p->status == shot->signal)
		return PROOF_PROVEN;
	refuse_because(shot, "the process ended by itself before %s", signal_name(shot->signal));
	return PROOF_GIVEN_UP;
}

const struct action_ops ops_kill = {
	.fire = fire_kill, .on_delivery = kill_delivered, .on_end = kill_ended};

static bool is_here(const struct moment *at, const struct process *p)
{
	return at->t && at->p == p && at->phase != PHASE_BLOCKED;
}

/* The thread stays in its stop; another process is stopped by a real SIGSTOP. */
static int fire_delay(struct fault_env *env, struct shot *shot, const struct moment *at,
		      struct err *err)
{
	struct process *p = struck_process(env, shot, at);
	uint64_t ns = shot->fault->spec->action.time_ns;
	char call[180] = "";

	(void)err;
	if (!p || p->exited)
		return refuse(shot, "the process to delay is not there");
	if (at->at_call)
		describe_call(env, at->t, call, sizeof(call));
	snprintf(shot->text, sizeof(shot->text), "%llu ms of delay%s%s",
		 (unsigned long long)(ns / NS_PER_MS), *call ? " at " : "", call);
	if (!is_here(at, p))
		return stop_for(env, shot, p, ns);
	tracee_hold(env->engine, at->t, ns);
	shot->until_ns = at->t->hold_until_ns;
	shot->tgid = p->tgid;
	return 0;
}

static enum proof delay_tick(struct fault_env *env, struct shot *shot, uint64_t now)
{
	struct tracee *t = shot->tid ? engine_find(env->engine, shot->tid) : NULL;

	if (!t || shot->tgid != t->process->tgid)
		return stop_tick(env, shot, now);
	return now >= shot->until_ns ? PROOF_PROVEN : PROOF_OPEN;
}

const struct action_ops ops_delay = {
	.fire = fire_delay, .on_group_stop = stop_seen, .on_tick = delay_tick};

#define STOP_PATIENCE_NS (1000 * NS_PER_MS)

/* Of another process: the call goes on when that one has stopped, so that what follows is certain.
 */
static void wait_for_stop(struct fault_env *env, const struct moment *at, const struct process *p)
{
	if (at->t && at->p != p && at->phase != PHASE_BLOCKED && at->t->state == TRACEE_STOPPED)
		tracee_hold(env->engine, at->t, STOP_PATIENCE_NS);
}

static enum proof other_stopped(struct fault_env *env, struct shot *shot, int signal)
{
	struct tracee *t = shot->tid ? engine_find(env->engine, shot->tid) : NULL;

	if (signal && shot->waiting && t && t->process->tgid != shot->tgid)
		tracee_release(env->engine, t);
	return stop_seen(env, shot, signal);
}

static int fire_stop(struct fault_env *env, struct shot *shot, const struct moment *at,
		     struct err *err)
{
	struct process *p = struck_process(env, shot, at);
	uint64_t ns = shot->fault->spec->action.time_ns;

	(void)err;
	if (!p || p->exited)
		return refuse(shot, "the process to stop is not there");
	if (ns == STOP_FOREVER)
		snprintf(shot->text, sizeof(shot->text), "stopped for ever");
	else
		snprintf(shot->text, sizeof(shot->text), "stopped for %llu ms",
			 (unsigned long long)(ns / NS_PER_MS));
	/* It hangs before the call, not after it: the call is sent back to its start. */
	if (is_here(at, p) && at->at_call && at->t->at_entry && send_back(at->t))
		return -ESRCH;
	wait_for_stop(env, at, p);
	return stop_for(env, shot, p, ns);
}

const struct action_ops ops_stop = {
	.fire = fire_stop, .on_group_stop = other_stopped, .on_tick = stop_tick};

static int fire_limit(struct fault_env *env, struct shot *shot, const struct moment *at,
		      struct err *err)
{
	const struct limit_spec *spec = &shot->fault->spec->action.limit;
	struct process *p = struck_process(env, shot, at);
	int resource = limit_resource(spec->kind);
	struct rlimit limit, now;

	(void)err;
	if (!p || p->exited)
		return refuse(shot, "the process to limit is not there");
	if (prlimit(p->tgid, (enum __rlimit_resource)resource, NULL, &limit))
		return -errno;
	limit.rlim_cur = spec->value;
	if (limit.rlim_max < spec->value)
		return refuse(shot, "its hard limit is lower already");
	if (prlimit(p->tgid, (enum __rlimit_resource)resource, &limit, NULL) ||
	    prlimit(p->tgid, (enum __rlimit_resource)resource, NULL, &now))
		return -errno;
	shot->tgid = p->tgid;
	snprintf(shot->text, sizeof(shot->text), "limit of %s set to %llu",
		 vocab_name(&limit_vocab, (int)spec->kind), (unsigned long long)spec->value);
	return now.rlim_cur == spec->value;
}

const struct action_ops ops_limit = {.fire = fire_limit};
