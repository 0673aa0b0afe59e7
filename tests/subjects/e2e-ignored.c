/*
 * e2e-ignored.c - sleeps with a time limit while ignored signals come
 *
 * e2e-ignored epoll|sem SIGNAL COUNT: a child sends COUNT signals, each when
 * it sees its parent asleep in the call (SIGNAL 0: SIGCHLD, and children die).  Prints
 * how many sleeps ended with EINTR, too early, or much too late: none should.
 *
 * cflags: -iquote src
 * libs: src/sys/procfs.c src/base/mem.c
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sys/procfs.h"

#ifndef SYS_epoll_wait /* of newer architectures: epoll_wait(3) makes this call */
#define SYS_epoll_wait SYS_epoll_pwait
#endif

#define LIMIT_MS 100

static volatile int *all_sent; /* shared */

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static bool sleeps_in(int proc_fd, int task_fd, pid_t pid, long nr, long other_nr)
{
	struct procfs_task task;

	return procfs_task_state(task_fd) == 'S' && procfs_task_read(proc_fd, pid, &task) == 0 &&
	       task.in_call && (task.nr == nr || task.nr == other_nr);
}

static void send_all(pid_t parent, int signal, long count, long nr, long other_nr)
{
	int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int task_fd = procfs_task_open(proc_fd, parent);

	for (long i = 0; i < count; i++) {
		while (!sleeps_in(proc_fd, task_fd, parent, nr, other_nr))
			;
		if (kill(parent, signal ? signal : SIGCHLD))
			_exit(1);
	}
	*all_sent = 1;
	_exit(0);
}

struct sleeper {
	int epoll, sem;
};

static int sleep_in_epoll(const struct sleeper *s)
{
	struct epoll_event event;

	return epoll_wait(s->epoll, &event, 1, LIMIT_MS);
}

static int sleep_in_sem(const struct sleeper *s)
{
	struct sembuf down = {0, -1, 0};
	const struct timespec limit = {0, LIMIT_MS * 1000000};

	return semtimedop(s->sem, &down, 1, &limit);
}

/* Real ones, beside those that the sender sends. */
static void let_children_die(long count)
{
	for (long i = 0; i < count; i++)
		if (fork() == 0)
			_exit(0);
}

static void report(long sleeps, long interrupted, long early, long late)
{
	printf("sleeps %s, EINTR %ld, too early %ld, late %s\n", sleeps > 0 ? "some" : "none",
	       interrupted, early, late * 2 > sleeps ? "many" : "few");
}

int main(int argc, char **argv)
{
	bool is_epoll = argc == 4 && strcmp(argv[1], "epoll") == 0;
	int (*sleep_once)(const struct sleeper *) = is_epoll ? sleep_in_epoll : sleep_in_sem;
	struct sleeper sleeper = {-1, -1};
	long sleeps = 0, interrupted = 0, early = 0, late = 0, count;
	pid_t parent = getpid(), sender;
	int number;

	if (argc != 4) {
		fprintf(stderr, "usage: e2e-ignored epoll|sem SIGNAL COUNT\n");
		return 2;
	}
	number = atoi(argv[2]);
	count = atol(argv[3]);
	all_sent = mmap(NULL, sizeof(*all_sent), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	sleeper.epoll = epoll_create1(EPOLL_CLOEXEC);
	sleeper.sem = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
	sender = fork();
	if (sender == 0)
		send_all(parent, number, count, is_epoll ? SYS_epoll_wait : SYS_semtimedop,
			 is_epoll ? SYS_epoll_pwait : SYS_semtimedop);
	if (number == 0)
		let_children_die(count);
	while (!*all_sent) {
		int64_t start = now_us();
		int rc = sleep_once(&sleeper);
		int64_t took = now_us() - start;

		sleeps++;
		interrupted += rc < 0 && errno == EINTR;
		early += took < LIMIT_MS * 1000;
		late += took > LIMIT_MS * 3000;
	}
	while (wait(NULL) > 0)
		;
	semctl(sleeper.sem, 0, IPC_RMID);
	close(sleeper.epoll);
	report(sleeps, interrupted, early, late);
	return 0;
}
