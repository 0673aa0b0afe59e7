/*
 * e2e-strike.c - run a command and send it a signal at a random moment
 *
 * e2e-strike SIGNAL SEED SPAN-US group|main COMMAND...
 *
 * The moment is up to SPAN-US after the start; for a signal that can be
 * caught, after the command has set its handler, so that it is in the middle
 * of its work.  `group` strikes the whole process group, as a terminal does.
 * Prints "struck" or, when the command was faster, "late" as the last line of
 * standard error; ends as the command did, with 128 + the signal that killed it.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static bool is_caught(pid_t pid, int signal)
{
	char path[64], text[4096] = "";
	const char *line;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	line = n > 0 ? strstr(text, "\nSigCgt:") : NULL;
	return line && strtoull(line + 8, NULL, 16) >> (signal - 1) & 1;
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = {0};

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid;
}

/* splitmix64 */
static uint64_t random_of(uint64_t seed)
{
	seed += 0x9e3779b97f4a7c15;
	seed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9;
	seed = (seed ^ seed >> 27) * 0x94d049bb133111eb;
	return seed ^ seed >> 31;
}

static void wait_for_the_moment(pid_t pid, int signal, uint64_t us)
{
	struct timespec delay = {(time_t)(us / 1000000), (long)(us % 1000000 * 1000)};

	while (signal != SIGKILL && !has_ended(pid) && !is_caught(pid, signal))
		;
	nanosleep(&delay, NULL);
}

int main(int argc, char **argv)
{
	int signal = argc > 5 ? atoi(argv[1]) : 0, status;
	bool late;
	pid_t pid;

	if (!signal) {
		fprintf(stderr, "usage: e2e-strike SIGNAL SEED SPAN-US group|main COMMAND...\n");
		return 2;
	}
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		execvp(argv[5], argv + 5);
		perror(argv[5]);
		_exit(127);
	}
	setpgid(pid, pid);
	wait_for_the_moment(pid, signal,
			    random_of(strtoull(argv[2], NULL, 10)) % strtoull(argv[3], NULL, 10));
	late = has_ended(pid);
	kill(strcmp(argv[4], "group") == 0 ? -pid : pid, signal);
	while (waitpid(pid, &status, 0) != pid)
		;
	fprintf(stderr, "%s\n", late ? "late" : "struck");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
