/*
 * group.h - processes that wait for each other, and end with the one that started them.
 */
#ifndef SUBJECTS_LIB_GROUP_H
#define SUBJECTS_LIB_GROUP_H

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static inline pid_t start(void (*body)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		body();
		_exit(0);
	}
	return pid;
}

static inline void wait_for_all(void)
{
	while (wait(NULL) > 0)
		;
}

/* A pipe hands over who may go on. */
static inline void ask(int fd)
{
	char byte;

	while (read(fd, &byte, 1) < 0)
		;
}

static inline void tell(int fd)
{
	if (write(fd, "x", 1) != 1)
		_exit(1);
}

static inline void sleep_long(void)
{
	const struct timespec time = {1000, 0};

	nanosleep(&time, NULL);
}

#endif
