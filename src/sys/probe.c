#include "sys/probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "sys/names.h"
#include "sys/procfs.h"

static bool no(char *text, size_t size, const char *what)
{
	const char *name = errno_name(errno);

	snprintf(text, size, "%s: %s", what, name ? name : "failed");
	return false;
}

static bool read_line(const char *path, char *line, size_t size)
{
	cleanup_fclose FILE *file = fopen(path, "re");

	if (!file || !fgets(line, (int)size, file))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

/* --- a child to try things on ---------------------------------------------- */

static pid_t child_start(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void child_end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, __WALL);
}

/* A child in a ptrace stop; -1 with errno set. */
static pid_t traced_start(void)
{
	pid_t pid = child_start();
	int status, code;

	if (pid < 0)
		return -1;
	if (ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_EXITKILL) == 0 &&
	    ptrace(PTRACE_INTERRUPT, pid, 0, 0) == 0 && waitpid(pid, &status, __WALL) == pid &&
	    WIFSTOPPED(status))
		return pid;
	code = errno;
	child_end(pid);
	errno = code;
	return -1;
}

/* --- essential --------------------------------------------------------------- */

static bool probe_ptrace(char *text, size_t size)
{
	pid_t pid = traced_start();

	if (pid < 0)
		return no(text, size, "PTRACE_SEIZE");
	child_end(pid);
	return true;
}

static bool probe_seccomp(char *text, size_t size)
{
	unsigned action = SECCOMP_RET_TRACE;

	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action))
		return no(text, size, "SECCOMP_RET_TRACE");
	return true;
}

static bool probe_syscall_info(char *text, size_t size)
{
	char info[128]; /* struct ptrace_syscall_info, which two headers define */
	pid_t pid = traced_start();
	long rc;

	if (pid < 0)
		return no(text, size, "PTRACE_SEIZE");
	rc = ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(info), info);
	if (rc < 0)
		no(text, size, "PTRACE_GET_SYSCALL_INFO");
	child_end(pid);
	return rc >= 0;
}

static bool probe_process_vm(char *text, size_t size)
{
	static char here[4] = "ipc", there[4];
	struct iovec local = {there, sizeof(there)}, remote = {here, sizeof(here)};
	pid_t pid = child_start();
	bool ok;

	if (pid < 0)
		return no(text, size, "fork");
	ok = process_vm_readv(pid, &local, 1, &remote, 1, 0) == (ssize_t)sizeof(there);
	if (!ok)
		no(text, size, "process_vm_readv");
	child_end(pid);
	return ok;
}

/* CONFIG_HAVE_ARCH_TRACEHOOK, and a /proc that shows it to us. */
static bool probe_proc_syscall(char *text, size_t size)
{
	cleanup_close int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct procfs_task task;
	pid_t pid = child_start();
	int rc;

	if (pid < 0)
		return no(text, size, "fork");
	rc = procfs_task_read(proc_fd, pid, &task);
	child_end(pid);
	if (!rc)
		return true;
	errno = -rc;
	return no(text, size, "/proc/PID/syscall");
}

/* --- what makes more possible -------------------------------------------------- */

static bool probe_pidfd_getfd(char *text, size_t size)
{
	pid_t pid = child_start();
	cleanup_close int pidfd = pid < 0 ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
	cleanup_close int copy = pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pidfd, 0, 0);
	/* EBADF: the child has no standard input, but the call was allowed. */
	bool ok = copy >= 0 || (pidfd >= 0 && errno == EBADF);

	if (!ok)
		no(text, size, "pidfd_getfd");
	if (pid > 0)
		child_end(pid);
	return ok;
}

static bool try_namespaces(int flags, char *text, size_t size)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(unshare(flags) ? errno : 0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return no(text, size, "fork");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	errno = WEXITSTATUS(status);
	return no(text, size, "unshare");
}

static bool probe_userns(char *text, size_t size)
{
	return try_namespaces(CLONE_NEWUSER, text, size);
}

static bool probe_sandbox(char *text, size_t size)
{
	int spaces = CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNS | CLONE_NEWNET;

	return try_namespaces(spaces, text, size) ||
	       try_namespaces(spaces | CLONE_NEWUSER, text, size);
}

static bool probe_hardware_breakpoints(char *text, size_t size)
{
#if defined(__x86_64__)
	size_t slot = offsetof(struct user, u_debugreg);
	pid_t pid = traced_start();
	bool ok;

	if (pid < 0)
		return no(text, size, "PTRACE_SEIZE");
	/* Any address, then "execute" in slot 0. */
	ok = ptrace(PTRACE_POKEUSER, pid, (void *)slot, (void *)0x1000) == 0 &&
	     ptrace(PTRACE_POKEUSER, pid, (void *)(slot + 7 * sizeof(long)), (void *)1) == 0;
	if (!ok)
		no(text, size, "PTRACE_POKEUSER");
	child_end(pid);
	return ok;
#else
	snprintf(text, size, "not used on this machine");
	return false;
#endif
}

static bool probe_perf(char *text, size_t size)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.exclude_kernel = 1,
	};
	cleanup_close int fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);

	return fd >= 0 || no(text, size, "perf_event_open");
}

