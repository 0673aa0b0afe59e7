/* fork(), waiting for children, the end of a process. */
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rt/gate.h"
#include "rt/raw.h"
#include "schedule/order.h"

REAL(pid_t, fork, (void));
REAL(pid_t, waitpid, (pid_t pid, int *ret_status, int options));
REAL(int, kill, (pid_t pid, int signal));
NO_RETURN REAL(void, _exit, (int status));

RT_EXPORT pid_t __wrap_fork(void)
{
	uint32_t flow;
	pid_t pid;

	if (!rt_is_scheduled())
		return __real_fork();
	rt_point(POINT_FORK, 0, 0, PLACE);
	flow = rt_add_flow(false);
	pid = __real_fork();
	if (pid == 0) {
		rt_begin(flow);
		return 0;
	}
	if (pid < 0)
		rt_control->flows[flow].state = FLOW_ENDED;
	else
		rt_control->flows[flow].pid = pid;
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

RT_EXPORT pid_t __wrap_waitpid(pid_t pid, int *ret_status, int options)
{
	pid_t got;

	if (!rt_is_scheduled() || options & WNOHANG)
		return __real_waitpid(pid, ret_status, options);
	rt_point(POINT_CHILD, 0, 0, PLACE);
	while ((got = __real_waitpid(pid, ret_status, options | WNOHANG)) == 0)
		rt_block(SCHEDULE_KEY_CHILD(rt_self()->pid), RT_FOREVER);
	join_process(got);
	return got;
}

RT_EXPORT pid_t __wrap_wait(int *ret_status)
{
	return __wrap_waitpid(-1, ret_status, 0);
}

RT_EXPORT int __wrap_kill(pid_t pid, int signal)
{
	if (rt_is_scheduled())
		rt_point(POINT_SIGNAL, 0, 0, PLACE);
	return __real_kill(pid, signal);
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
