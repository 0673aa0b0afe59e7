#include "sys/procfs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "sys/procfs_internal.h"

#define NAME_SIZE   64
#define STAT_SIZE   1024
#define STATUS_SIZE 4096

int procfs_errno(int code)
{
	return code == ENOENT || code == ESRCH ? -ESRCH : -code;
}

int procfs_open(int proc_fd, pid_t pid, const char *name, int flags)
{
	char path[NAME_SIZE];
	int fd;

	snprintf(path, sizeof(path), "%d/%s", pid, name);
	if (fault_point("openat"))
		return -EMFILE;
	fd = openat(proc_fd, path, flags | O_CLOEXEC);
	return fd < 0 ? procfs_errno(errno) : fd;
}

FILE *procfs_fopen(int proc_fd, pid_t pid, const char *name)
{
	int fd = procfs_open(proc_fd, pid, name, O_RDONLY);
	FILE *file;

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	file = fdopen(fd, "r");
	if (!file)
		close(fd);
	return file;
}

static ssize_t read_text(int fd, char *text, size_t size)
{
	ssize_t n = pread(fd, text, size - 1, 0);

	if (n < 0)
		return procfs_errno(errno);
	text[n] = '\0';
	return n;
}

ssize_t procfs_slurp(int proc_fd, pid_t pid, const char *name, char *text, size_t size)
{
	cleanup_close int fd = procfs_open(proc_fd, pid, name, O_RDONLY);

	return fd < 0 ? fd : read_text(fd, text, size);
}

/*
 * Below task/ because /proc/TID/stat adds up the times of the whole group,
 * which costs a walk over all its threads.
 */
int procfs_task_open(int proc_fd, pid_t tid)
{
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), "task/%d/stat", tid);
	return procfs_open(proc_fd, tid, name, O_RDONLY);
}

/* The name in parentheses may itself have spaces and parentheses. */
static const char *behind_name(const char *stat)
{
	const char *end = strrchr(stat, ')');

	return end && end[1] == ' ' ? end + 2 : NULL;
}

char procfs_task_state(int task_fd)
{
	char text[128]; /* pid, name of at most 64 bytes (kernel threads), state */
	const char *rest;

	if (task_fd < 0 || read_text(task_fd, text, sizeof(text)) <= 0)
		return 0;
	rest = behind_name(text);
	return rest ? *rest : 0;
}

/* "running", "-1 SP IP" outside of a call, or "NR ARG…×6 SP IP". */
static bool parse_syscall(const char *text, struct procfs_task *ret_task)
{
	struct procfs_task task = {.nr = -1};
	uint64_t *a = task.args;
	int n;

	if (strncmp(text, "running", strlen("running")) == 0) {
		task.running = true;
		*ret_task = task;
		return true;
	}
	n = sscanf(text,
		   "%ld %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64
		   " %" SCNx64 " %" SCNx64,
		   &task.nr, &a[0], &a[1], &a[2], &a[3], &a[4], &a[5], &task.sp, &task.ip);
	if (n == 3) {
		task.sp = a[0];
		task.ip = a[1];
		a[0] = a[1] = 0;
	} else if (n != 9) {
		return false;
	}
	task.in_call = n == 9 && task.nr >= 0;
	*ret_task = task;
	return true;
}

int procfs_task_read(int proc_fd, pid_t tid, struct procfs_task *ret_task)
{
	char text[256];
	ssize_t n = procfs_slurp(proc_fd, tid, "syscall", text, sizeof(text));

	if (n < 0)
		return (int)n;
	return parse_syscall(text, ret_task) ? 0 : -ESRCH; /* empty: just gone */
}

int procfs_run_delay(int proc_fd, pid_t tid, uint64_t *ret_ns)
{
	char text[96];
	uint64_t delay;
	ssize_t n = procfs_slurp(proc_fd, tid, "schedstat", text, sizeof(text));

	if (n < 0)
		return (int)n;
	if (sscanf(text, "%*u %" SCNu64, &delay) != 1)
		return -ESRCH;
	*ret_ns = delay;
	return 0;
}

#define PF_EXITING 0x4 /* include/linux/sched.h */

int procfs_stat(int proc_fd, pid_t tid, struct procfs_stat *ret_stat)
{
	cleanup_close int fd = procfs_task_open(proc_fd, tid);
	struct procfs_stat stat;
	unsigned flags;
	char text[STAT_SIZE];
	const char *rest;
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read_text(fd, text, sizeof(text));
	if (n < 0)
		return (int)n;
	rest = behind_name(text);
	/* state ppid pgrp session tty tpgid flags 4 faults, utime stime 2 of children, priority …
	 */
	if (!rest || sscanf(rest,
			    "%c %d %d %d %*d %*d %u %*u %*u %*u %*u %" SCNu64 " %" SCNu64
			    " %*d %*d %*d %*d %*d %*d %" SCNu64,
			    &stat.state, &stat.ppid, &stat.pgrp, &stat.session, &flags,
			    &stat.user_ticks, &stat.system_ticks, &stat.start_ticks) != 8)
		return -ESRCH;
	stat.is_exiting = flags & PF_EXITING;
	*ret_stat = stat;
	return 0;
}

/* The text behind "Key:" at the beginning of a line; NULL when there is none. */
static const char *status_value(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		if (*line == '\n')
			line++;
		if (strncmp(line, key, len) == 0 && line[len] == ':')
			return line + len + 1 + strspn(line + len + 1, " \t");
	}
	return NULL;
}

static uint64_t status_number(const char *text, const char *key, int base)
{
	const char *value = status_value(text, key);

	return value ? strtoull(value, NULL, base) : 0;
}

