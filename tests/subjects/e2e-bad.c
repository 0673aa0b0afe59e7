/*
 * e2e-bad.c - programs that behave badly towards who runs them
 *
 * e2e-bad HOW
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each generation outlives the one before: there is never one process to kill. */
static _Noreturn int fork_chain(void)
{
	for (;;) {
		pid_t pid = fork();

		if (pid > 0)
			_exit(0);
	}
}

/* Every process forks: the number doubles until something fails. */
static _Noreturn int fork_tree(void)
{
	for (;;)
		if (fork() < 0)
			sched_yield();
}

static _Noreturn int fork_sessions(void)
{
	for (;;)
		if (fork() == 0) {
			setsid();
			pause();
		}
}

static int close_all(void)
{
	close_range(0, ~0U, 0);
	return open("/dev/null", O_RDWR) == 0 ? 0 : 1;
}

static int kill_parent(void)
{
	return kill(getppid(), SIGKILL) ? errno : 0;
}

/* Pid 1 of a pid namespace cannot be killed from inside; of the others it is all there is. */
static int kill_all(void)
{
	kill(-1, SIGKILL);
	kill(1, SIGKILL);
	return 0;
}

static void ignore_all(void)
{
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_IGN);
}

static _Noreturn int spin(void)
{
	ignore_all();
	for (;;)
		;
}

static int print(void)
{
	char block[4096];

	memset(block, 'x', sizeof(block));
	for (;;)
		if (write(1, block, sizeof(block)) < 0)
			return 1;
}

static int stop(void)
{
	raise(SIGSTOP);
	return 0;
}

static int daemonize(void)
{
	ignore_all();
	if (fork())
		_exit(0);
	setsid();
	if (fork())
		_exit(0);
	if (chdir("/"))
		return 1;
	close_range(0, ~0U, 0);
	for (;;)
		pause();
}

static int trace_me(void)
{
	if (ptrace(PTRACE_TRACEME, 0, 0, 0))
		perror("PTRACE_TRACEME");
	return 0;
}

/* One of each kind of object, never removed. */
static int litter(void)
{
	const char *tmp = getenv("TMPDIR");
	char path[4096];
	int fd;

	fd = shm_open("/e2e-litter", O_CREAT | O_RDWR, 0600);
	if (fd < 0 || ftruncate(fd, 4096))
		perror("shm_open");
	if (mq_open("/e2e-litter", O_CREAT | O_RDWR, 0600, NULL) < 0)
		perror("mq_open");
	if (shmget(0x0e2e, 4096, IPC_CREAT | 0600) < 0 || semget(0x0e2e, 1, IPC_CREAT | 0600) < 0 ||
	    msgget(0x0e2e, IPC_CREAT | 0600) < 0)
		perror("System V");
	snprintf(path, sizeof(path), "%s/folder", tmp ? tmp : "/tmp");
	if (mkdir(path, 0))
		perror(path);
	snprintf(path, sizeof(path), "%s/fifo", tmp ? tmp : "/tmp");
	if (mkfifo(path, 0600))
		perror(path);
	if (mount("none", tmp, "tmpfs", 0, NULL) && errno != EPERM)
		perror("mount");
	return 0;
}

/* Half a million short-lived threads would do the same; this one eats processor and memory. */
static int eat_memory(void)
{
	const size_t size = 64u << 20;
	struct rlimit limit = {size, size};

	setrlimit(RLIMIT_AS, &limit);
	for (;;) {
		char *p = malloc(4096);

		if (!p)
			abort();
		memset(p, 1, 4096);
	}
}

/* clang-format off */
static const struct {
	const char *name;
	int (*run)(void);
} ways[] = {
	{ "fork-chain",    fork_chain },
	{ "fork-tree",     fork_tree },
	{ "fork-sessions", fork_sessions },
	{ "close-all",     close_all },
	{ "kill-parent",   kill_parent },
	{ "kill-all",      kill_all },
	{ "spin",          spin },
	{ "print",         print },
	{ "stop",          stop },
	{ "daemonize",     daemonize },
	{ "trace-me",      trace_me },
	{ "litter",        litter },
	{ "eat-memory",    eat_memory },
};
/* clang-format on */

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof(ways) / sizeof(*ways); i++)
		if (strcmp(argv[1], ways[i].name) == 0)
			return ways[i].run();
	fprintf(stderr, "usage: e2e-bad HOW\n");
	return 2;
}
