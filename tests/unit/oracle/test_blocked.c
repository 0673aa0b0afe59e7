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
#include "graph.h"

Test(oracle_blocked, proves_deadlocks_over_pipes)
{
	static const struct graph_row rows[] = {
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

	check_graphs("graph-cases", rows, ARRAY_SIZE(rows));
}

Test(oracle_blocked, proves_deadlocks_over_events)
{
	static const struct graph_row rows[] = {
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
	};

	check_graphs("graph-cases", rows, ARRAY_SIZE(rows));
}

Test(oracle_blocked, proves_deadlocks_over_mutexes)
{
	static const struct graph_row rows[] = {
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
	};

	check_graphs("graph-mutexes", rows, ARRAY_SIZE(rows));
}

Test(oracle_blocked, proves_deadlocks_over_file_locks)
{
	static const struct graph_row rows[] = {
		{"flock-cycle", "wait4 read flock", "main one two", "one two",
		 "its release: held by one"},
		{"fcntl-cycle", "wait4 read fcntl", "main one two", "one two",
		 "its release: held by one"},
	};

	check_graphs("graph-cases", rows, ARRAY_SIZE(rows));
}

/* The twins of the above in which one thing is left that can still happen. */
Test(oracle_blocked, never_claims_what_can_resolve_itself)
{
	static const struct graph_row
		rows[] =
			{
				{"extra-holder", "wait4 read read clock_nanosleep", "", "", ""},
				{"handler-and-sleeper", "clock_nanosleep read read", "", "", ""},
				{"poll-timed", "wait4 poll", "", "", ""},
				{"timerfd-armed", "read", "", "", ""},
				{"pause-with-sleeper", "pause clock_nanosleep", "", "", ""},
				{"wait-for-sleeper", "wait4 clock_nanosleep", "", "", ""},
				{"with-posix-timer", "read", "", "", ""},
				{"fifo-and-sleeper", "openat clock_nanosleep", "", "", ""},
				{"fcntl-sleeper", "wait4 clock_nanosleep fcntl", "", "", ""},
			},
		mutexes[] = {
			{"abba-timed", "wait4 futex futex", "", "", ""},
			{"condition-and-sleeper", "clock_nanosleep futex", "", "", ""},
			{"sem-with-sharer", "futex clock_nanosleep", "", "", ""},
			{"private-mutex-ended-thread", "futex clock_nanosleep", "", "", ""},
			{"named-sem-and-sleeper", "futex clock_nanosleep", "", "", ""},
		};

	check_graphs("graph-cases", rows, ARRAY_SIZE(rows));
	check_graphs("graph-mutexes", mutexes, ARRAY_SIZE(mutexes));
}

Test(oracle_blocked, alarm_is_what_the_caller_knows)
{
	struct blocked_scan result;
	struct group group;

	group_start(&group, "graph-cases", "with-alarm", "read");
	group_scan(&group, &result);
	cr_expect(eq(sz, result.deadlock.dead_count, 1));
	blocked_scan_release(&result);
	group.processes[0].has_timer = true;
	group_scan(&group, &result);
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

	group_start(&group, "graph-cases", "stdin-reader", "read");
	group.input.context = &group.child.in;
	group.input.channel_name = name_all;
	group_scan(&group, &result);
	cr_expect(eq(sz, result.deadlock.dead_count, 1), "our end does not count by itself");
	line = blocked_line(&result, 0);
	cr_expect(strstr(line, "): read(fd 0 ← pipe `data`) waits for a writer: no other") != NULL,
		  "%s", line);
	free(line);
	blocked_scan_release(&result);
	group.input.served_ends = serve_write_end;
	group_scan(&group, &result);
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

	group_start(&group, "graph-cases", "extra-holder", "wait4 read read clock_nanosleep");
	group.input.processes = group.processes + 1; /* one and two: three is hidden */
	group.input.process_count = 2;
	group_scan(&group, &result);
	cr_expect(eq(sz, result.deadlock.dead_count, 2));
	cr_expect(blocked_has_outsider(&group.input, &result));
	blocked_scan_release(&result);
	group_end(&group);
}

Test(oracle_blocked, unlisted_child_is_no_deadlock)
{
	struct blocked_scan result;
	struct group group;

	group_start(&group, "graph-cases", "inherited-write-end", "wait4 read");
	group.input.process_count = 1;
	group_scan(&group, &result);
	cr_expect(eq(sz, result.deadlock.dead_count, 0));
	blocked_scan_release(&result);
	group_end(&group);
	/* one of two children is listed, and stuck: the other may still end */
	group_start(&group, "graph-cases", "pipe-cycle", "wait4 read read");
	group.input.process_count = 2;
	group_scan(&group, &result);
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

	group_start(&group, "graph-cases", "stopped", "- read");
	child_wait_state(group.child.pid, 'T');
	group_scan(&group, &result);
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

	group_start(&group, "graph-cases", "stdin-reader", "read");
	group_scan(&group, &first);
	kill(group.child.pid, SIGSTOP);
	child_wait_state(group.child.pid, 'T');
	kill(group.child.pid, SIGCONT);
	child_wait_asleep(group.child.pid);
	group_scan(&group, &second);
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

	group_start(&group, "graph-cases", "pipe-cycle", "wait4 read read");
	for (size_t i = 0; i < group.count; i++)
		kill(group.processes[i].pid, SIGKILL);
	waitpid(group.child.pid, NULL, 0);
	group_scan(&group, &result);
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

	group_start(&group, "graph-cases", "extra-holder", "wait4 read read clock_nanosleep");
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

	group_start(&group, "graph-cases", "pipe-cycle", "wait4 read read");
	for (int i = 0; i < 50; i++) {
		struct blocked_scan result;
		double us;

		clock_gettime(CLOCK_MONOTONIC, &start);
		group_scan(&group, &result);
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
