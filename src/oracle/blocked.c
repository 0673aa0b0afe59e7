#include "oracle/blocked.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "oracle/blocked_private.h"

/* --- one scan -------------------------------------------------------------- */

/* A thread that has ended is left out: it neither waits nor wakes. */
static int add_thread(struct scanner *scanner, size_t process, pid_t tid)
{
	struct blocked_scan *scan = &scanner->scan;
	struct scan_process *p = &scanner->processes[process];
	struct procfs_status status = {0}, *kept;
	struct blocked_thread *thread;
	struct wait_node *node;
	size_t nodes = scan->count;
	int r = procfs_status(scanner->in->proc_fd, tid, &status);

	if (r == -ESRCH)
		return 0;
	if (r == 0 && tid == p->in->pid)
		p->ns_pid = status.ns_tid;
	if (r == 0 && (status.state == 'Z' || status.state == 'X'))
		return 0;
	kept = mem_append(&scanner->status, &scanner->status_count, sizeof(*kept));
	node = kept ? mem_append(&scan->nodes, &nodes, sizeof(*node)) : NULL;
	thread = node ? mem_append(&scan->threads, &scan->count, sizeof(*thread)) : NULL;
	if (!thread)
		return -ENOMEM;
	*kept = status;
	thread->tid = tid;
	thread->pid = p->in->pid;
	thread->process = process;
	thread->state = r == 0 ? WAIT_RUNNABLE : WAIT_EXTERNAL;
	thread->nr = -1;
	thread->switches = status.voluntary_switches + status.other_switches;
	p->alive++;
	return 0;
}

static int add_processes(struct scanner *scanner)
{
	const struct blocked_input *in = scanner->in;

	scanner->processes = mem_zalloc(in->process_count * sizeof(*scanner->processes));
	if (!scanner->processes)
		return -ENOMEM;
	for (size_t i = 0; i < in->process_count; i++) {
		const struct blocked_process *process = &in->processes[i];
		char **name =
			mem_append(&scanner->scan.names, &scanner->scan.name_count, sizeof(*name));

		if (!name)
			return -ENOMEM;
		*name = mem_strdup(process->name);
		if (!*name)
			return -ENOMEM;
		scanner->processes[i].in = process;
		for (size_t k = 0; k < process->tid_count; k++) {
			if (add_thread(scanner, i, process->tids[k]) != 0)
				return -ENOMEM;
		}
	}
	return 0;
}

int blocked_scan(const struct blocked_input *input, struct blocked_scan *ret_scan, struct err *err)
{
	struct scanner scanner = {.in = input};
	int r = add_processes(&scanner);

	for (size_t i = 0; r == 0 && i < scanner.scan.count; i++)
		r = wait_classify(&scanner, i);
	if (r == 0)
		r = waitgraph_solve(scanner.scan.nodes, scanner.scan.count, &scanner.scan.deadlock,
				    NULL);
	for (size_t i = 0; scanner.processes && i < input->process_count; i++)
		scan_process_release(&scanner.processes[i]);
	free(scanner.processes);
	free(scanner.status);
	sock_table_release(&scanner.sockets);
	if (r != 0) {
		blocked_scan_release(&scanner.scan);
		return err_set(err, r, "out of memory");
	}
	*ret_scan = scanner.scan;
	return 0;
}

void blocked_scan_release(struct blocked_scan *scan)
{
	for (size_t i = 0; i < scan->count; i++) {
		free(scan->threads[i].text);
		free(scan->nodes[i].wakers);
	}
	for (size_t i = 0; i < scan->name_count; i++)
		free(scan->names[i]);
	free(scan->threads);
	free(scan->nodes);
	free(scan->names);
	free(scan->pipes);
	free(scan->memories);
	waitgraph_release(&scan->deadlock);
	memset(scan, 0, sizeof(*scan));
}

/* --- two scans --------------------------------------------------------------- */

static bool is_same_thread(const struct blocked_thread *a, const struct blocked_thread *b)
{
	return a->tid == b->tid && a->pid == b->pid && a->state == b->state && a->nr == b->nr &&
	       a->switches == b->switches && memcmp(a->args, b->args, sizeof(a->args)) == 0;
}

bool blocked_same(const struct blocked_scan *before, const struct blocked_scan *after)
{
	if (before->count != after->count ||
	    before->deadlock.dead_count != after->deadlock.dead_count)
		return false;
	for (size_t i = 0; i < before->count; i++) {
		bool dead = before->deadlock.dead[i];

		if (dead != after->deadlock.dead[i] ||
		    (dead && !is_same_thread(&before->threads[i], &after->threads[i])))
			return false;
	}
	return true;
}

/* --- processes outside the run ------------------------------------------------ */

static bool is_in_run(const struct blocked_input *input, pid_t pid)
{
	for (size_t i = 0; i < input->process_count; i++) {
		if (input->processes[i].pid == pid)
			return true;
	}
	return false;
}

/* Our own pid as that /proc numbers processes. */
static pid_t own_pid(int proc_fd)
{
	char text[32];
	ssize_t n = readlinkat(proc_fd, "self", text, sizeof(text) - 1);

	if (n <= 0)
		return 0;
	text[n] = '\0';
	return (pid_t)strtol(text, NULL, 10);
}

static bool holds_what_the_dead_need(int proc_fd, pid_t pid, const struct blocked_scan *scan)
{
	for (size_t i = 0; i < scan->pipe_count; i++) {
		if (scan->deadlock.dead[scan->pipes[i].thread] &&
		    process_holds_pipe(proc_fd, pid, &scan->pipes[i]))
			return true;
	}
	for (size_t i = 0; i < scan->memory_count; i++) {
		if (scan->deadlock.dead[scan->memories[i].thread] &&
		    process_maps(proc_fd, pid, &scan->memories[i]))
			return true;
	}
	return false;
}

bool blocked_has_outsider(const struct blocked_input *input, const struct blocked_scan *scan)
{
	int fd = openat(input->proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_closedir DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	pid_t self = own_pid(input->proc_fd);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (pid > 0 && pid != self && !is_in_run(input, pid) &&
		    holds_what_the_dead_need(input->proc_fd, pid, scan))
			return true;
	}
	return false;
}
