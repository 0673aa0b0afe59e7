#include "sys/restart_probe.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/util.h"
#include "sys/blocking.h"
#include "sys/names.h"
#include "sys/procfs.h"

#define LIMIT_NS (300 * NS_PER_MS) /* for one thing to happen */
#define LONG_NS	 (60 * NS_PER_S)

/* What is done to the sleeper. */
enum treatment {
	SIGNAL_WITHOUT_RESTART,
	SIGNAL_WITH_RESTART,
	STOP_AND_CONTINUE,
	TREATMENTS,
};

/* What comes of it. */
enum answer { ANSWER_EINTR, ANSWER_SLEEPS_AGAIN, ANSWER_NONE };

struct prober {
	int proc_fd;
	struct blocking *b;
	pid_t pid; /* of the sleeper */
	int task_fd;
	long nr;
	bool reaped;
};

static struct blocking *handler_state;

static void count_hit(int signal)
{
	(void)signal;
	handler_state->hits++;
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

/* --- the sleeper --------------------------------------------------------------- */

static _Noreturn void be_sleeper(struct blocking *b, const struct blocking_case *what,
				 enum treatment treatment, pid_t parent)
{
	struct sigaction action = {.sa_handler = count_hit};
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	handler_state = b;
	if (treatment == SIGNAL_WITH_RESTART)
		action.sa_flags = SA_RESTART;
	if (treatment != STOP_AND_CONTINUE)
		sigaction(SIGUSR1, &action, NULL);
	b->sleep_ns = LONG_NS;
	if (!blocking_prepare(b, what))
		blocking_sleep(b);
	_exit(0);
}

static int start(struct prober *p, const struct blocking_case *what, enum treatment treatment)
{
	pid_t self = getpid();

	p->b->done = p->b->ready = p->b->hits = 0;
	p->reaped = false;
	p->pid = fork();
	if (p->pid < 0)
		return -errno;
	if (p->pid == 0)
		be_sleeper(p->b, what, treatment, self);
	p->task_fd = procfs_task_open(p->proc_fd, p->pid);
	return 0;
}

static void finish(struct prober *p)
{
	pid_t child = p->b->child;

	kill(p->pid, SIGKILL);
	if (!p->reaped)
		waitpid(p->pid, NULL, 0);
	if (p->task_fd >= 0)
		close(p->task_fd);
	/* The sleeper's own child dies with it; the number may be another's by now. */
	if (child > 0)
		p->b->child = 0;
	blocking_remove_objects(p->b);
}

/* --- watching it ---------------------------------------------------------------- */

/* A call that goes on after a stop can have become restart_syscall(2). */
static bool is_asleep(const struct prober *p)
{
	struct procfs_task task;

	return p->b->ready && procfs_task_state(p->task_fd) == 'S' &&
	       procfs_task_read(p->proc_fd, p->pid, &task) == 0 && task.in_call &&
	       (task.nr == p->nr || task.nr == SYS_restart_syscall);
}

static bool is_over(struct prober *p)
{
	if (p->b->done)
		return true;
	if (!p->reaped && waitpid(p->pid, NULL, WNOHANG) == p->pid)
		p->reaped = true;
	return p->reaped;
}

static bool wait_asleep(struct prober *p)
{
	uint64_t limit = now() + LIMIT_NS;

	while (!is_asleep(p)) {
		if (is_over(p) || now() > limit)
			return false;
		sched_yield();
	}
	return true;
}

static bool wait_stopped(struct prober *p)
{
	uint64_t limit = now() + LIMIT_NS;

	while (procfs_task_state(p->task_fd) != 'T') {
		if (now() > limit)
			return false;
		sched_yield();
	}
	return true;
}

static enum answer wait_answer(struct prober *p, int hits)
{
	uint64_t limit = now() + LIMIT_NS;

	while (now() < limit) {
		if (p->b->done)
			return p->b->result == -1 && p->b->err == EINTR ? ANSWER_EINTR
									: ANSWER_NONE;
		if (p->b->hits >= hits && is_asleep(p))
			return ANSWER_SLEEPS_AGAIN;
		sched_yield();
	}
	return ANSWER_NONE;
}

static enum answer treat(struct prober *p, enum treatment treatment)
{
	if (treatment != STOP_AND_CONTINUE) {
		kill(p->pid, SIGUSR1);
		return wait_answer(p, 1);
	}
	kill(p->pid, SIGSTOP);
	if (!wait_stopped(p))
		return ANSWER_NONE;
	kill(p->pid, SIGCONT);
	return wait_answer(p, 0);
}

/* --- one case -------------------------------------------------------------------- */

static void explain(const struct prober *p, struct restart_result *result)
{
	const char *name = errno_name(p->b->err);

	if (p->b->done && p->b->result == -1)
		snprintf(result->text, sizeof(result->text), "fails here: %s",
			 name ? name : "unknown error");
	else
		snprintf(result->text, sizeof(result->text), "%s",
			 p->b->done ? "did not sleep" : "was not seen asleep");
}

/* False: cannot be measured, result->text says why. */
static bool measure(struct prober *p, const struct blocking_case *what, enum treatment treatment,
		    struct restart_result *result, enum answer *ret_answer)
{
	int rc = start(p, what, treatment);
	bool asleep;

	if (rc) {
		snprintf(result->text, sizeof(result->text), "fork: %s", errno_name(-rc));
		return false;
	}
	asleep = wait_asleep(p);
	if (asleep)
		*ret_answer = treat(p, treatment);
	else
		explain(p, result);
	finish(p);
	return asleep;
}

static bool classify(const enum answer *answers, enum restart_class *ret_class)
{
	if (answers[SIGNAL_WITHOUT_RESTART] != ANSWER_EINTR)
		return false;
	for (int i = 0; i < TREATMENTS; i++)
		if (answers[i] == ANSWER_NONE)
			return false;
	if (answers[SIGNAL_WITH_RESTART] == ANSWER_SLEEPS_AGAIN) {
		*ret_class = RESTART_R;
		return answers[STOP_AND_CONTINUE] == ANSWER_SLEEPS_AGAIN;
	}
	*ret_class = answers[STOP_AND_CONTINUE] == ANSWER_EINTR ? RESTART_N_STOP : RESTART_N;
	return true;
}

static void judge(const enum answer *answers, struct restart_result *result)
{
	static const char *const words[] = {"EINTR", "sleeps again", "neither"};

	if (!classify(answers, &result->measured)) {
		result->outcome = RESTART_ODD;
		snprintf(result->text, sizeof(result->text),
			 "handler: %s, with SA_RESTART: %s, stop: %s",
			 words[answers[SIGNAL_WITHOUT_RESTART]],
			 words[answers[SIGNAL_WITH_RESTART]], words[answers[STOP_AND_CONTINUE]]);
		return;
	}
	result->outcome = result->measured == result->expected ? RESTART_AS_TABLE : RESTART_DIFFERS;
}

static void probe_case(struct prober *p, const struct blocking_case *what,
		       struct restart_result *result)
{
	const struct syscall_row *row = syscall_get(syscall_from_name(what->call));
	enum answer answers[TREATMENTS];

	p->nr = row->nr[ARCH_NATIVE];
	result->expected = what->timed ? row->restart_timed : row->restart;
	for (int i = 0; i < TREATMENTS; i++)
		if (!measure(p, what, (enum treatment)i, result, &answers[i])) {
			result->outcome = RESTART_UNKNOWN;
			return;
		}
	judge(answers, result);
}

int restart_probe(int proc_fd, int (*each)(void *ctx, const struct restart_result *result),
		  void *ctx, struct err *err)
{
	struct prober prober = {.proc_fd = proc_fd, .b = blocking_new(), .task_fd = -1};
	int rc = 0;

	if (!prober.b)
		return err_errno(err, -errno, "mmap");
	for (size_t i = 0; !rc && blocking_case_get(i); i++) {
		const struct blocking_case *what = blocking_case_get(i);
		struct restart_result result = {.name = what->name, .call = what->call};

		if (!what->call)
			continue;
		probe_case(&prober, what, &result);
		rc = each(ctx, &result);
	}
	blocking_free(prober.b);
	return rc;
}

const char *restart_class_name(enum restart_class class)
{
	static const char *const names[] = {"-", "R", "N", "N!"};

	return (unsigned)class < ARRAY_SIZE(names) ? names[class] : "?";
}
