#include "graph.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "sys/syscalls.h"

#define MESSAGE_KEY 0x67000000 /* of graph-queues.c, and its pid */

static void add_process(struct group *group, pid_t pid)
{
	static const char *const names[] = {"main", "one", "two", "three", "four", "five"};
	pid_t children[GROUP_PROCESSES];
	size_t index = group->count++, count;

	group->processes[index] = (struct blocked_process){
		.pid = pid,
		.name = names[index],
		.tids = group->tids[index],
		.tid_count = child_threads(pid, group->tids[index], GROUP_THREADS),
	};
	count = child_children(pid, children, GROUP_PROCESSES);
	for (size_t i = 0; i < count; i++)
		add_process(group, children[i]);
}

/* The calls that its threads sleep in: "wait4 read read". */
static void calls_of(const struct group *group, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < group->count; i++) {
		for (size_t k = 0; k < group->processes[i].tid_count && used < size; k++) {
			long nr = child_call(group->tids[i][k]);

			used += (size_t)snprintf(text + used, size - used, "%s%s", used ? " " : "",
						 nr < 0 ? "-" : syscall_native_name(nr));
		}
	}
}

/* Start it and wait until its threads sleep in exactly these calls. */
void group_start(struct group *group, const char *program, const char *name, const char *calls)
{
	time_t end = time(NULL) + 10;
	char have[256];

	memset(group, 0, sizeof(*group));
	group->child = child_start(program, name);
	do {
		group->count = 0;
		add_process(group, group->child.pid);
		calls_of(group, have, sizeof(have));
		cr_assert(lt(long, time(NULL), end), "%s: in '%s', not in '%s'", name, have, calls);
		sched_yield();
	} while (strcmp(have, calls) != 0);
	group->input = (struct blocked_input){
		.proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.processes = group->processes,
		.process_count = group->count,
	};
}

void group_end(struct group *group)
{
	const pid_t pids[] = {getpid(), group->child.pid};

	for (size_t i = 0; i < group->count; i++)
		kill(group->processes[i].pid, SIGKILL);
	close(group->input.proc_fd);
	child_kill(&group->child);
	for (size_t i = 0; i < 4; i++) { /* the files of its cases */
		char path[64];

		snprintf(path, sizeof(path), "/tmp/graph-cases-%c-%d", "xy"[i % 2], pids[i / 2]);
		unlink(path);
		snprintf(path, sizeof(path), "/tmp/graph-mutexes-x-%d", pids[i / 2]);
		unlink(path);
	}
	semctl(semget(group->child.pid, 0, 0), 0, IPC_RMID);
}

void group_scan(const struct group *group, struct blocked_scan *ret)
{
	struct err err = ERR_INIT;

	cr_assert(eq(int, blocked_scan(&group->input, ret, &err), 0), "%s", err.text);
}

/* "main one two": the processes of the dead threads; those of the circle. */
static void names_of(const struct blocked_scan *result, char *dead, char *cycle)
{
	*dead = *cycle = '\0';
	for (size_t i = 0; i < result->count; i++) {
		if (result->deadlock.dead[i])
			sprintf(dead + strlen(dead), "%s%s", *dead ? " " : "",
				result->names[result->threads[i].process]);
	}
	for (size_t i = 0; i < result->deadlock.cycle_count; i++)
		sprintf(cycle + strlen(cycle), "%s%s", *cycle ? " " : "",
			result->names[result->threads[result->deadlock.cycle[i]].process]);
}

/* What a case of graph-queues leaves behind when it is killed. */
static void remove_queues(pid_t pid)
{
	char name[64];

	snprintf(name, sizeof(name), "/graph-queues-%d", pid);
	mq_unlink(name);
	msgctl(msgget(MESSAGE_KEY + pid, 0), IPC_RMID, NULL);
}

static void check(const char *program, const struct graph_row *row)
{
	char dead[256], cycle[256];
	struct blocked_scan first, second;
	struct group group;
	char *report;

	group_start(&group, program, row->name, row->calls);
	group_scan(&group, &first);
	group_scan(&group, &second);
	report = blocked_report(&second);
	names_of(&second, dead, cycle);
	cr_expect(blocked_same(&first, &second), "%s", row->name);
	cr_expect(eq(str, dead, (char *)row->dead), "%s:\n%s", row->name, report);
	cr_expect(eq(str, cycle, (char *)row->cycle), "%s:\n%s", row->name, report);
	cr_expect(strstr(report, row->says) != NULL, "%s: no '%s' in\n%s", row->name, row->says,
		  report);
	cr_expect(not(blocked_has_outsider(&group.input, &second)), "%s", row->name);
	cr_log_info("%s:\n%s", row->name, report);
	free(report);
	blocked_scan_release(&first);
	blocked_scan_release(&second);
	group_end(&group);
	remove_queues(group.child.pid);
}

void check_graphs(const char *program, const struct graph_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check(program, &rows[i]);
}

void graph_needs_getfd(void)
{
	int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	int copy = pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pidfd, pidfd, 0);

	if (copy < 0 && errno == ENOSYS)
		cr_skip_test("pidfd_getfd(2) is not known here");
	close(copy);
	close(pidfd);
}