static bool probe_mqueue(char *text, size_t size)
{
	char name[32];
	mqd_t queue;

	snprintf(name, sizeof(name), "/ipcfault-probe-%d", getpid());
	queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, NULL);
	if (queue < 0)
		return no(text, size, "mq_open");
	mq_unlink(name);
	mq_close(queue);
	return true;
}

/* Wrong arguments are refused as such only where the call is there and allowed. */
static bool probe_io_uring(char *text, size_t size)
{
	long rc = syscall(SYS_io_uring_setup, 0, NULL);

	if (rc < 0 && (errno == ENOSYS || errno == EPERM))
		return no(text, size, "io_uring_setup");
	return true;
}

static bool probe_children(char *text, size_t size)
{
	if (access("/proc/thread-self/children", R_OK))
		return no(text, size, "/proc/PID/task/TID/children");
	return true;
}

/* Yama: 0 or absent = ptrace as ever, 1 = only descendants, 2 = only root, 3 = nobody. */
static bool probe_yama(char *text, size_t size)
{
	char scope[16];

	if (!read_line("/proc/sys/kernel/yama/ptrace_scope", scope, sizeof(scope))) {
		snprintf(text, size, "no Yama");
		return true;
	}
	snprintf(text, size, "ptrace_scope %s", scope);
	return scope[0] < '2' || (scope[0] == '2' && geteuid() == 0);
}

#if defined(__x86_64__)
/* getpid by its 32 bit number; SIGSEGV where the gate is closed. */
static bool call_int80(void)
{
	long result = 20;

	__asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
	return result > 0;
}
#endif

/* Calls that come in by the old gate are seen and reported, not injected. */
static bool probe_ia32(char *text, size_t size)
{
#if defined(__x86_64__)
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(call_int80() ? 0 : 1);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return no(text, size, "fork");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	snprintf(text, size, "int $0x80 is closed");
#else
	snprintf(text, size, "not this machine");
#endif
	return false;
}

bool probe_program(const char *name)
{
	const char *path = getenv("PATH");
	cleanup_free char *copy = NULL;
	char *rest, *dir;

	if (strchr(name, '/'))
		return access(name, X_OK) == 0;
	copy = mem_strdup(path ? path : "/usr/bin:/bin");
	rest = copy;
	while (rest && (dir = strsep(&rest, ":"))) {
		cleanup_free char *file = mem_printf("%s/%s", *dir ? dir : ".", name);

		if (file && access(file, X_OK) == 0)
			return true;
	}
	return false;
}

static bool in_path(const char *name, char *text, size_t size)
{
	if (probe_program(name))
		return true;
	snprintf(text, size, "%s is not in PATH", name);
	return false;
}

static bool probe_valgrind(char *text, size_t size)
{
	return in_path("valgrind", text, size);
}

static bool probe_clang(char *text, size_t size)
{
	return in_path("clang", text, size);
}

static bool probe_qemu_user(char *text, size_t size)
{
	return in_path("qemu-x86_64", text, size);
}

static bool probe_gcc(char *text, size_t size)
{
	return in_path("gcc", text, size);
}

/* --- counts ------------------------------------------------------------------- */

static unsigned count_cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 1 : (unsigned)CPU_COUNT(&set);
}

static unsigned count_numa_nodes(void)
{
	cleanup_closedir DIR *dir = opendir("/sys/devices/system/node");
	const struct dirent *entry;
	unsigned count = 0, number;

	while (dir && (entry = readdir(dir)))
		count += sscanf(entry->d_name, "node%u", &number) == 1;
	return count ? count : 1;
}

static bool probe_cpus(char *text, size_t size)
{
	unsigned count = count_cpus();

	snprintf(text, size, "%u", count);
	return count >= 2;
}

static bool probe_numa(char *text, size_t size)
{
	unsigned count = count_numa_nodes();

	snprintf(text, size, "%u", count);
	return count >= 2;
}

static bool probe_kernel(char *text, size_t size)
{
	struct utsname name;

	if (uname(&name))
		return false;
	snprintf(text, size, "%s %s", name.release, name.machine);
	return true;
}

/* clang-format off */
static const struct probe probes[] = {
	{ "kernel",        "what the rest is to be read with", false, probe_kernel },
	{ "ptrace",        "every fault", true, probe_ptrace },
	{ "seccomp",       "every fault at a call", true, probe_seccomp },
	{ "syscall-info",  "every fault at a call", true, probe_syscall_info },
	{ "process-vm",    "reading arguments in the program's memory", true, probe_process_vm },
	{ "proc-syscall",  "`phase: blocked`, deadlocks", true, probe_proc_syscall },
	{ "yama",          "tracing at all", true, probe_yama },
	{ "proc-children", "finding orphans", false, probe_children },
	{ "pidfd-getfd",   "telling sockets apart, faults on a peer without stopping it", false, probe_pidfd_getfd },
	{ "userns",        "the sandbox without root", false, probe_userns },
	{ "sandbox",       "runs that cannot disturb each other; leaks of objects", false, probe_sandbox },
	{ "hardware-breakpoints", "`function:` in programs with threads", false, probe_hardware_breakpoints },
	{ "perf",          "counting instructions", false, probe_perf },
	{ "mqueue",        "scenarios with POSIX queues", false, probe_mqueue },
	{ "io-uring",      "nothing: what goes through a ring is not seen", false, probe_io_uring },
	{ "ia32",          "nothing: calls of 32 bit code are reported, not injected", false, probe_ia32 },
	{ "cpus",          "races between processors", false, probe_cpus },
	{ "numa-nodes",    "races between nodes", false, probe_numa },
	{ "valgrind",      "`under:`", false, probe_valgrind },
	{ "clang",         "`build:` with clang", false, probe_clang },
	{ "gcc",           "`build:` with gcc", false, probe_gcc },
	{ "qemu-user",     "`explore --unmodified`", false, probe_qemu_user },
};
/* clang-format on */

