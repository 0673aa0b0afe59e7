/*
 * e2e-restart.c - two calls, the first of which the kernel makes again
 *
 * e2e-restart read|sleep: a handler with SA_RESTART runs during the first
 * read, or the first sleep is stopped and continued.  Says how both went.
 * A child interferes each time that it sees its parent asleep.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile int *handled; /* shared */

static void on_signal(int signal)
{
	(void)signal;
	++*handled;
}

static void say(const char *what, int error)
{
	printf("%s %s\n", what, error ? strerrorname_np(error) : "ok");
	fflush(stdout);
}

/* Until the process has one of these states, and sleeps in that call (-1 = whatever). */
static void wait_state(pid_t pid, const char *states, long nr)
{
	for (;;) {
		char path[64], text[1024] = "";
		FILE *file;
		bool found;

		snprintf(path, sizeof(path), "/proc/%d/stat", pid);
		file = fopen(path, "re");
		found = file && fgets(text, sizeof(text), file) && strrchr(text, ')') &&
			strchr(states, strrchr(text, ')')[2]);
		if (file)
			fclose(file);
		if (!found)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
		file = fopen(path, "re");
		found = nr < 0 || (file && fgets(text, sizeof(text), file) && atol(text) == nr);
		if (file)
			fclose(file);
		if (found)
			return;
	}
}

static int two_reads(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	pid_t parent = getpid();
	int ends[2];
	char byte;

	sigaction(SIGUSR1, &action, NULL);
	if (pipe(ends))
		return 1;
	if (fork() == 0) {
		wait_state(parent, "S", SYS_read);
		kill(parent, SIGUSR1);
		while (!*handled)
			;
		wait_state(parent, "S", SYS_read);
		(void)!write(ends[1], "ab", 2);
		_exit(0);
	}
	say("1", read(ends[0], &byte, 1) == 1 ? 0 : errno);
	say("2", read(ends[0], &byte, 1) == 1 ? 0 : errno);
	wait(NULL);
	say("handled", *handled == 1 ? 0 : EINVAL);
	return 0;
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static int two_sleeps(void)
{
	const struct timespec delay = {0, 100000000};
	pid_t parent = getpid();
	long long start = now_ms();

	if (fork() == 0) {
		wait_state(parent, "S", SYS_clock_nanosleep);
		kill(parent, SIGSTOP);
		wait_state(parent, "Tt", -1);
		kill(parent, SIGCONT);
		_exit(0);
	}
	say("1", clock_nanosleep(CLOCK_MONOTONIC, 0, &delay, NULL));
	say("long enough", now_ms() - start >= 100 ? 0 : EINVAL);
	say("2", clock_nanosleep(CLOCK_MONOTONIC, 0, &delay, NULL));
	wait(NULL);
	return 0;
}

int main(int argc, char **argv)
{
	handled = mmap(NULL, sizeof(*handled), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (argc == 2 && strcmp(argv[1], "read") == 0)
		return two_reads();
	if (argc == 2 && strcmp(argv[1], "sleep") == 0)
		return two_sleeps();
	fprintf(stderr, "usage: e2e-restart read|sleep\n");
	return 2;
}
