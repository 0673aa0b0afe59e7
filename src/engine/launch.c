#include "engine/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <linux/mempolicy.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "engine/numa.h"
#include "sys/raw_syscall.h"

#define CHILD_STACK  (64 * 1024)
#define HIGH_FD	     512 /* sources are first moved above every target */
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

#define PTRACE_OPTIONS                                                                             \
	(PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |                      \
	 PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)

/* In one mapping with the child's stack, at its low end. */
struct launch_shared {
	const struct launch *launch;
	const char *failed; /* the step that failed; NULL = none (yet) */
	int error;	    /* negative errno of that step */
	uint64_t ignored;   /* the signals that we ignore, bit n - 1 for n */
	uint32_t go;
};

/* As the kernel has it: struct sigaction of <asm/signal.h>. */
struct kernel_action {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	unsigned long mask;
};

/* The area of a launch that is over, for the next one. */
static void *spare;

static int is_executable(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EACCES;
	return access(path, X_OK) ? -errno : 0;
}

static int try_folder(const char *folder, size_t len, const char *name, char **ret_path)
{
	cleanup_free char *path = NULL;
	int rc;

	path = len ? mem_printf("%.*s/%s", (int)len, folder, name) : mem_strdup(name);
	if (!path)
		return -ENOMEM;
	rc = is_executable(path);
	if (!rc)
		*ret_path = TAKE_PTR(path);
	return rc;
}

int launch_find_program(const char *name, const char *folders, char **ret_path, struct err *err)
{
	int rc = -ENOENT, best = -ENOENT;

	if (strchr(name, '/')) {
		rc = try_folder("", 0, name, ret_path);
		return rc ? err_errno(err, rc, "cannot run '%s'", name) : 0;
	}
	for (const char *p = folders ? folders : DEFAULT_PATH;; p++) {
		size_t len = strcspn(p, ":");

		rc = try_folder(p, len, name, ret_path);
		if (!rc || rc == -ENOMEM)
			return rc;
		if (rc == -EACCES)
			best = rc;
		p += len;
		if (!*p)
			break;
	}
	return err_errno(err, best, "cannot run '%s' (looked in PATH)", name);
}

/*
 * From here to launch_child() all runs in the child, in our memory: no errno,
 * no libc state, and no sanitizer, whose notes of the stack would be ours.
 */
#define IN_CHILD __attribute__((no_sanitize("address", "undefined"), noinline))

IN_CHILD static void fail(struct launch_shared *shared, const char *step, long rc)
{
	shared->failed = step;
	shared->error = (int)rc;
	raw_syscall(SYS_exit_group, 127, 0, 0, 0, 0);
}

IN_CHILD static void check(struct launch_shared *shared, const char *step, long rc)
{
	if (rc < 0)
		fail(shared, step, rc);
}

/* What ipcfault ignores or blocks is not the program's business; execve(2) sees to the rest. */
IN_CHILD static void reset_signals(const struct launch_shared *shared)
{
	const struct kernel_action action = {.handler = SIG_DFL};
	unsigned long none = 0;

	for (int sig = 1; sig < 65; sig++)
		if (shared->ignored >> (sig - 1) & 1)
			raw_syscall(SYS_rt_sigaction, sig, (long)&action, 0, 8, 0);
	raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&none, 0, 8, 0);
}

IN_CHILD static void place_descriptors(struct launch_shared *shared)
{
	const struct launch *launch = shared->launch;
	long high[LAUNCH_FDS_MAX];

	raw_syscall(SYS_close_range, 0, (long)UINT_MAX, CLOSE_RANGE_CLOEXEC, 0, 0);
	for (size_t i = 0; i < launch->fd_count; i++) {
		high[i] = raw_syscall(SYS_fcntl, launch->fds[i].source, F_DUPFD_CLOEXEC, HIGH_FD, 0,
				      0);
		check(shared, "dup", high[i]);
	}
	for (size_t i = 0; i < launch->fd_count; i++)
		check(shared, "dup3",
		      raw_syscall(SYS_dup3, high[i], launch->fds[i].target, 0, 0, 0));
}

/* With CAP_SYS_ADMIN the filter needs no NO_NEW_PRIVS, which the program could see. */
IN_CHILD static void install_filter(struct launch_shared *shared)
{
	const struct filter *filter = shared->launch->filter;
	struct sock_fprog program = {filter->length, filter->code};
	long rc = raw_syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, (long)&program, 0, 0);

	if (rc == -EACCES) {
		check(shared, "no_new_privs",
		      raw_syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
		rc = raw_syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, (long)&program, 0, 0);
	}
	check(shared, "seccomp", rc);
}

IN_CHILD static void set_limits(struct launch_shared *shared)
{
	const struct launch *launch = shared->launch;

	for (size_t i = 0; i < launch->limit_count; i++) {
		struct rlimit limit = {launch->limits[i].value, launch->limits[i].value};

		check(shared, "setrlimit",
		      raw_syscall(SYS_prlimit64, 0, launch->limits[i].resource, (long)&limit, 0,
				  0));
	}
}

