/* fork(), waiting for children, the end of a process. */
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rt/gate.h"
#include "rt/raw.h"
#include "schedule/order.h"

REAL(pid_t, fork, (void));
REAL(int, waitid, (idtype_t type, id_t id, siginfo_t *ret_info, int options));
REAL(pid_t, wait4, (pid_t pid, int *ret_status, int options, struct rusage *ret_usage));
NO_RETURN REAL(void, _exit, (int status));

RT_EXPORT pid_t __wrap_fork(void)
{
	uint32_t flow;
	uint64_t mask;
	pid_t pid;

	if (!rt_is_scheduled())
		return __real_fork();
	rt_point(POINT_FORK, 0, 0, PLACE);
	flow = rt_add_flow(false);
	rt_hold_signals(&mask);
	pid = __real_fork();
	if (pid == 0) {
		rt_begin(flow);
		rt_allow_signals(&mask);
		return 0;
	}
	if (pid < 0)
		rt_control->flows[flow].state = FLOW_ENDED;
	else
		rt_control->flows[flow].pid = pid;
	rt_allow_signals(&mask);
	rt_point(POINT_FORK, 0, 0, PLACE);
	return pid;
}

/* vfork() shares the memory with a child that must not wait for its turn in it. */
RT_EXPORT pid_t __wrap_vfork(void)
{
	return __wrap_fork();
}

/* With all of its threads. */
static void join_process(pid_t pid)
{
	for (uint32_t i = 1; pid > 0 && i <= rt_control->flows_used; i++)
		if (rt_control->flows[i].pid == pid)
			order_join(rt_control, rt_flow, i);
}

/* Is one of them a process of the run?  Others end by themselves: they are waited for really. */
static bool has_child(pid_t pid)
{
	const struct control *c = rt_control;

	for (uint32_t i = 1; i <= c->flows_used; i++) {
		const struct control_flow *flow = &c->flows[i];

		if (pid > 0 ? flow->pid == pid
			    : flow->parent && c->flows[flow->parent].pid == rt_self()->pid &&
				      flow->pid != rt_self()->pid && !flow->is_gone)
			return true;
	}
	return false;
}

/* False: a handler has come between. */
static bool await_child(void)
{
	pthread_testcancel();
	rt_block(SCHEDULE_KEY_CHILD(rt_self()->pid), RT_FOREVER);
	return !rt_must_end(true);
}

static pid_t wait_for(pid_t pid, int *ret_status, int options, struct rusage *ret_usage,
		      uint64_t place)
{
	pid_t got;

	if (!rt_is_scheduled())
		return __real_wait4(pid, ret_status, options, ret_usage);
	rt_point(POINT_CHILD, 0, 0, place);
	while ((got = __real_wait4(pid, ret_status, options | WNOHANG, ret_usage)) == 0) {
		if (options & WNOHANG) {
			rt_saw(0, 0, place);
			return 0;
		}
		if (!has_child(pid))
			return __real_wait4(pid, ret_status, options, ret_usage);
		if (!await_child())
			return -1;
	}
	join_process(got);
	return got;
}

RT_EXPORT pid_t __wrap_wait4(pid_t pid, int *ret_status, int options, struct rusage *ret_usage)
{
	return wait_for(pid, ret_status, options, ret_usage, PLACE);
}

RT_EXPORT pid_t __wrap_wait3(int *ret_status, int options, struct rusage *ret_usage)
{
	return wait_for(-1, ret_status, options, ret_usage, PLACE);
}

RT_EXPORT pid_t __wrap_waitpid(pid_t pid, int *ret_status, int options)
{
	return wait_for(pid, ret_status, options, NULL, PLACE);
}

RT_EXPORT pid_t __wrap_wait(int *ret_status)
{
	return wait_for(-1, ret_status, 0, NULL, PLACE);
}

/* Nothing found: the C library leaves si_pid 0. */
RT_EXPORT int __wrap_waitid(idtype_t type, id_t id, siginfo_t *ret_info, int options)
{
	siginfo_t info, *found = ret_info ? ret_info : &info;
	int rc;

	if (!rt_is_scheduled())
		return __real_waitid(type, id, ret_info, options);
	rt_point(POINT_CHILD, 0, 0, PLACE);
	for (;;) {
		found->si_pid = 0;
		rc = __real_waitid(type, id, found, options | WNOHANG);
		if (rc || found->si_pid || options & WNOHANG)
			break;
		if (!has_child(type == P_PID ? (pid_t)id : -1))
			return __real_waitid(type, id, found, options);
		if (!await_child())
			return -1;
	}
	if (rc == 0)
		join_process(found->si_pid);
	return rc;
}

RT_EXPORT void __wrap__exit(int status)
{
	if (rt_is_scheduled())
		rt_leave(false);
	__real__exit(status);
}

RT_EXPORT void __wrap__Exit(int status)
{
	__wrap__exit(status);
}

__attribute__((destructor)) static void at_exit(void)
{
	if (rt_is_scheduled())
		rt_leave(false);
}
