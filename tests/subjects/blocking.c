/*
 * blocking.c - sleeps in every call that can sleep, one after the other, and
 * prints what each returned; must print the same when it is traced.
 *
 *	blocking [--treat none|plain|restart|stop|child] [--only CASE] [--list]
 *
 * Another process waits until the call really sleeps, treats the sleeper, and
 * wakes it up when it sleeps again:
 *	none     nothing but the wake-up
 *	plain    a signal whose handler has no SA_RESTART
 *	restart  a signal whose handler has SA_RESTART
 *	stop     SIGSTOP, then SIGCONT
 *	child    another child ends: SIGCHLD, which is ignored by default
 *
 * cflags: -iquote src
 * libs: src/sys/blocking.c src/sys/blocking_pipe.c src/sys/blocking_socket.c
 * libs: src/sys/blocking_wait.c src/sys/blocking_lock.c
 * libs: src/sys/procfs.c src/base/mem.c
 */
#include "sys/blocking.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/procfs.h"

enum treatment { TREAT_NONE, TREAT_PLAIN, TREAT_RESTART, TREAT_STOP, TREAT_CHILD, TREAT_MAX };

static const char *const treatment_names[] = {"none", "plain", "restart", "stop", "child"};

static enum treatment treatment;
static struct blocking *b;
static int proc_fd;

#define SHORT_NS 30000000
#define LONG_NS	 10000000000

static void count_hit(int signal)
{
	(void)signal;
	b->hits++;
}

static void wake_up(int signal)
{
	(void)signal;
}

static void set_handlers(void)
{
	struct sigaction hit = {.sa_handler = count_hit}, wake = {.sa_handler = wake_up};

	if (treatment == TREAT_RESTART)
		hit.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &hit, NULL);
	sigaction(BLOCKING_WAKE_SIGNAL, &wake, NULL);
	sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
}

/* --- the process that treats and wakes ---------------------------------------- */

/* False: it is over. */
static bool wait_asleep(int task_fd)
{
	while (!b->ready || procfs_task_state(task_fd) != 'S') {
		if (b->done)
			return false;
		sched_yield();
	}
	return !b->done;
}

/*
 * Under a tracer it is in state t, also where it stops for other reasons: only
 * when the signal is no longer pending has it been taken.
 */
static void wait_stopped(void)
{
	uint64_t bit = UINT64_C(1) << (SIGSTOP - 1);
	struct procfs_status status;

	while (procfs_status(proc_fd, b->sleeper, &status) == 0 &&
	       ((status.state != 'T' && status.state != 't') || status.shared_pending & bit))
		sched_yield();
}

static void wait_dead(pid_t pid)
{
	struct procfs_stat stat;

	while (procfs_stat(proc_fd, pid, &stat) == 0 && stat.state != 'Z')
		sched_yield();
}

static void treat(pid_t other)
{
	switch (treatment) {
	case TREAT_PLAIN:
	case TREAT_RESTART:
		kill(b->sleeper, SIGUSR1);
		while (!b->hits && !b->done)
			sched_yield();
		break;
	case TREAT_STOP:
		kill(b->sleeper, SIGSTOP);
		wait_stopped();
		kill(b->sleeper, SIGCONT);
		break;
	case TREAT_CHILD:
		kill(other, SIGKILL);
		wait_dead(other);
		break;
	default:
		break;
	}
}

static _Noreturn void be_waker(pid_t other)
{
	int task_fd = procfs_task_open(proc_fd, b->sleeper);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (task_fd < 0)
		abort();
	if (wait_asleep(task_fd)) {
		treat(other);
		if (wait_asleep(task_fd))
			b->what->wake(b);
	}
	_exit(0);
}

/* --- the sleeper ------------------------------------------------------------------ */

static pid_t start_other(void)
{
	pid_t parent = getpid(), pid = treatment == TREAT_CHILD ? fork() : 0;

	if (treatment != TREAT_CHILD || pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == parent)
		pause();
	_exit(0);
}

static void run_case(const struct blocking_case *what)
{
	bool ended_by_signal = treatment == TREAT_PLAIN || treatment == TREAT_RESTART;
	pid_t waker, other;

	b->sleep_ns = ended_by_signal ? LONG_NS : SHORT_NS;
	if (blocking_prepare(b, what) == 0) {
		other = start_other();
		waker = fork();
		if (waker == 0)
			be_waker(other);
		blocking_sleep(b);
		waitpid(waker, NULL, 0);
		if (other) {
			kill(other, SIGKILL);
			waitpid(other, NULL, 0);
		}
	}
	printf("%s ret=%ld err=%s hits=%d\n", what->name, b->result,
	       b->err ? strerrorname_np(b->err) : "-", b->hits);
	blocking_release(b);
}

static enum treatment treatment_from_name(const char *name)
{
	for (int i = 0; i < TREAT_MAX; i++)
		if (strcmp(treatment_names[i], name) == 0)
			return (enum treatment)i;
	fprintf(stderr, "blocking: unknown treatment %s\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"treat", required_argument, NULL, 't'},
		{"only", required_argument, NULL, 'o'},
		{"list", no_argument, NULL, 'l'},
		{NULL, 0, NULL, 0},
	};
	const char *only = NULL;
	bool list = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 't')
			treatment = treatment_from_name(optarg);
		else if (option == 'o')
			only = optarg;
		else if (option == 'l')
			list = true;
		else
			return 2;
	}
	b = blocking_new();
	proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!b || proc_fd < 0)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	set_handlers();
	for (size_t i = 0; blocking_case_get(i); i++) {
		const struct blocking_case *what = blocking_case_get(i);

		if (!what->wake || (only && strcmp(only, what->name) != 0))
			continue;
		if (list)
			puts(what->name);
		else
			run_case(what);
	}
	return 0;
}
