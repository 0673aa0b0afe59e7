/*
 * Pid 1 of the programs' pid namespace: a fork of the worker that executes
 * nothing.  It answers the worker on a socket, reaps orphans, and clears up
 * when the worker has died.  Where there is no pid namespace the same fork
 * has only the worker's folder to remove.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/child.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "sandbox/internal.h"
#include "sandbox/tmp.h"

/* Where the descriptors of pid 1 are; all others are closed. */
enum { INIT_SOCKET, INIT_WORKER, INIT_LAST_PID, INIT_FDS };

/* What the worker asks for: SIGKILL to all, and the pid after which the next ones come. */
struct request {
	int kill; /* no bool: what is sent has no gaps */
	int last_pid;
};

struct hello {
	int proc_error; /* errno of mounting /proc; 0 = done */
};

static int mount_proc(void)
{
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL))
		return errno;
	return 0;
}

/* The caller's descriptors are not ours to hold: somebody may wait for their end. */
static void keep_descriptors(int socket, int worker, int last_pid)
{
	int fds[INIT_FDS] = {socket, worker, last_pid};

	for (int i = 0; i < INIT_FDS; i++)
		fds[i] = fds[i] < 0 ? -1 : fcntl(fds[i], F_DUPFD, INIT_FDS);
	for (int i = 0; i < INIT_FDS; i++)
		if (fds[i] < 0 || dup2(fds[i], i) < 0)
			close(i);
	close_range(INIT_FDS, ~0U, 0);
}

