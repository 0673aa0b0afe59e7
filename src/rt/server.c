/*
 * A program of a scheduled run is started once and stops in front of its
 * constructors; from there each run has a copy of its own, made by fork().
 *
 * Descriptors and memory are those of the start.  The server waits for its
 * copy and tells how it has ended; when that one had the turn, which a process
 * keeps until it is gone, with all that the kernel does then, the server passes
 * it on.
 */
#include <errno.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rt/raw.h"
#include "rt/turn.h"

static void say_arrived(struct control *c)
{
	__atomic_add_fetch(&c->arrived, 1, __ATOMIC_RELEASE);
	rt_tell_explorer();
}

static void await_command(struct control *c, uint32_t done)
{
	while (!__atomic_load_n(&c->quit, __ATOMIC_ACQUIRE) &&
	       __atomic_load_n(&c->command, __ATOMIC_ACQUIRE) == done)
		rt_futex_wait(&c->command, done);
	if (__atomic_load_n(&c->quit, __ATOMIC_ACQUIRE))
		raw3(SYS_exit_group, 0, 0, 0);
}

/* With the turn, which the dead had. */
static void pass_on(uint32_t dead)
{
	rt_flow = dead;
	rt_pass_turn();
	rt_flow = 0;
}

static void note_end(struct control *c, pid_t pid, uint32_t role, int status)
{
	uint32_t turn = __atomic_load_n(&c->turn, __ATOMIC_ACQUIRE);

	c->status[role] = status;
	for (uint32_t i = 1; i <= c->flows_used; i++)
		if (c->flows[i].pid == pid)
			__atomic_store_n(&c->flows[i].is_gone, WIFSIGNALED(status) ? 2 : 1,
					 __ATOMIC_RELEASE);
	if (turn && c->flows[turn].pid == pid && !__atomic_load_n(&c->stop, __ATOMIC_ACQUIRE))
		pass_on(turn);
	__atomic_store_n(&c->has_ended[role], c->command, __ATOMIC_RELEASE);
	rt_tell_explorer();
}

static void serve(struct control *c, uint32_t role)
{
	uint32_t done = 0;
	int status = 0;
	pid_t pid;

	rt_module((uint64_t)__builtin_return_address(0), &(uint64_t){0}); /* known to all copies */
	say_arrived(c);
	for (;;) {
		await_command(c, done);
		done = __atomic_load_n(&c->command, __ATOMIC_ACQUIRE);
		pid = _Fork();
		if (pid == 0)
			break;
		if (pid < 0)
			raw3(SYS_exit_group, CONTROL_EXIT, 0, 0);
		while (raw6(SYS_wait4, pid, (long)&status, 0, 0, 0, 0) == -EINTR)
			;
		note_end(c, pid, role, status);
	}
	rt_begin(role);
}

/*
 * Another program in a process of the run goes on where that was, with the
 * turn; threads that it had are gone.
 */
static bool go_on(struct control *c)
{
	int32_t pid = (int32_t)raw3(SYS_getpid, 0, 0, 0);

	for (uint32_t i = 1; i <= c->flows_used; i++) {
		struct control_flow *flow = &c->flows[i];

		if (flow->pid != pid || flow->is_gone)
			continue;
		if (i == __atomic_load_n(&c->turn, __ATOMIC_ACQUIRE))
			rt_flow = i;
		else
			flow->state = FLOW_ENDED;
	}
	if (rt_flow)
		rt_self()->tid = pid;
	return rt_flow;
}

/* All servers are there: it is a program that one of the run has started, and waits for. */
static bool is_late(const struct control *c)
{
	return __atomic_load_n(&c->arrived, __ATOMIC_ACQUIRE) >= c->roles;
}

void rt_control_attach(int fd, uint32_t role)
{
	rt_control = rt_map_control(fd);
	if (!rt_control && role)
		raw3(SYS_exit_group, CONTROL_OTHER, 0, 0);
	if (!rt_control || !role || role > CONTROL_ROLES || go_on(rt_control) ||
	    is_late(rt_control))
		return;
	raw6(SYS_prctl, PR_SET_PDEATHSIG, 9, 0, 0, 0, 0);
	serve(rt_control, role);
}