/* "NSpid:	4711	12	1": from the outermost to the innermost namespace. */
static pid_t last_number(const char *value)
{
	long last = 0;
	char *end;

	while (value && *value && *value != '\n') {
		last = strtol(value, &end, 10);
		if (end == value)
			break;
		value = end + strspn(end, " \t");
	}
	return (pid_t)last;
}

int procfs_status(int proc_fd, pid_t tid, struct procfs_status *ret_status)
{
	char text[STATUS_SIZE];
	ssize_t n = procfs_slurp(proc_fd, tid, "status", text, sizeof(text));
	const char *state;

	if (n < 0)
		return (int)n;
	state = status_value(text, "State");
	if (!state)
		return -ESRCH;
	*ret_status = (struct procfs_status){
		.state = *state,
		.tgid = (pid_t)status_number(text, "Tgid", 10),
		.ppid = (pid_t)status_number(text, "PPid", 10),
		.tracer = (pid_t)status_number(text, "TracerPid", 10),
		.ns_tid = last_number(status_value(text, "NSpid")),
		.threads = (unsigned)status_number(text, "Threads", 10),
		.sig_pending = status_number(text, "SigPnd", 16),
		.shared_pending = status_number(text, "ShdPnd", 16),
		.sig_blocked = status_number(text, "SigBlk", 16),
		.sig_ignored = status_number(text, "SigIgn", 16),
		.sig_caught = status_number(text, "SigCgt", 16),
		.voluntary_switches = status_number(text, "voluntary_ctxt_switches", 10),
		.other_switches = status_number(text, "nonvoluntary_ctxt_switches", 10),
	};
	return 0;
}

static int compare_numbers(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return x < y ? -1 : x > y;
}

static int append_number(int **numbers, size_t *count, int number)
{
	int *slot = mem_append(numbers, count, sizeof(**numbers));

	if (!slot)
		return -ENOMEM;
	*slot = number;
	return 0;
}

int procfs_numbers(int dir_fd, int **ret_numbers, size_t *ret_count)
{
	int copy = fcntl(dir_fd, F_DUPFD_CLOEXEC, 0);
	cleanup_closedir DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	cleanup_free int *numbers = NULL;
	const struct dirent *entry;
	size_t count = 0;

	if (!dir) {
		int code = errno;

		if (copy >= 0)
			close(copy);
		return -code;
	}
	rewinddir(dir);
	while ((entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		if (append_number(&numbers, &count, (int)strtol(entry->d_name, NULL, 10)))
			return -ENOMEM;
	}
	if (count)
		qsort(numbers, count, sizeof(*numbers), compare_numbers);
	*ret_numbers = TAKE_PTR(numbers);
	*ret_count = count;
	return 0;
}

int procfs_threads(int proc_fd, pid_t pid, pid_t **ret_tids, size_t *ret_count)
{
	cleanup_close int fd = procfs_open(proc_fd, pid, "task", O_RDONLY | O_DIRECTORY);

	return fd < 0 ? fd : procfs_numbers(fd, ret_tids, ret_count);
}

/* Each thread has a list of the children that it made. */
static int add_children_of(int proc_fd, pid_t pid, pid_t tid, pid_t **pids, size_t *count)
{
	cleanup_fclose FILE *file = NULL;
	char name[NAME_SIZE];
	int child;

	snprintf(name, sizeof(name), "task/%d/children", tid);
	file = procfs_fopen(proc_fd, pid, name);
	if (!file)
		return -errno;
	while (fscanf(file, "%d", &child) == 1)
		if (append_number(pids, count, child))
			return -ENOMEM;
	return 0;
}

int procfs_children(int proc_fd, pid_t pid, pid_t **ret_pids, size_t *ret_count)
{
	cleanup_free pid_t *tids = NULL, *pids = NULL;
	size_t threads = 0, count = 0;
	int rc = procfs_threads(proc_fd, pid, &tids, &threads);

	for (size_t i = 0; !rc && i < threads; i++) {
		rc = add_children_of(proc_fd, pid, tids[i], &pids, &count);
		if (rc == -ESRCH && tids[i] != pid) /* that thread has just ended */
			rc = 0;
	}
	if (rc)
		return rc;
	if (count)
		qsort(pids, count, sizeof(*pids), compare_numbers);
	*ret_pids = TAKE_PTR(pids);
	*ret_count = count;
	return 0;
}

static int give_copy(const char *text, size_t len, char **ret_copy)
{
	char *copy = mem_strndup(text, len);

	if (!copy)
		return -ENOMEM;
	*ret_copy = copy;
	return 0;
}

int procfs_exe(int proc_fd, pid_t pid, char **ret_path)
{
	char name[NAME_SIZE], target[PATH_MAX];
	ssize_t n;

	snprintf(name, sizeof(name), "%d/exe", pid);
	n = readlinkat(proc_fd, name, target, sizeof(target));
	if (n < 0)
		return procfs_errno(errno);
	return give_copy(target, (size_t)n, ret_path);
}

int procfs_cmdline(int proc_fd, pid_t pid, char **ret_text)
{
	char text[STATUS_SIZE];
	ssize_t n = procfs_slurp(proc_fd, pid, "cmdline", text, sizeof(text));

	if (n < 0)
		return (int)n;
	while (n > 0 && text[n - 1] == '\0')
		n--;
	for (ssize_t i = 0; i < n; i++)
		if (text[i] == '\0')
			text[i] = ' ';
	return give_copy(text, (size_t)n, ret_text);
}

int procfs_comm(int proc_fd, pid_t tid, char **ret_name)
{
	char text[NAME_SIZE];
	ssize_t n = procfs_slurp(proc_fd, tid, "comm", text, sizeof(text));

	if (n < 0)
		return (int)n;
	return give_copy(text, strcspn(text, "\n"), ret_name);
}