static void reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		sigaction(sig, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
	/* With SIGCHLD ignored the kernel reaps orphans by itself. */
	sigaction(SIGCHLD, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The next pid is the first free one above this. */
static void set_last_pid(int pid)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d", pid);

	(void)!pwrite(INIT_LAST_PID, text, (size_t)n, 0);
}

static void answer_requests(void)
{
	struct pollfd wait_for[] = {{.fd = INIT_SOCKET, .events = POLLIN},
				    {.fd = INIT_WORKER, .events = POLLIN}};

	for (;;) {
		struct request request;
		char left;

		if (poll(wait_for, 2, -1) < 0 && errno != EINTR)
			return;
		/* Without a pidfd this is POLLNVAL at once, and recv() waits. */
		if ((wait_for[1].revents & POLLIN) ||
		    recv(INIT_SOCKET, &request, sizeof(request), 0) <= 0)
			return;
		left = request.kill && kill(-1, SIGKILL) == 0;
		if (!left)
			set_last_pid(request.last_pid);
		if (send(INIT_SOCKET, &left, 1, MSG_NOSIGNAL) != 1)
			return;
	}
}

static void clear_up(const struct sandbox_options *options, bool is_pid_1)
{
	if (is_pid_1)
		kill(-1, SIGKILL);
	if (!options->tmp || options->keep_tmp)
		return;
	/* A privileged program may have mounted something there, too. */
	while (umount2(options->tmp, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
		;
	tmp_remove(options->tmp, NULL);
}

static _Noreturn void init_main(const struct sandbox_options *options, bool is_pid_1,
				bool may_mount, int socket, int worker)
{
	int last_pid = is_pid_1 ? open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC) : -1;
	struct hello hello = {.proc_error = may_mount ? mount_proc() : 0};

	if (worker < 0) /* then only this tells of its death, and the folder is left */
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	setsid(); /* out of reach of the terminal's Ctrl-C */
	prctl(PR_SET_NAME, "ipcfault-init", 0, 0, 0);
	reset_signals();
	keep_descriptors(socket, worker, last_pid);
	if (send(INIT_SOCKET, &hello, sizeof(hello), MSG_NOSIGNAL) == sizeof(hello))
		answer_requests();
	clear_up(options, is_pid_1);
	child_exit(0);
}

static void note_proc(struct sandbox *sandbox, int error)
{
	errno = error;
	if (error)
		sandbox_refused(sandbox, SANDBOX_PROC, "mount");
	else
		sandbox->parts[SANDBOX_PROC].isolated = true;
}

static int fork_init(struct sandbox *sandbox, const struct sandbox_options *options, int sockets[2],
		     int worker, struct err *err)
{
	bool is_pid_1 = sandbox->parts[SANDBOX_PID].isolated;
	/* Never over the host's /proc. */
	bool may_mount = is_pid_1 && options->own_proc && sandbox->parts[SANDBOX_MOUNT].isolated;
	struct hello hello;

	sandbox->init = fault_point("fork") ? (errno = EAGAIN, -1) : fork();
	if (sandbox->init < 0) {
		sandbox->init = 0;
		return err_errno(err, -errno, "fork %s",
				 is_pid_1 ? "in the new pid namespace" : "of the worker");
	}
	if (sandbox->init == 0)
		init_main(options, is_pid_1, may_mount, sockets[1], worker);
	close(sockets[1]);
	sockets[1] = -1;
	sandbox->init_socket = TAKE_FD(sockets[0]);
	if (recv(sandbox->init_socket, &hello, sizeof(hello), 0) != sizeof(hello))
		return err_set(err, -EPIPE, "the worker's helper has died");
	if (may_mount)
		note_proc(sandbox, hello.proc_error);
	return 0;
}

/*
 * unshare(CLONE_NEWPID) leaves the caller where it is; its first child becomes
 * pid 1 of the new namespace and all later ones live there.  From the unshare
 * on there is no way back: without a pid 1 no child could be made.
 */
int init_start(struct sandbox *sandbox, const struct sandbox_options *options, struct err *err)
{
	cleanup_close int worker =
		fault_point("pidfd_open") ? (errno = ENOSYS, -1) : pidfd_open(getpid(), 0);
	int sockets[2] = {-1, -1}, rc = 0;

	if (fault_point("socketpair")
		    ? (errno = EMFILE, true)
		    : socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		sandbox_refused(sandbox, SANDBOX_PID, "socketpair");
	else if (fault_point("unshare") ? (errno = EPERM, true) : unshare(CLONE_NEWPID) < 0)
		sandbox_refused(sandbox, SANDBOX_PID, "unshare");
	else
		sandbox->parts[SANDBOX_PID].isolated = true;
	if (sandbox->parts[SANDBOX_PID].isolated ||
	    (sockets[0] >= 0 && options->tmp && !options->keep_tmp))
		rc = fork_init(sandbox, options, sockets, worker, err);
	if (!sandbox->parts[SANDBOX_PROC].isolated && !*sandbox->parts[SANDBOX_PROC].why)
		snprintf(sandbox->parts[SANDBOX_PROC].why, sizeof(sandbox->parts[0].why), "%s",
			 options->own_proc ? "needs the pid and mount namespaces"
					   : "not asked for");
	if (sockets[0] >= 0)
		close(sockets[0]);
	if (sockets[1] >= 0)
		close(sockets[1]);
	return rc;
}

static int ask_init(struct sandbox *sandbox, const struct request *request, bool *ret_left,
		    struct err *err)
{
	char left;

	if (send(sandbox->init_socket, request, sizeof(*request), MSG_NOSIGNAL) !=
		    sizeof(*request) ||
	    recv(sandbox->init_socket, &left, 1, 0) != 1)
		return err_set(err, -EPIPE, "pid 1 of the run's namespace has died");
	*ret_left = left;
	return 0;
}

int init_kill_all(struct sandbox *sandbox, bool *ret_left, struct err *err)
{
	return ask_init(sandbox, &(struct request){.kill = true, .last_pid = 1}, ret_left, err);
}

int init_set_last_pid(struct sandbox *sandbox, int pid, struct err *err)
{
	bool left;

	return ask_init(sandbox, &(struct request){.last_pid = pid}, &left, err);
}
