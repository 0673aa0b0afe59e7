#include "sys/procfs.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "lib/fault.h"

static int proc_fd = -1;

static void open_proc(void)
{
	proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void close_proc(void)
{
	close(proc_fd);
}

TestSuite(sys_procfs, .init = open_proc, .fini = close_proc);

/* A child that sleeps in read(2) of a pipe until the test closes the other end. */
struct reader {
	pid_t pid;
	int fds[2];
};

static void child_reads(int fd)
{
	char c;

	prctl(PR_SET_NAME, "a (b) c");
	_exit((int)read(fd, &c, 1));
}

static struct reader reader_start(void)
{
	struct reader reader;

	cr_assert(eq(int, pipe2(reader.fds, O_CLOEXEC), 0));
	reader.pid = fork();
	if (reader.pid == 0) {
		close(reader.fds[1]);
		child_reads(reader.fds[0]);
	}
	return reader;
}

static void reader_stop(struct reader *reader)
{
	close(reader->fds[0]);
	close(reader->fds[1]);
	waitpid(reader->pid, NULL, 0);
}

static void wait_for_state(int task_fd, char state)
{
	while (procfs_task_state(task_fd) != state)
		sched_yield();
}

Test(sys_procfs, a_sleeping_thread_shows_its_call)
{
	struct reader reader = reader_start();
	int task_fd = procfs_task_open(proc_fd, reader.pid);
	struct procfs_task task;

	cr_assert(ge(int, task_fd, 0));
	do
		wait_for_state(task_fd, 'S');
	while (procfs_task_read(proc_fd, reader.pid, &task) || task.nr != SYS_read);
	cr_expect(task.in_call);
	cr_expect(not(task.running));
	cr_expect(eq(u64, task.args[0], (uint64_t)reader.fds[0]));
	cr_expect(eq(u64, task.args[2], 1));
	cr_expect(ne(u64, task.sp, 0));
	cr_expect(ne(u64, task.ip, 0));
	close(task_fd);
	reader_stop(&reader);
}

Test(sys_procfs, a_running_thread_shows_no_call)
{
	struct procfs_task task;
	int task_fd = procfs_task_open(proc_fd, getpid());

	/* We ourselves are in pread(2) when we look. */
	cr_expect(eq(int, procfs_task_state(task_fd), 'R'));
	cr_assert(eq(int, procfs_task_read(proc_fd, getpid(), &task), 0));
	cr_expect(ne(int, task.running, task.in_call));
	close(task_fd);
}

Test(sys_procfs, who_has_gone_is_no_such_process)
{
	struct reader reader = reader_start();
	int task_fd = procfs_task_open(proc_fd, reader.pid);
	struct procfs_task task = {.nr = 77};
	struct procfs_status status;
	struct procfs_stat stat;
	struct procfs_auxv auxv;
	struct procfs_fd fd;
	char *text = NULL;
	pid_t *pids = NULL;
	size_t count;

	reader_stop(&reader);
	cr_expect(eq(int, procfs_task_state(task_fd), 0));
	cr_expect(eq(int, procfs_task_state(-1), 0));
	cr_expect(eq(int, procfs_task_open(proc_fd, reader.pid), -ESRCH));
	cr_expect(eq(int, procfs_task_read(proc_fd, reader.pid, &task), -ESRCH));
	cr_expect(eq(int, task.nr, 77));
	cr_expect(eq(int, procfs_status(proc_fd, reader.pid, &status), -ESRCH));
	cr_expect(eq(int, procfs_stat(proc_fd, reader.pid, &stat), -ESRCH));
	cr_expect(eq(int, procfs_auxv(proc_fd, reader.pid, &auxv), -ESRCH));
	cr_expect(eq(int, procfs_fd(proc_fd, reader.pid, 0, &fd), -ESRCH));
	cr_expect(eq(int, procfs_exe(proc_fd, reader.pid, &text), -ESRCH));
	cr_expect(eq(int, procfs_comm(proc_fd, reader.pid, &text), -ESRCH));
	cr_expect(eq(int, procfs_cmdline(proc_fd, reader.pid, &text), -ESRCH));
	cr_expect(eq(int, procfs_threads(proc_fd, reader.pid, &pids, &count), -ESRCH));
	cr_expect(eq(int, procfs_children(proc_fd, reader.pid, &pids, &count), -ESRCH));
	close(task_fd);
}

Test(sys_procfs, a_zombie_has_a_state_and_no_memory)
{
	struct reader reader = reader_start();
	int task_fd = procfs_task_open(proc_fd, reader.pid);
	struct procfs_auxv auxv;
	struct procfs_stat stat;
	struct procfs_fd fd;

	close(reader.fds[1]);
	wait_for_state(task_fd, 'Z');
	cr_expect(eq(int, procfs_auxv(proc_fd, reader.pid, &auxv), -ESRCH));
	cr_expect(eq(int, procfs_each_map(proc_fd, reader.pid, NULL, NULL), -ESRCH));
	cr_expect(eq(int, procfs_fd(proc_fd, reader.pid, reader.fds[0], &fd), -ESRCH));
	cr_assert(eq(int, procfs_stat(proc_fd, reader.pid, &stat), 0));
	cr_expect(eq(int, stat.state, 'Z'));
	reader.fds[1] = -1;
	close(task_fd);
	reader_stop(&reader);
}

Test(sys_procfs, stat_and_comm_survive_parentheses_in_the_name)
{
	struct reader reader = reader_start();
	int task_fd = procfs_task_open(proc_fd, reader.pid);
	cleanup_free char *comm = NULL;
	struct procfs_stat stat;

	wait_for_state(task_fd, 'S');
	cr_assert(eq(int, procfs_stat(proc_fd, reader.pid, &stat), 0));
	cr_expect(eq(int, stat.ppid, getpid()));
	cr_expect(eq(int, stat.pgrp, getpgrp()));
	cr_expect(ne(u64, stat.start_ticks, 0));
	cr_assert(eq(int, procfs_comm(proc_fd, reader.pid, &comm), 0));
	cr_expect(eq(str, comm, "a (b) c"));
	close(task_fd);
	reader_stop(&reader);
}

Test(sys_procfs, processor_time_is_counted)
{
	struct procfs_stat stat;

	do
		cr_assert(eq(int, procfs_stat(proc_fd, getpid(), &stat), 0));
	while (stat.user_ticks + stat.system_ticks == 0);
}

static void nothing(int signal)
{
	(void)signal;
}

Test(sys_procfs, status_tells_what_signals_meet)
{
	struct procfs_status status;
	sigset_t block;

	sigemptyset(&block);
	sigaddset(&block, SIGUSR2);
	sigprocmask(SIG_BLOCK, &block, NULL);
	sigaction(SIGUSR1, &(struct sigaction){.sa_handler = nothing}, NULL);
	sigaction(SIGHUP, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
	kill(getpid(), SIGUSR2);
	cr_assert(eq(int, procfs_status(proc_fd, getpid(), &status), 0));
#define BIT(signal_) (UINT64_C(1) << ((signal_)-1))
	cr_expect(eq(u64, status.sig_blocked & BIT(SIGUSR2), BIT(SIGUSR2)));
	cr_expect(eq(u64, status.shared_pending & BIT(SIGUSR2), BIT(SIGUSR2)));
	cr_expect(eq(u64, status.sig_pending, 0));
	cr_expect(eq(u64, status.sig_caught & BIT(SIGUSR1), BIT(SIGUSR1)));
	cr_expect(eq(u64, status.sig_ignored & BIT(SIGHUP), BIT(SIGHUP)));
	cr_expect(eq(u64, status.sig_caught & BIT(SIGHUP), 0));
	cr_expect(eq(int, status.tgid, getpid()));
	cr_expect(eq(int, status.ns_tid, getpid()));
	cr_expect(eq(int, status.ppid, getppid()));
	cr_expect(ge(uint, status.threads, 1));
	cr_expect(eq(int, status.tracer, 0));
}

Test(sys_procfs, context_switches_grow_when_a_thread_sleeps)
{
	struct procfs_status before, after;
	struct reader reader;

	cr_assert(eq(int, procfs_status(proc_fd, getpid(), &before), 0));
	reader = reader_start();
	close(reader.fds[1]);
	waitpid(reader.pid, NULL, 0);
	cr_assert(eq(int, procfs_status(proc_fd, getpid(), &after), 0));
	cr_expect(gt(u64, after.voluntary_switches, before.voluntary_switches));
	close(reader.fds[0]);
}

static void *wait_on_barrier(void *arg)
{
	pthread_barrier_wait(arg);
	return NULL;
}

Test(sys_procfs, threads_and_children_are_listed)
{
	struct reader first = reader_start(), second = reader_start();
	cleanup_free pid_t *threads = NULL, *children = NULL, *others = NULL;
	size_t thread_count = 0, child_count = 0, before = 0;
	pthread_barrier_t barrier;
	pthread_t thread;

	cr_assert(eq(int, procfs_threads(proc_fd, getpid(), &others, &before), 0));
	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&thread, NULL, wait_on_barrier, &barrier);
	cr_assert(eq(int, procfs_threads(proc_fd, getpid(), &threads, &thread_count), 0));
	cr_assert(eq(int, procfs_children(proc_fd, getpid(), &children, &child_count), 0));
	cr_assert(eq(sz, thread_count, before + 1));
	cr_expect(eq(int, threads[0], getpid()));
	cr_expect(gt(int, threads[1], threads[0]));
	cr_assert(eq(sz, child_count, 2));
	cr_expect(eq(int, children[0], first.pid));
	cr_expect(eq(int, children[1], second.pid));
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	/* The first reader's write end lives in the second too. */
	reader_stop(&second);
	reader_stop(&first);
}

Test(sys_procfs, program_and_arguments_are_those_of_exec)
{
	cleanup_free char *exe = NULL, *cmdline = NULL, *real = realpath("/bin/sh", NULL);
	int fds[2], task_fd;
	pid_t pid;

	cr_assert(eq(int, pipe2(fds, O_CLOEXEC), 0));
	pid = fork();
	if (pid == 0) {
		dup2(fds[0], STDIN_FILENO);
		execl("/bin/sh", "sh", "-c", "read line", "two words", NULL);
		_exit(1);
	}
	task_fd = procfs_task_open(proc_fd, pid);
	do {
		free(exe);
		exe = NULL;
		cr_assert(eq(int, procfs_exe(proc_fd, pid, &exe), 0));
	} while (strcmp(exe, real) != 0 || procfs_task_state(task_fd) != 'S');
	cr_assert(eq(int, procfs_cmdline(proc_fd, pid, &cmdline), 0));
	cr_expect(eq(str, cmdline, "sh -c read line two words"));
	close(fds[0]);
	close(fds[1]);
	close(task_fd);
	waitpid(pid, NULL, 0);
}

static int fail_softly(void *arg)
{
	cleanup_free pid_t *tids = NULL, *pids = NULL;
	cleanup_free char *text = NULL;
	size_t count;
	int rc = procfs_threads(proc_fd, getpid(), &tids, &count);

	(void)arg;
	if (!rc)
		rc = procfs_children(proc_fd, getpid(), &pids, &count);
	if (!rc)
		rc = procfs_cmdline(proc_fd, getpid(), &text);
	return rc;
}

Test(sys_procfs, want_of_memory_is_reported_and_leaks_nothing)
{
	fault_sweep(fail_softly, NULL);
}

Test(sys_procfs, run_delay_only_grows)
{
	uint64_t before, after;

	cr_assert(eq(int, procfs_run_delay(proc_fd, getpid(), &before), 0));
	cr_assert(eq(int, procfs_run_delay(proc_fd, getpid(), &after), 0));
	cr_expect(ge(u64, after, before));
	cr_expect(eq(int, procfs_run_delay(proc_fd, 1 << 30, &after), -ESRCH));
}
