#include "oracle/blocked.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "lib/child.h"
#include "sys/syscalls.h"

#define PROCESSES_MAX 8
#define THREADS_MAX   8

/* A case of graph-cases, with everything that the scan wants to know of it. */
struct group {
	struct child child;
	struct blocked_process processes[PROCESSES_MAX];
	pid_t tids[PROCESSES_MAX][THREADS_MAX];
	size_t count;
	struct blocked_input input;
};

static void add_process(struct group *group, pid_t pid)
{
	static const char *const names[] = {"main", "one", "two", "three", "four", "five"};
	pid_t children[PROCESSES_MAX];
	size_t index = group->count++, count;

	group->processes[index] = (struct blocked_process){
		.pid = pid,
		.name = names[index],
		.tids = group->tids[index],
		.tid_count = child_threads(pid, group->tids[index], THREADS_MAX),
	};
	count = child_children(pid, children, PROCESSES_MAX);
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
static void group_start(struct group *group, const char *name, const char *calls)
{
	time_t end = time(NULL) + 10;
	char have[256];

	memset(group, 0, sizeof(*group));
	group->child = child_start("graph-cases", name);
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

static void group_end(struct group *group)
{
	const pid_t pids[] = {getpid(), group->child.pid};

	for (size_t i = 0; i < group->count; i++)
		kill(group->processes[i].pid, SIGKILL);
	close(group->input.proc_fd);
	child_kill(&group->child);
	for (size_t i = 0; i < 4; i++) { /* the FIFOs of its cases */
		char path[64];

		snprintf(path, sizeof(path), "/tmp/graph-cases-%c-%d", "xy"[i % 2], pids[i / 2]);
		unlink(path);
	}
}

static void scan(const struct group *group, struct blocked_scan *ret)
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

struct row {
	const char *name, *calls, *dead, *cycle;
	const char *says; /* in the report */
};

static void check(const struct row *row)
{
	char dead[256], cycle[256];
	struct blocked_scan first, second;
	struct group group;
	char *report;

	group_start(&group, row->name, row->calls);
	scan(&group, &first);
	scan(&group, &second);
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
}

static void check_all(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check(&rows[i]);
}

Test(oracle_blocked, proves_deadlocks_over_pipes)
{
	static const struct row rows[] = {
		{"pipe-cycle", "wait4 read read", "main one two", "one two",
		 "waits for a writer: held by two"},
		{"full-pipes", "wait4 write write", "main one two", "one two",
		 "waits for a reader: held by one"},
		{"own-write-end", "read", "main", "main", "no other process can write to it"},
		{"three-cycle", "wait4 read read read", "main one two three", "one three two",
		 "each waits for the next: one → three → two → one"},
		{"inherited-write-end", "wait4 read", "main one", "main one",
		 "wait4(-1) waits for a child to end: that is one"},
		{"unrelated-sleeper", "clock_nanosleep read read", "one two", "one two",
		 "held by one"},
		{"handler-and-nobody", "wait4 read read", "main one two", "one two", "held by"},
		{"fifo-order", "wait4 openat openat", "main one two", "one",
		 "waits for its other end to be opened: nobody is left to open it"},
		{"fifo-no-peer", "openat", "main", "main", "FIFO /tmp/graph-cases-x-"},
	};

	check_all(rows, ARRAY_SIZE(rows));
}

Test(oracle_blocked, proves_deadlocks_over_events)
{
	static const struct row rows[] = {
		{"poll-cycle", "wait4 poll", "main one", "main one", ", fd "},
		{"poll-nothing", "poll", "main", "main", "waits for a signal"},
		{"select-cycle", "wait4 pselect6", "main one", "main one", "pselect6(fd "},
		{"epoll-cycle", "wait4 epoll_wait", "main one", "main one", "epoll_wait(fd "},
		{"eventfd", "read", "main", "main", "waits for an event"},
		{"timerfd-disarmed", "read", "main", "main", "[timerfd]"},
		{"pause-alone", "pause", "main", "main", "nobody is left to send one"},
		{"suspend-with-reader", "rt_sigsuspend read", "main one", "main",
		 "waits for a signal"},
		{"vfork", "vfork read", "main one", "main one", "vfork()"},
		{"queue", "mq_timedreceive", "main", "main", "the same object"},
	};

	check_all(rows, ARRAY_SIZE(rows));
}

Test(oracle_blocked, proves_deadlocks_over_locks)
{
	static const struct row rows[] = {
		{"abba", "wait4 futex futex", "main one two", "one two", "owned by two"},
		{"abba-robust", "wait4 futex futex", "main one two", "one two", "owned by one"},
		{"abba-threads", "futex futex futex", "main main main", "main main",
		 "joining thread"},
		{"self-lock", "futex", "main", "main", "it waits for itself"},
		{"condition-and-join", "futex futex", "main main", "main main", "a wake-up"},
		{"sem-without-sharer", "futex clock_nanosleep", "main", "main",
		 "no other thread can reach it"},
		{"dead-mutex-owner", "futex clock_nanosleep", "main", "main",
		 "waits for a lock held by a dead process"},
		{"unmapped-robust-mutex", "futex clock_nanosleep", "main", "main",
		 "waits for a lock held by a dead process"},
		{"dead-rwlock-to-write", "futex clock_nanosleep", "main", "main",
		 "read-write lock at"},
		{"dead-rwlock-to-read", "futex clock_nanosleep", "main", "main",
		 "waits for a lock held by a dead process"},
		{"flock-cycle", "wait4 read flock", "main one two", "one two",
		 "its release: held by one"},
		{"fcntl-cycle", "wait4 read fcntl", "main one two", "one two",
		 "its release: held by one"},
	};

	check_all(rows, ARRAY_SIZE(rows));
}

/* The twins of the above in which one thing is left that can still happen. */
Test(oracle_blocked, never_claims_what_can_resolve_itself)
{
	static const struct row rows[] = {
		{"extra-holder", "wait4 read read clock_nanosleep", "", "", ""},
		{"handler-and-sleeper", "clock_nanosleep read read", "", "", ""},
		{"poll-timed", "wait4 poll", "", "", ""},
		{"timerfd-armed", "read", "", "", ""},
		{"abba-timed", "wait4 futex futex", "", "", ""},
		{"condition-and-sleeper", "clock_nanosleep futex", "", "", ""},
		{"sem-with-sharer", "futex clock_nanosleep", "", "", ""},
		{"private-mutex-ended-thread", "futex clock_nanosleep", "", "", ""},
		{"named-sem-and-sleeper", "futex clock_nanosleep", "", "", ""},
		{"pause-with-sleeper", "pause clock_nanosleep", "", "", ""},
		{"wait-for-sleeper", "wait4 clock_nanosleep", "", "", ""},
		{"with-posix-timer", "read", "", "", ""},
		{"fifo-and-sleeper", "openat clock_nanosleep", "", "", ""},
		{"fcntl-sleeper", "wait4 clock_nanosleep fcntl", "", "", ""},
	};

	check_all(rows, ARRAY_SIZE(rows));
}

Test(oracle_blocked, alarm_is_what_the_caller_knows)
{
	struct blocked_scan result;
	struct group group;

	group_start(&group, "with-alarm", "read");
	scan(&group, &result);
	cr_expect(eq(sz, result.deadlock.dead_count, 1));
	blocked_scan_release(&result);
	group.processes[0].has_timer = true;
	scan(&group, &result);
	cr_expect(eq(sz, result.deadlock.dead_count, 0));
	blocked_scan_release(&result);
	group_end(&group);
}

static const char *name_all(void *context, uint64_t inode)
{
	(void)context, (void)inode;
	return "data";
}

static unsigned serve_write_end(void *context, uint64_t inode)
{
	struct stat st;

	/* only for the pipe that is the subject's standard input */
	fstat(*(int *)context, &st);
	return st.st_ino == inode ? BLOCKED_WRITE_END : 0;
}

Test(oracle_blocked, ends_that_the_harness_serves)
{
	struct blocked_scan result;
	struct group group;
	char *line;

	group_start(&group, "stdin-reader", "read");
	group.input.context = &group.child.in;
	group.input.channel_name = name_all;
	scan(&group, &result);
	cr_expect(eq(sz, result.deadlock.dead_count, 1), "our end does not count by itself");
	line = blocked_line(&result, 0);
	cr_expect(strstr(line, "): read(fd 0 ← pipe `data`) waits for a writer: no other") != NULL,
		  "%s", line);
	free(line);
	blocked_scan_release(&result);
	group.input.served_ends = serve_write_end;
	scan(&group, &result);
	cr_expect(eq(sz, result.deadlock.dead_count, 0), "one that we serve does");
	cr_expect(eq(int, result.nodes[0].state, WAIT_EXTERNAL));
	blocked_scan_release(&result);
	group_end(&group);
}

/* A process that is not of the run holds the other end. */
Test(oracle_blocked, outsiders_are_found)
{
	struct blocked_scan result;
	struct group group;

	group_start(&group, "extra-holder", "wait4 read read clock_nanosleep");
	group.input.processes = group.processes + 1; /* one and two: three is hidden */
	group.input.process_count = 2;
	scan(&group, &result);
	cr_expect(eq(sz, result.deadlock.dead_count, 2));
	cr_expect(blocked_has_outsider(&group.input, &result));
	blocked_scan_release(&result);
	group_end(&group);
}

Test(oracle_blocked, unlisted_child_is_no_deadlock)
{
	struct blocked_scan result;
	struct group group;

	group_start(&group, "inherited-write-end", "wait4 read");
	group.input.process_count = 1;
	scan(&group, &result);
	cr_expect(eq(sz, result.deadlock.dead_count, 0));
	blocked_scan_release(&result);
	group_end(&group);
	/* one of two children is listed, and stuck: the other may still end */
	group_start(&group, "pipe-cycle", "wait4 read read");
	group.input.process_count = 2;
	scan(&group, &result);
	cr_expect(eq(int, result.nodes[0].state, WAIT_EXTERNAL));
	cr_expect(eq(int, result.deadlock.dead[0], false));
	blocked_scan_release(&result);
	group_end(&group);
}

Test(oracle_blocked, stopped_process_waits_for_sigcont)
{
	struct blocked_scan result;
	struct group group;
	char *report;

	group_start(&group, "stopped", "- read");
	child_wait_state(group.child.pid, 'T');
	scan(&group, &result);
	report = blocked_report(&result);
	cr_expect(eq(sz, result.deadlock.dead_count, 2), "%s", report);
	cr_expect(strstr(report, "stopped by a signal waits for SIGCONT") != NULL, "%s", report);
	free(report);
	blocked_scan_release(&result);
	group_end(&group);
}

/* A thread that moved between two scans is not proven to be stuck. */
Test(oracle_blocked, progress_between_scans_is_seen)
{
	struct blocked_scan first, second;
	struct group group;

	group_start(&group, "stdin-reader", "read");
	scan(&group, &first);
	kill(group.child.pid, SIGSTOP);
	child_wait_state(group.child.pid, 'T');
	kill(group.child.pid, SIGCONT);
	child_wait_asleep(group.child.pid);
	scan(&group, &second);
	cr_expect(eq(sz, first.deadlock.dead_count, 1));
	cr_expect(eq(sz, second.deadlock.dead_count, 1));
	cr_expect(not(blocked_same(&first, &second)));
	blocked_scan_release(&first);
	blocked_scan_release(&second);
	group_end(&group);
}

Test(oracle_blocked, threads_that_vanish_are_left_out)
{
	struct blocked_scan result;
	struct group group;

	group_start(&group, "pipe-cycle", "wait4 read read");
	for (size_t i = 0; i < group.count; i++)
		kill(group.processes[i].pid, SIGKILL);
	waitpid(group.child.pid, NULL, 0);
	scan(&group, &result);
	cr_expect(eq(sz, result.deadlock.dead_count, 0));
	blocked_scan_release(&result);
	group_end(&group);
}

static unsigned allocations_left;

static bool fail_when_none_is_left(const char *operation)
{
	(void)operation;
	return allocations_left-- == 0;
}

/* Each allocation fails once: an error, or a scan that knows less, never one that claims more. */
Test(oracle_blocked, short_memory_is_an_error)
{
	struct blocked_scan result;
	struct group group;
	unsigned errors = 0;

	group_start(&group, "extra-holder", "wait4 read read clock_nanosleep");
	for (unsigned n = 0; n < 200; n++) {
		int r;

		allocations_left = n;
		fault_point_hook = fail_when_none_is_left;
		r = blocked_scan(&group.input, &result, NULL);
		fault_point_hook = NULL;
		errors += r != 0;
		if (r != 0) {
			cr_expect(eq(int, r, -ENOMEM));
			continue;
		}
		cr_expect(eq(sz, result.deadlock.dead_count, 0), "allocation %u", n);
		blocked_scan_release(&result);
	}
	cr_expect(gt(uint, errors, 20));
	group_end(&group);
}

Test(oracle_blocked, is_quick)
{
	struct timespec start, end;
	struct group group;
	double best = 1e9;

	group_start(&group, "pipe-cycle", "wait4 read read");
	for (int i = 0; i < 50; i++) {
		struct blocked_scan result;
		double us;

		clock_gettime(CLOCK_MONOTONIC, &start);
		scan(&group, &result);
		clock_gettime(CLOCK_MONOTONIC, &end);
		us = (double)(end.tv_sec - start.tv_sec) * 1e6 +
		     (double)(end.tv_nsec - start.tv_nsec) / 1e3;
		best = us < best ? us : best;
		blocked_scan_release(&result);
	}
	cr_log_info("3 processes in a pipe cycle: %.0f us a scan", best);
	cr_expect(lt(dbl, best, 50000));
	group_end(&group);
}