const struct probe *probe_get(size_t index)
{
	return index < ARRAY_SIZE(probes) ? &probes[index] : NULL;
}

/* --- `needs:` ------------------------------------------------------------------- */

static int lacks(char **ret_reason, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int lacks(char **ret_reason, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = mem_vprintf(fmt, ap);
	va_end(ap);
	if (!text)
		return -ENOMEM;
	*ret_reason = text;
	return 0;
}

static int need_probe(const char *word, char **ret_reason)
{
	char text[PROBE_TEXT_MAX] = "";

	for (size_t i = 0; i < ARRAY_SIZE(probes); i++) {
		if (strcmp(probes[i].name, word) != 0)
			continue;
		if (probes[i].run(text, sizeof(text)))
			return 1;
		return lacks(ret_reason, "needs %s%s%s", word, text[0] ? ": " : "", text);
	}
	return -EINVAL;
}

/* The digits of "2", up to the end. */
static bool parse_count(const char *text, unsigned *ret_count)
{
	char *end;
	unsigned long value;

	if (text[0] < '0' || text[0] > '9')
		return false;
	value = strtoul(text, &end, 10);
	if (*end || value > 1000000)
		return false;
	*ret_count = (unsigned)value;
	return true;
}

static int need_count(const char *text, const char *what, unsigned have, char **ret_reason)
{
	unsigned want;

	if (!parse_count(text, &want))
		return -EINVAL;
	if (have >= want)
		return 1;
	return lacks(ret_reason, "needs %u %s, here are %u", want, what, have);
}

static int need_cpus(const char *text, char **ret_reason)
{
	return need_count(text, "processors", count_cpus(), ret_reason);
}

static int need_numa(const char *text, char **ret_reason)
{
	return need_count(text, "NUMA nodes", count_numa_nodes(), ret_reason);
}

static int need_kernel(const char *text, char **ret_reason)
{
	unsigned want_major, want_minor, major, minor;
	struct utsname name;
	int used = 0;

	if (sscanf(text, "%u.%u%n", &want_major, &want_minor, &used) != 2 || text[used])
		return -EINVAL;
	if (uname(&name) || sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return lacks(ret_reason, "needs Linux %s", text);
	if (major > want_major || (major == want_major && minor >= want_minor))
		return 1;
	return lacks(ret_reason, "needs Linux %s, this is %s", text, name.release);
}

/* A path may have wildcards: where versions live beside each other. */
static bool is_there(const char *path)
{
	glob_t found;
	bool there;

	if (!strchr(path, '/') || glob(path, 0, NULL, &found))
		return false;
	there = access(found.gl_pathv[found.gl_pathc - 1], X_OK) == 0;
	globfree(&found);
	return there;
}

static int need_program(const char *name, char **ret_reason)
{
	if (!*name)
		return -EINVAL;
	return probe_program(name) || is_there(name)
		       ? 1
		       : lacks(ret_reason, "needs the program %s", name);
}

static int need_root(const char *rest, char **ret_reason)
{
	if (*rest)
		return -EINVAL;
	return geteuid() == 0 ? 1 : lacks(ret_reason, "needs root");
}

static const struct need_row {
	const char *prefix, *example;
	int (*run)(const char *rest, char **ret_reason);
} needs[] = {
	{"cpus>=", "cpus>=2", need_cpus},
	{"numa-nodes>=", "numa-nodes>=2", need_numa},
	{"kernel>=", "kernel>=6.1", need_kernel},
	{"program:", "program:NAME", need_program},
	{"root", "root", need_root},
};

int probe_need(const char *word, char **ret_reason)
{
	for (size_t i = 0; i < ARRAY_SIZE(needs); i++) {
		size_t len = strlen(needs[i].prefix);

		if (strncmp(word, needs[i].prefix, len) == 0)
			return needs[i].run(word + len, ret_reason);
	}
	return need_probe(word, ret_reason);
}

const char *const *probe_need_words(size_t *ret_count)
{
	static const char *words[ARRAY_SIZE(probes) + ARRAY_SIZE(needs)];
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(needs); i++)
		words[count++] = needs[i].example;
	for (size_t i = 0; i < ARRAY_SIZE(probes); i++)
		words[count++] = probes[i].name;
	*ret_count = count;
	return words;
}
