#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "oracle/blocked_private.h"

#define NEED_CHILD "a child to end", "that is", "no child is left"

/* @ns_pid: only the child that calls itself so; 0 = any.  @options of waitpid(2). */
static int wait_for_children(struct wait *wait, pid_t ns_pid, int options)
{
	struct scanner *scanner = wait->scanner;
	cleanup_free pid_t *pids = NULL;
	size_t count = 0, found = 0;
	int r = procfs_children(scanner->in->proc_fd, wait->t->pid, &pids, &count);

	if (r == -ENOMEM)
		return r;
	if (r != 0)
		wait_weaken(wait, WAIT_EXTERNAL);
	for (size_t i = 0; i < count; i++) {
		size_t process = process_by_pid(scanner, pids[i]);

		if (process == NO_PROCESS) {
			if (!ns_pid)
				wait_weaken(wait, WAIT_EXTERNAL); /* not one of ours */
			continue;
		}
		if (ns_pid && scanner->processes[process].ns_pid != ns_pid)
			continue;
		found++;
		if (!scanner->processes[process].alive)
			wait_weaken(wait, WAIT_RUNNABLE); /* has ended: the news is on its way */
		else if (wait_add_process(wait, process) != 0)
			return -ENOMEM;
	}
	if (found == 0)
		wait_weaken(wait, WAIT_EXTERNAL);
	wait_need(wait, NEED_CHILD);
	if (options & (WSTOPPED | WCONTINUED))
		wait->node->any = true; /* anybody can stop it, or let it go on */
	return 0;
}

int wait_for_wait4(struct wait *wait)
{
	pid_t pid = (pid_t)wait->t->args[0];

	wait_say(wait, "%d", pid);
	return wait_for_children(wait, pid > 0 ? pid : 0, (int)wait->t->args[2]);
}

int wait_for_waitid(struct wait *wait)
{
	idtype_t type = (idtype_t)wait->t->args[0];

	if (type == P_PIDFD)
		return wait_for_fd(wait, (int)wait->t->args[1]);
	return wait_for_children(wait, type == P_PID ? (pid_t)wait->t->args[1] : 0,
				 (int)wait->t->args[3] & ~WEXITED);
}

/* Until the child has called exec or ended. */
int wait_for_vfork(struct wait *wait)
{
	return wait_for_children(wait, 0, 0);
}
