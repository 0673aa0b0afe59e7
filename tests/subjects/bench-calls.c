/*
 * bench-calls.c - how long a cheap call takes
 *
 * bench-calls write|getppid COUNT FILE: writes nanoseconds per call into FILE
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(int argc, char **argv)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	long count = argc == 4 ? atol(argv[2]) : 0;
	double start;
	FILE *file;

	if (null < 0 || count <= 0) {
		fprintf(stderr, "usage: bench-calls write|getppid COUNT FILE\n");
		return 2;
	}
	start = now_ns();
	if (strcmp(argv[1], "write") == 0)
		for (long i = 0; i < count; i++)
			(void)!write(null, "x", 1);
	else
		for (long i = 0; i < count; i++)
			syscall(SYS_getppid);
	start = now_ns() - start;
	close(null);
	file = fopen(argv[3], "we");
	if (!file || fprintf(file, "%.1f\n", start / (double)count) < 0 || fclose(file))
		return 1;
	return 0;
}
