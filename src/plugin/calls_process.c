/* fork(), waiting for children, signals, the end of a process. */
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "plugin/plugin.h"
#include "rt/raw.h"

static void begin_fork(struct call *c)
{
	rt_point(POINT_FORK, 0, 0, c->place);
	c->flow = rt_add_flow(false);
}

static void before_fork(struct call *c)
{
	begin_fork(c);
}

/* qemu-user makes vfork() a fork(). */
static void before_clone(struct call *c)
{
	if (c->args[0] & CLONE_VM && !(c->args[0] & CLONE_VFORK))
		plugin_refuse(CONTROL_THREADS);
	begin_fork(c);
}

static void after_fork(struct call *c)
{
	struct control_flow *child = &rt_control->flows[c->flow];

	if (c->result == 0) {
		plugin_set_process(c->flow);
		rt_begin(c->flow);
		return;
	}
	if (c->result < 0)
		child->state = FLOW_ENDED;
	else
		child->pid = (int32_t)c->result;
	rt_point(POINT_FORK, 0, 0, c->place);
}

/* Its programs would not be under the emulator. */
static void before_exec(struct call *c)
{
	(void)c;
	plugin_refuse(CONTROL_EXECS);
}

/* --- waiting ---------------------------------------------------------------- */

/* Would a call of waitid() find something, or fail? */
static bool has_ended(int type, int id, int options)
{
	siginfo_t info;

	info.si_pid = 0;
	if (raw6(SYS_waitid, type, id, (long)&info, options | WNOHANG | WNOWAIT, 0, 0))
		return true;
	return info.si_pid != 0;
}

static void await(struct call *c, int type, int id, int options)
{
	rt_point(POINT_CHILD, 0, 0, c->place);
	while (!has_ended(type, id, options))
		rt_block(SCHEDULE_KEY_CHILD(rt_self()->pid), RT_FOREVER);
}

static void before_wait4(struct call *c)
{
	int pid = (int)c->args[0], options = (int)c->args[2];

	if (options & WNOHANG)
		return;
	options = WEXITED | (options & WUNTRACED ? WSTOPPED : 0) | (options & WCONTINUED);
	if (pid > 0)
		await(c, P_PID, pid, options);
	else if (pid == -1)
		await(c, P_ALL, 0, options);
	else
		await(c, P_PGID, -pid, options);
}

static void before_waitid(struct call *c)
{
	if (!(c->args[3] & WNOHANG))
		await(c, (int)c->args[0], (int)c->args[1], (int)c->args[3]);
}

/* --- the rest --------------------------------------------------------------- */

static void before_kill(struct call *c)
{
	rt_point(POINT_SIGNAL, 0, 0, c->place);
}

static void before_exit(struct call *c)
{
	(void)c;
	rt_leave(false);
}

/*
 * qemu-user does not hand it on.  The kernel takes care of what the dead held:
 * the list is that of the thread in which the program runs.
 */
static void before_robust_list(struct call *c)
{
	raw3(SYS_set_robust_list, (long)c->args[0], (long)c->args[1], 0);
}

const struct call_row plugin_process_calls[] = {
	{SYS_fork, before_fork, after_fork},
	{SYS_vfork, before_fork, after_fork},
	{SYS_clone, before_clone, after_fork},
	{SYS_execve, before_exec, NULL},
	{SYS_execveat, before_exec, NULL},
	{SYS_wait4, before_wait4, NULL},
	{SYS_waitid, before_waitid, NULL},
	{SYS_kill, before_kill, NULL},
	{SYS_tgkill, before_kill, NULL},
	{SYS_exit, before_exit, NULL},
	{SYS_exit_group, before_exit, NULL},
	{SYS_set_robust_list, before_robust_list, NULL},
	{0, NULL, NULL},
};
