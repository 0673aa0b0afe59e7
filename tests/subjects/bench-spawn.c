/*
 * bench-spawn.c - run a command many times, one after the other
 *
 * bench-spawn COUNT COMMAND...: prints microseconds per run
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

int main(int argc, char **argv)
{
	int count = argc > 2 ? atoi(argv[1]) : 0;
	double start = now_us();

	if (count <= 0) {
		fprintf(stderr, "usage: bench-spawn COUNT COMMAND...\n");
		return 2;
	}
	for (int i = 0; i < count; i++) {
		pid_t pid;
		int status;

		if (posix_spawnp(&pid, argv[2], NULL, NULL, argv + 2, environ) ||
		    waitpid(pid, &status, 0) != pid)
			return 1;
	}
	printf("%.1f\n", (now_us() - start) / count);
	return 0;
}
