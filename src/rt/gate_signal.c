/*
 * Signals.  Who waits for its turn lets none in: one that is sent reaches it
 * with the next turn, which it gets for that.
 */
#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "rt/gate.h"
#include "rt/raw.h"

REAL(int, kill, (pid_t pid, int signal));
REAL(int, sigqueue, (pid_t pid, int signal, const union sigval value));
REAL(int, pthread_kill, (pthread_t thread, int signal));
REAL(int, pause, (void));
REAL(int, sigsuspend, (const sigset_t *mask));
REAL(int, sigwait, (const sigset_t *set, int *ret_signal));
REAL(int, sigwaitinfo, (const sigset_t *set, siginfo_t *ret_info));
REAL(int, sigtimedwait, (const sigset_t *set, siginfo_t *ret_info, const struct timespec *limit));

#define MASK_SIZE sizeof(uint64_t)

void rt_hold_signals(uint64_t *ret_mask)
{
	uint64_t all = ~UINT64_C(0);

	raw6(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, (long)ret_mask, MASK_SIZE, 0, 0);
}

void rt_allow_signals(const uint64_t *mask)
{
	raw6(SYS_rt_sigprocmask, SIG_SETMASK, (long)mask, 0, MASK_SIZE, 0, 0);
}

/* Nobody can hold it: it is over before anything else happens. */
static void await_killed(pid_t pid)
{
	struct control *c = rt_control;

	for (uint32_t i = 1; i <= c->flows_used; i++) {
		struct control_flow *flow = &c->flows[i];

		if (flow->pid != pid || flow->state == FLOW_ENDED || flow->state == FLOW_DEAD)
			continue;
		if (i > c->roles && !flow->is_gone) {
			c->is_struck = 1;
			__atomic_store_n(&c->leaving, i, __ATOMIC_RELEASE);
			rt_tell_explorer();
		}
		while (!__atomic_load_n(&flow->is_gone, __ATOMIC_ACQUIRE) &&
		       !__atomic_load_n(&c->stop, __ATOMIC_ACQUIRE))
			raw3(SYS_sched_yield, 0, 0, 0);
	}
}

/* @pid as of kill(): a group may be anybody. */
static void has_sent(pid_t pid, int signal)
{
	struct control *c = rt_control;
	int saved = errno;

	if (pid > 0)
		schedule_interrupt(c, pid, 0);
	for (uint32_t i = 1; pid <= 0 && i <= c->flows_used; i++)
		schedule_interrupt(c, c->flows[i].pid, 0);
	if (signal == SIGKILL && pid > 0 && pid != rt_self()->pid)
		await_killed(pid);
	errno = saved;
}

RT_EXPORT int __wrap_kill(pid_t pid, int signal)
{
	int rc;

	if (!rt_is_scheduled())
		return __real_kill(pid, signal);
	rt_point(POINT_SIGNAL, 0, 0, PLACE);
	rt_releases(SCHEDULE_KEY_SIGNAL);
	rc = __real_kill(pid, signal);
	if (rc == 0 && signal)
		has_sent(pid, signal);
	return rc;
}

RT_EXPORT int __wrap_sigqueue(pid_t pid, int signal, const union sigval value)
{
	int rc;

	if (!rt_is_scheduled())
		return __real_sigqueue(pid, signal, value);
	rt_point(POINT_SIGNAL, 0, 0, PLACE);
	rt_releases(SCHEDULE_KEY_SIGNAL);
	rc = __real_sigqueue(pid, signal, value);
	if (rc == 0 && signal)
		has_sent(pid, signal);
	return rc;
}

RT_EXPORT int __wrap_pthread_kill(pthread_t thread, int signal)
{
	uint32_t flow;
	int rc;

	if (!rt_is_scheduled())
		return __real_pthread_kill(thread, signal);
	rt_point(POINT_SIGNAL, 0, 0, PLACE);
	rt_releases(SCHEDULE_KEY_SIGNAL);
	flow = rt_thread_flow(thread);
	if (flow && rt_control->flows[flow].state == FLOW_ENDED)
		return 0; /* as glibc does since 2.34 */
	rc = __real_pthread_kill(thread, signal);
	if (rc == 0 && signal)
		schedule_interrupt(rt_control, rt_self()->pid,
				   flow ? rt_control->flows[flow].tid : 0);
	return rc;
}

/* --- waiting ------------------------------------------------------------- */

static int await_handler(void)
{
	while (!rt_handled()) {
		pthread_testcancel();
		rt_block(SCHEDULE_KEY_SIGNAL, RT_FOREVER);
	}
	rt_acquired(SCHEDULE_KEY_SIGNAL);
	errno = EINTR;
	return -1;
}

RT_EXPORT int __wrap_pause(void)
{
	if (!rt_is_scheduled())
		return __real_pause();
	rt_point(POINT_AWAIT_SIGNAL, 0, 0, PLACE);
	return await_handler();
}

RT_EXPORT int __wrap_sigsuspend(const sigset_t *mask)
{
	uint64_t before;

	if (!rt_is_scheduled())
		return __real_sigsuspend(mask);
	rt_point(POINT_AWAIT_SIGNAL, 0, 0, PLACE);
	raw6(SYS_rt_sigprocmask, SIG_SETMASK, (long)mask, (long)&before, MASK_SIZE, 0, 0);
	await_handler();
	rt_allow_signals(&before);
	return -1;
}

/* The signal; -1 with errno. */
static int wait_until(const sigset_t *set, siginfo_t *ret_info, uint64_t until_ns, uint64_t place)
{
	const struct timespec now = {0, 0};
	long got;

	rt_point(POINT_AWAIT_SIGNAL, 0, 0, place);
	for (;;) {
		bool woken;

		pthread_testcancel();
		got = raw6(SYS_rt_sigtimedwait, (long)set, (long)ret_info, (long)&now, MASK_SIZE, 0,
			   0);
		if (got != -EAGAIN)
			break;
		woken = rt_block(SCHEDULE_KEY_SIGNAL, until_ns);
		if (rt_must_end(false))
			return -1;
		if (!woken)
			break;
	}
	rt_acquired(SCHEDULE_KEY_SIGNAL);
	if (!raw_failed(got))
		return (int)got;
	errno = (int)-got;
	return -1;
}

RT_EXPORT int __wrap_sigwait(const sigset_t *set, int *ret_signal)
{
	int got;

	if (!rt_is_scheduled())
		return __real_sigwait(set, ret_signal);
	do
		got = wait_until(set, NULL, RT_FOREVER, PLACE);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno;
	*ret_signal = got;
	return 0;
}

RT_EXPORT int __wrap_sigwaitinfo(const sigset_t *set, siginfo_t *ret_info)
{
	if (!rt_is_scheduled())
		return __real_sigwaitinfo(set, ret_info);
	return wait_until(set, ret_info, RT_FOREVER, PLACE);
}

RT_EXPORT int __wrap_sigtimedwait(const sigset_t *set, siginfo_t *ret_info,
				  const struct timespec *limit)
{
	if (!rt_is_scheduled() || !limit)
		return __real_sigtimedwait(set, ret_info, limit);
	return wait_until(set, ret_info, rt_after(limit), PLACE);
}
