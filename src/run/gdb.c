#include "run/gdb.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "engine/remote.h"

static struct process *struck(struct execution *x)
{
	struct process *p = x->engine.processes;

	while (p && p->tgid != x->gdb_pid)
		p = p->next;
	return p;
}

static void detach_all(struct execution *x, const struct process *p)
{
	struct tracee *t, *tmp;

	/* Pending, so that it is stopped as soon as nobody traces it any more. */
	kill(p->tgid, SIGSTOP);
	HASH_ITER(hh, x->engine.tracees, t, tmp) {
		if (t->process != p || tracee_interrupt(&x->engine, t))
			continue;
		tracee_flush_regs(t);
		ptrace(PTRACE_DETACH, t->tid, 0, 0);
	}
}

static void wait_until_gone(pid_t pid)
{
	cleanup_close int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd fd = {pidfd, POLLIN, 0};

	while (pidfd >= 0 && poll(&fd, 1, -1) < 0 && errno == EINTR)
		;
}

void gdb_hand_over(struct execution *x)
{
	const struct process *p = struck(x);
	char name[128];

	x->handed_over = true;
	if (!p || p->exited)
		return;
	detach_all(x, p);
	fprintf(stderr,
		"\n%s is stopped where the fault struck it.  Look at it with\n\n    gdb -p %d\n\n"
		"and end it with `kill` there.  (The calls that ipcfault watched fail with ENOSYS "
		"from here on.)\n",
		subject_label(x, p, name, sizeof(name)), (int)p->tgid);
	wait_until_gone(p->tgid);
	x->ended = true;
}
