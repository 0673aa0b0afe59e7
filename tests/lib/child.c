#include "lib/child.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_S 10

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

struct child child_start(const char *program, const char *arg)
{
	struct child child;
	char path[512];
	int in[2], out[2];

	snprintf(path, sizeof(path), "%s%s%s", strchr(program, '/') ? "" : SUBJECTS,
		 strchr(program, '/') ? "" : "/", program);
	cr_assert_eq(pipe2(in, O_CLOEXEC), 0);
	cr_assert_eq(pipe2(out, O_CLOEXEC), 0);
	child.pid = fork();
	cr_assert_geq(child.pid, 0);
	if (child.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(in[0], 0);
		dup2(out[1], 1);
		setpgid(0, 0);
		execl(path, path, arg, NULL);
		perror(path);
		_exit(127);
	}
	setpgid(child.pid, child.pid);
	close(in[0]);
	close(out[1]);
	child.in = in[1];
	child.out = out[0];
	return child;
}

void child_kill(struct child *child)
{
	kill(-child->pid, SIGKILL);
	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, 0);
	close(child->in);
	close(child->out);
}

static size_t read_proc(pid_t tid, const char *name, char *buf, size_t size)
{
	char path[64];
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", tid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? read(fd, buf, size - 1) : -1;
	if (fd >= 0)
		close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

static char state_of(pid_t tid)
{
	char text[512], *end;

	read_proc(tid, "stat", text, sizeof(text));
	end = strrchr(text, ')');
	return end ? end[2] : 'X';
}

long child_call(pid_t tid)
{
	char state = state_of(tid), text[512], *end;
	long nr;

	if ((state != 'S' && state != 'D') || !read_proc(tid, "syscall", text, sizeof(text)))
		return -1;
	nr = strtol(text, &end, 10);
	return end == text ? -1 : nr;
}

void child_wait_state(pid_t tid, char state)
{
	time_t start = now();
	char last;

	while ((last = state_of(tid)) != state) {
		cr_assert_lt(now() - start, LIMIT_S, "thread %d is %c and not %c", tid, last,
			     state);
		sched_yield();
	}
}

long child_wait_asleep(pid_t tid)
{
	time_t start = now();
	long nr;

	while ((nr = child_call(tid)) < 0) {
		cr_assert_lt(now() - start, LIMIT_S, "thread %d never sleeps", tid);
		sched_yield();
	}
	return nr;
}

void child_wait_call(pid_t tid, long nr)
{
	time_t start = now();
	long last;

	while ((last = child_call(tid)) != nr) {
		cr_assert_lt(now() - start, LIMIT_S, "thread %d is not in call %ld but %ld", tid,
			     nr, last);
		sched_yield();
	}
}

size_t child_threads(pid_t pid, pid_t *tids, size_t max)
{
	char path[64];
	struct dirent *entry;
	size_t count = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir && (errno == ENOENT || errno == ESRCH)) /* it has ended since it was listed */
		return 0;
	cr_assert_not_null(dir, "%s", path);
	while ((entry = readdir(dir)) && count < max) {
		if (entry->d_name[0] != '.')
			tids[count++] = atoi(entry->d_name);
	}
	closedir(dir);
	return count;
}

size_t child_children(pid_t pid, pid_t *pids, size_t max)
{
	char name[64], text[4096], *at = text, *end;
	size_t count = 0;

	snprintf(name, sizeof(name), "task/%d/children", pid);
	read_proc(pid, name, text, sizeof(text));
	while (count < max) {
		long child = strtol(at, &end, 10);

		if (end == at)
			break;
		pids[count++] = (pid_t)child;
		at = end;
	}
	return count;
}