/* Children and what is executed later are placed alike. */
IN_CHILD static void set_place(struct launch_shared *shared)
{
	const struct numa_place *place = shared->launch->place;

	if (place && place->has_cpus)
		check(shared, "sched_setaffinity",
		      raw_syscall(SYS_sched_setaffinity, 0, sizeof(place->cpus), (long)&place->cpus,
				  0, 0));
	if (place && place->has_nodes) /* the kernel counts one bit less than it is told */
		check(shared, "set_mempolicy",
		      raw_syscall(SYS_set_mempolicy, MPOL_BIND, (long)place->nodes,
				  NUMA_NODES_MAX + 1, 0, 0));
}

IN_CHILD static int launch_child(void *arg)
{
	struct launch_shared *shared = arg;
	const struct launch *launch = shared->launch;

	raw_syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	while (!__atomic_load_n(&shared->go, __ATOMIC_ACQUIRE))
		raw_syscall(SYS_futex, (long)&shared->go, FUTEX_WAIT, 0, 0, 0);
	if (!launch->same_session)
		raw_syscall(SYS_setsid, 0, 0, 0, 0, 0);
	reset_signals(shared);
	place_descriptors(shared);
	if (launch->cwd)
		check(shared, "chdir", raw_syscall(SYS_chdir, (long)launch->cwd, 0, 0, 0, 0));
	set_limits(shared);
	set_place(shared);
	raw_syscall(SYS_prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0);
	install_filter(shared);
	fail(shared, "execve",
	     raw_syscall(SYS_execve, (long)launch->path, (long)launch->argv, (long)launch->envp, 0,
			 0));
	return 127;
}

/*
 * Asked once in a process: a tracer does not change what it ignores.  Not by
 * sigaction(3), which keeps the C library's own signals to itself.
 */
static uint64_t ignored_signals(void)
{
	static uint64_t ignored;
	static pid_t asked;
	struct kernel_action action = {.handler = SIG_DFL};

	if (asked == getpid())
		return ignored;
	ignored = 0;
	for (int sig = 1; sig < 65; sig++)
		if (raw_syscall(SYS_rt_sigaction, sig, 0, (long)&action, 8, 0) == 0 &&
		    action.handler == SIG_IGN)
			ignored |= UINT64_C(1) << (sig - 1);
	asked = getpid();
	return ignored;
}

static struct launch_shared *shared_new(const struct launch *launch)
{
	void *area = spare;
	struct launch_shared *shared;

	spare = NULL;
	if (!area && !fault_point("mmap"))
		area = mmap(NULL, CHILD_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);
	if (!area || area == MAP_FAILED)
		return NULL;
	shared = area;
	*shared = (struct launch_shared){.launch = launch, .ignored = ignored_signals()};
	return shared;
}

static void shared_free(struct launch_shared *shared)
{
	if (!spare)
		spare = shared;
	else if (shared)
		munmap(shared, CHILD_STACK);
}

static void let_go(struct launch_shared *shared)
{
	__atomic_store_n(&shared->go, 1, __ATOMIC_RELEASE);
	syscall(SYS_futex, &shared->go, FUTEX_WAKE, 1, NULL, NULL, 0);
}

int launch_start(const struct launch *launch, struct launched *ret_launched, struct err *err)
{
	struct launch_shared *shared;
	pid_t pid;
	int rc;

	if (launch->fd_count > LAUNCH_FDS_MAX)
		return err_set(err, -E2BIG, "'%s' is given more than %d descriptors", launch->path,
			       LAUNCH_FDS_MAX);
	shared = shared_new(launch);
	if (!shared)
		return err_errno(err, -ENOMEM, "start '%s'", launch->path);
	pid = fault_point("clone") ? (errno = EAGAIN, -1)
				   : clone(launch_child, (char *)shared + CHILD_STACK,
					   CLONE_VM | SIGCHLD, shared);
	if (pid < 0) {
		rc = err_errno(err, -errno, "start '%s'", launch->path);
		shared_free(shared);
		return rc;
	}
	if (fault_point("seize") ? (errno = EPERM, true)
				 : ptrace(PTRACE_SEIZE, pid, 0, PTRACE_OPTIONS) < 0) {
		rc = err_errno(err, -errno, "attach to '%s'", launch->path);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, __WALL);
		shared_free(shared);
		return rc;
	}
	let_go(shared);
	*ret_launched = (struct launched){pid, shared};
	return 0;
}

int launched_error(const struct launched *launched, const struct launch *launch, struct err *err)
{
	const struct launch_shared *shared = launched->shared;

	if (!shared || !shared->failed)
		return 0;
	if (strcmp(shared->failed, "chdir") == 0)
		return err_errno(err, shared->error, "cannot start '%s' in '%s'", launch->path,
				 launch->cwd);
	if (strcmp(shared->failed, "execve") == 0)
		return err_errno(err, shared->error, "cannot execute '%s'", launch->path);
	return err_errno(err, shared->error, "cannot start '%s': %s", launch->path, shared->failed);
}

void launched_release(struct launched *launched)
{
	shared_free(launched->shared);
	launched->shared = NULL;
}
