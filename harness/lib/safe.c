#include "lib/safe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What was printed and could not be written is no success: as close_stdout() of gnulib. */
static void check_stdout(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return;
	fprintf(stderr, "%s: cannot write standard output: %s\n", program_invocation_short_name,
		strerror(errno));
	_exit(STATUS_WRONG);
}

__attribute__((constructor)) static void check_stdout_at_exit(void)
{
	atexit(check_stdout);
}

static void wait_ready(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	while (poll(&p, 1, -1) < 0 && errno == EINTR)
		;
}

int safe_write(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n >= 0) {
			at += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			wait_ready(fd, POLLOUT);
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

ssize_t safe_read_some(int fd, void *data, size_t len)
{
	for (;;) {
		ssize_t n = read(fd, data, len);

		if (n >= 0)
			return n;
		if (errno == EAGAIN)
			wait_ready(fd, POLLIN);
		else if (errno != EINTR)
			return -errno;
	}
}

ssize_t safe_read(int fd, void *data, size_t len)
{
	char *to = data;
	size_t got = 0;

	while (got < len) {
		ssize_t n = safe_read_some(fd, to + got, len - got);

		if (n < 0)
			return n;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

int safe_open(const char *path, int flags, mode_t mode)
{
	int fd;

	do
		fd = open(path, flags | O_CLOEXEC, mode);
	while (fd < 0 && errno == EINTR);
	return fd < 0 ? -errno : fd;
}

int safe_wait(pid_t pid, int *ret_status)
{
	pid_t got;

	do
		got = waitpid(pid, ret_status, 0);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

void safe_close(int *fd)
{
	/* Never again after EINTR: Linux has released the descriptor, see close(2). */
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void make_pipe(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC) < 0)
		die("pipe");
}

#define SHARERS_MAX 16

/* Set by share_fate(). */
static void (*fate_told)(void);
static pid_t sharers[SHARERS_MAX];
static volatile sig_atomic_t sharer_count;

static void exit_as_gone(void)
{
	static const char text[] = "a child has died or failed\n";

	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(STATUS_WRONG);
	_exit(STATUS_GONE);
}

static bool has_ended_badly(pid_t pid)
{
	siginfo_t info = {0};

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid &&
	       (info.si_code != CLD_EXITED || info.si_status);
}

static void on_end_of_child(int sig)
{
	int error = errno;

	(void)sig;
	for (int i = 0; i < sharer_count; i++)
		if (has_ended_badly(sharers[i]))
			fate_told();
	errno = error;
}

pid_t make_child(void)
{
	pid_t parent = getpid(), pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid > 0 && fate_told && sharer_count < SHARERS_MAX) {
		sharers[sharer_count] = pid;
		sharer_count++;
		on_end_of_child(SIGCHLD); /* it may have ended before it was noted */
	}
	if (pid == 0 && fate_told) {
		signal(SIGCHLD, SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(STATUS_GONE);
	}
	return pid;
}

bool a_child_has_ended(void)
{
	siginfo_t info = {0};
	int error = errno;
	bool has_ended = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid;

	errno = error;
	return has_ended;
}

void share_fate(void (*told)(void))
{
	fate_told = told ? told : exit_as_gone;
	on_signal(SIGCHLD, on_end_of_child, SA_RESTART | SA_NOCLDSTOP);
}

void on_signal(int sig, void (*handler)(int), int flags)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = flags};

	sigemptyset(&sa.sa_mask);
	if (sigaction(sig, &sa, NULL) < 0)
		die("sigaction");
}

void die(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
	exit(STATUS_USAGE);
}

void wait_for_input(void)
{
	char byte;

	safe_read_some(STDIN_FILENO, &byte, 1);
}

void say_and_wait(const char *line)
{
	puts(line);
	if (fflush(stdout))
		die("standard output");
	wait_for_input();
}

int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
