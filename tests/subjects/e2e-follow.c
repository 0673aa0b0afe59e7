/*
 * e2e-follow.c - three writes to /dev/null, made by different processes
 *
 * e2e-follow WAY: the parent makes the first and the third, a descendant or
 * thread the second.  Standard output tells how each went: "1 ok", "2 EIO",
 * "3 ok".
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* musl has no <linux/sched.h> of its own. */
#ifndef CLONE_UNTRACED
#define CLONE_UNTRACED 0x00800000
#endif

extern char **environ;

static const char *self;
static int null;

static void say(const char *what, int error)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "%s %s\n", what,
			   error ? strerrorname_np(error) : "ok");

	(void)!write(1, text, (size_t)len);
}

static void write_one(const char *what)
{
	say(what, write(null, what, 1) == 1 ? 0 : errno);
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, __WALL) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

static void by_fork(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		write_one("2");
		_exit(0);
	}
	wait_for(pid);
}

static void by_vfork(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execl(self, self, "second", NULL);
		_exit(127);
	}
	wait_for(pid);
}

static void by_posix_spawn(void)
{
	char *argv[] = {(char *)(uintptr_t)self, "second", NULL};
	pid_t pid;

	if (posix_spawn(&pid, self, NULL, NULL, argv, environ) == 0)
		wait_for(pid);
}

static void by_system(void)
{
	char command[4200];

	snprintf(command, sizeof(command), "%s second", self);
	(void)!system(command);
}

static void by_popen(void)
{
	char command[4200], text[64] = "";
	FILE *pipe;

	snprintf(command, sizeof(command), "%s second", self);
	pipe = popen(command, "r");
	if (!pipe || !fgets(text, sizeof(text), pipe))
		perror("popen");
	pclose(pipe);
	(void)!write(1, text, strlen(text));
}

static void *thread_body(void *arg)
{
	(void)arg;
	write_one("2");
	return NULL;
}

static void by_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_body, NULL) == 0)
		pthread_join(thread, NULL);
}

static int clone_body(void *arg)
{
	(void)arg;
	write_one("2");
	return 0;
}

static void by_clone_untraced(void)
{
	static char stack[65536] __attribute__((aligned(16)));

	wait_for(clone(clone_body, stack + sizeof(stack), CLONE_UNTRACED | SIGCHLD, NULL));
}

static void by_clone3_untraced(void)
{
	/* struct clone_args, which musl-gcc cannot include: clone(2). */
	uint64_t args[8] = {[0] = CLONE_UNTRACED, [4] = SIGCHLD};
	long pid = syscall(SYS_clone3, args, sizeof(args));

	if (pid == 0) {
		write_one("2");
		_exit(0);
	}
	wait_for((pid_t)pid);
}

/* The grandchild is nobody's child any more; it ends before the parent goes on. */
static void by_daemon(void)
{
	int ends[2];
	char byte;
	pid_t pid;

	if (pipe(ends))
		return;
	pid = fork();
	if (pid == 0) {
		setsid();
		if (fork() == 0) {
			close(ends[0]);
			write_one("2");
			_exit(0);
		}
		_exit(0);
	}
	close(ends[1]);
	wait_for(pid);
	while (read(ends[0], &byte, 1) < 0 && errno == EINTR)
		;
	close(ends[0]);
}

static void *exec_body(void *arg)
{
	(void)arg;
	execl(self, self, "second-third", NULL);
	return NULL;
}

/* All other threads are gone with it, and the new program goes on as the leader. */
static void by_exec_of_a_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, exec_body, NULL);
	for (;;)
		pause();
}

static void *last_body(void *leader)
{
	pthread_join(*(pthread_t *)leader, NULL);
	write_one("2");
	write_one("3");
	exit(0);
}

static void by_thread_without_leader(void)
{
	static pthread_t leader;
	pthread_t thread;

	leader = pthread_self();
	pthread_create(&thread, NULL, last_body, &leader);
	pthread_exit(NULL);
}

/* Opens only: the loader of the program and of what it starts opens files, too. */
static void open_one(const char *what)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	say(what, fd < 0 ? errno : 0);
	if (fd >= 0)
		close(fd);
}

static void by_open(void)
{
	char *argv[] = {(char *)(uintptr_t)self, "second-open", NULL};
	pid_t pid;

	open_one("1");
	if (posix_spawn(&pid, self, NULL, NULL, argv, environ) == 0)
		wait_for(pid);
#ifndef WITHOUT_DLOPEN
	if (!dlopen("libutil.so.1", RTLD_NOW))
		puts(dlerror());
#endif
	open_one("3");
}

static void by_read(void)
{
	char byte;
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	for (int i = 1; i <= 3; i++)
		say((const char *[]){"1", "2", "3"}[i - 1], read(zero, &byte, 1) == 1 ? 0 : errno);
	close(zero);
}

/* clang-format off */
static const struct {
	const char *name;
	void (*run)(void);
} ways[] = {
	{ "fork",            by_fork },
	{ "vfork",           by_vfork },
	{ "posix_spawn",     by_posix_spawn },
	{ "system",          by_system },
	{ "popen",           by_popen },
	{ "pthread_create",  by_thread },
	{ "clone-untraced",  by_clone_untraced },
	{ "clone3-untraced", by_clone3_untraced },
	{ "daemon",          by_daemon },
	{ "exec-thread",     by_exec_of_a_thread },
	{ "leader-exits",    by_thread_without_leader },
};
/* clang-format on */

int main(int argc, char **argv)
{
	const char *way = argc == 2 ? argv[1] : "";

	self = argv[0];
	if (strcmp(way, "open") == 0)
		return by_open(), 0;
	if (strcmp(way, "read") == 0)
		return by_read(), 0;
	if (strcmp(way, "second-open") == 0)
		return open_one("2"), 0;
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (strncmp(way, "second", 6) == 0) {
		write_one("2");
		if (strcmp(way, "second-third") == 0)
			write_one("3");
		return 0;
	}
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (strcmp(way, ways[i].name) == 0) {
			write_one("1");
			ways[i].run();
			write_one("3");
			return 0;
		}
	fprintf(stderr, "usage: e2e-follow WAY\n");
	return 2;
}
