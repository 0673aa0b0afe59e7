#include "run/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "engine/engine.h"
#include "model/result.h"
#include "model/result_json.h"
#include "model/scenario.h"
#include "run/pool_private.h"
#include "run/turns.h"
#include "run/worker.h"
#include "sandbox/tmp.h"
#include "sys/names.h"

#define WORKERS_MAX 256
#define MESSAGE_MAX (64u << 20)
#define NO_CASE	    SIZE_MAX
#define AHEAD_MAX   64
#define NAP_NS	    (10 * NS_PER_MS)
#define SLOW_NS	    (100 * NS_PER_MS)

/* The main process's view of a worker. */
struct slot {
	pid_t pid;	/* 0 = none */
	int to, from;	/* pipes */
	int to_read;	/* the other end of @to: what the worker has not read can be taken back */
	size_t current; /* index of its case, NO_CASE = idle */
	/* Sent already, for after that; when the worker dies they are sent to the next one. */
	size_t ahead[AHEAD_MAX];
	unsigned ahead_count;
	uint64_t since_ns; /* its case, or when we knew; CLOCK_MONOTONIC */
	uint64_t pace_ns;  /* how long its last case took; 0 = none yet */
	int cpu;
};

struct pool {
	const struct run_case *cases;
	size_t count, next, running;
	size_t returned[WORKERS_MAX * AHEAD_MAX]; /* taken back: they go before the next one */
	size_t returned_count;
	const struct pool_options *options;
	const struct pool_events *events;
	struct slot slots[WORKERS_MAX];
	unsigned slot_count;
	bool stopping;
	int turns; /* run/turns.h */
};

static int stop_fd = -1;

void pool_stop(void)
{
	uint64_t one = 1;
	int saved = errno;

	if (stop_fd >= 0 && write(stop_fd, &one, sizeof(one)) < 0)
		errno = saved;
	errno = saved;
}

/* In the worker */

static void set_disposition(int signal, void (*handler)(int))
{
	const struct sigaction action = {.sa_handler = handler};

	sigaction(signal, &action, NULL);
}

static void become_worker(struct pool *pool, int cpu, int from, int to, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(3);
	prctl(PR_SET_NAME, "ipcfault-worker");
	set_disposition(SIGINT, SIG_IGN); /* the terminal's Ctrl-C is for the main process */
	set_disposition(SIGTERM, SIG_DFL);
	set_disposition(SIGPIPE, SIG_IGN);
	/* Nobody wants a signal for each stop. */
	sigaction(SIGCHLD, &(struct sigaction){.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP},
		  NULL);
	for (unsigned i = 0; i < pool->slot_count; i++)
		if (pool->slots[i].pid) {
			close(pool->slots[i].to);
			close(pool->slots[i].to_read);
			close(pool->slots[i].from);
		}
	pool_serve(&(const struct served){.cases = pool->cases,
					  .options = pool->options,
					  .turns = pool->turns,
					  .cpu = cpu,
					  .from = from,
					  .to = to});
	exit(0); /* exit(): coverage is written then */
}

/* In the main process */

static int slot_start(struct pool *pool, struct slot *slot, struct err *err)
{
	int down[2], up[2];
	char path[32];
	pid_t parent = getpid(), pid;

	if (fault_point("pipe2") ? (errno = EMFILE, true) : pipe2(down, O_CLOEXEC))
		return err_errno(err, -errno, "worker");
	if (fault_point("pipe2") ? (errno = EMFILE, true) : pipe2(up, O_CLOEXEC)) {
		int rc = err_errno(err, -errno, "worker");

		close(down[0]);
		close(down[1]);
		return rc;
	}
	pid = fault_point("fork") ? (errno = EAGAIN, -1) : fork();
	if (pid == 0) {
		close(down[1]);
		close(up[0]);
		become_worker(pool, slot->cpu, down[0], up[1], parent);
	}
	/* A description of its own, since the worker's must wait. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", down[0]);
	slot->to_read = pid < 0 ? -1 : open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	close(down[0]);
	close(up[1]);
	if (pid < 0) {
		close(down[1]);
		close(up[0]);
		return err_errno(err, -errno, "worker");
	}
	slot->pid = pid;
	slot->to = down[1];
	slot->from = up[0];
	return 0;
}

static int slot_end(struct slot *slot)
{
	int status = 0;

	close(slot->to);
	close(slot->from);
	if (slot->to_read >= 0)
		close(slot->to_read);
	while (waitpid(slot->pid, &status, 0) < 0 && errno == EINTR)
		;
	slot->pid = 0;
	return status;
}

static int send_index(const struct slot *slot, size_t index)
{
	int rc = pool_write(slot->to, &index, sizeof(index));

	return rc == -EPIPE ? 0 : rc; /* it died: read() will tell */
}

static size_t peek(const struct pool *pool)
{
	return pool->returned_count ? pool->returned[0] : pool->next;
}

/* peek() is given to somebody, or not wanted. */
static void advance(struct pool *pool)
{
	if (pool->returned_count)
		memmove(pool->returned, pool->returned + 1,
			--pool->returned_count * sizeof(*pool->returned));
	else
		pool->next++;
}

/* Goes to the next of the cases that are wanted; false when there is none. */
static bool find_next(struct pool *pool)
{
	const struct pool_events *events = pool->events;

	while (events->wanted && peek(pool) < pool->count &&
	       !events->wanted(events->ctx, &pool->cases[peek(pool)]))
		advance(pool);
	return peek(pool) < pool->count;
}

/* Repetitions, attempts of a sweep and variants take about the same time. */
static bool are_alike(const struct run_case *a, const struct run_case *b)
{
	if (a->scenario == b->scenario || (a->like && a->like == b->like))
		return true;
	return !a->like && !b->like && a->scenario->pos.line == b->scenario->pos.line &&
	       strcmp(a->scenario->file, b->scenario->file) == 0;
}

/*
 * Cases that are alike take about the same time: some are sent ahead, so that
 * the worker need not wait for us, nor wake us for each; not so many that
 * another worker would have nothing to do.
 */
static size_t depth(const struct pool *pool, const struct slot *slot)
{
	uint64_t left = pool->count - pool->next + pool->returned_count;
	uint64_t fair = left / pool->slot_count;
	uint64_t depth = slot->pace_ns ? 2 * NAP_NS / slot->pace_ns : 1;

	depth = depth < fair ? depth : fair;
	depth = depth < AHEAD_MAX ? depth : AHEAD_MAX;
	return depth ? depth : 1;
}

static int send_ahead(struct pool *pool, struct slot *slot)
{
	int rc = 0;

	while (!rc && !pool->options->fail_fast && slot->ahead_count < depth(pool, slot) &&
	       find_next(pool) &&
	       are_alike(&pool->cases[peek(pool)], &pool->cases[slot->current])) {
		rc = send_index(slot, peek(pool));
		slot->ahead[slot->ahead_count++] = peek(pool);
		advance(pool);
	}
	return rc;
}

/*
 * What the worker has not begun: one that takes its time would keep it from
 * the others.  The current one may still be among them.
 */
static void take_back(struct pool *pool, struct slot *slot)
{
	size_t waiting[AHEAD_MAX + 1];
	bool begun = true;
	ssize_t size;

	if (!slot->pid || !slot->ahead_count || slot->to_read < 0)
		return;
	/* All at once: between two reads the worker would take one out of the middle. */
	size = read(slot->to_read, waiting, sizeof(waiting));
	for (ssize_t i = 0; i < size / (ssize_t)sizeof(*waiting); i++) {
		if (waiting[i] == slot->current) {
			begun = false;
			continue;
		}
		slot->ahead_count--;
		pool->returned[pool->returned_count++] = waiting[i];
	}
	if (!begun)
		send_index(slot, slot->current);
}

/* Of all that have been at their case for so long. */
static void take_all_back(struct pool *pool, uint64_t since_ns)
{
	uint64_t now = now_ns();

	for (unsigned i = 0; i < pool->slot_count; i++)
		if (now - pool->slots[i].since_ns >= since_ns)
			take_back(pool, &pool->slots[i]);
}

static size_t take_ahead(struct slot *slot)
{
	size_t index = slot->ahead[0];

	memmove(slot->ahead, slot->ahead + 1, --slot->ahead_count * sizeof(index));
	return index;
}

/* To a new worker what the last one has not begun. */
static int send_again(const struct slot *slot)
{
	int rc = slot->current != NO_CASE ? send_index(slot, slot->current) : 0;

	for (unsigned i = 0; !rc && i < slot->ahead_count; i++)
		rc = send_index(slot, slot->ahead[i]);
	return rc;
}

static int start_again(struct pool *pool, struct slot *slot, struct err *err)
{
	int rc = slot_start(pool, slot, err);

	return rc ? rc : send_again(slot);
}

static int give(struct pool *pool, struct slot *slot, struct err *err)
{
	int rc = slot->pid ? 0 : start_again(pool, slot, err);

	if (rc)
		return rc;
	if (slot->ahead_count) {
		slot->current = take_ahead(slot);
	} else {
		slot->current = peek(pool);
		advance(pool);
		rc = send_index(slot, slot->current);
	}
	slot->since_ns = now_ns();
	pool->running++;
	if (pool->events->started)
		pool->events->started(pool->events->ctx, &pool->cases[slot->current]);
	return rc ? rc : send_ahead(pool, slot);
}

static bool has_work(struct pool *pool, const struct slot *slot)
{
	if (!slot->ahead_count && !find_next(pool))
		take_all_back(pool, 0);
	return slot->ahead_count || find_next(pool);
}

static void deliver(struct pool *pool, struct slot *slot, struct case_result *result)
{
	bool bad = result->verdict == VERDICT_FAIL || result->verdict == VERDICT_ERROR ||
		   result->verdict == VERDICT_INCONCLUSIVE;

	slot->pace_ns = result->duration_ns;
	pool->events->done(pool->events->ctx, &pool->cases[slot->current], result);
	case_result_release(result);
	slot->current = NO_CASE;
	pool->running--;
	if (bad && pool->events->wanted) /* it may be of another opinion now */
		take_all_back(pool, 0);
	if (bad && pool->options->fail_fast)
		pool->stopping = true;
}

/* It had begun with the current case; those ahead are for the next worker. */
static void deliver_death(struct pool *pool, struct slot *slot, int status)
{
	struct case_result result = {0};
	cleanup_free char *reason = NULL;

	worker_describe(&pool->cases[slot->current], &result);
	reason = WIFSIGNALED(status)
			 ? mem_printf("the worker died of %s", signal_name(WTERMSIG(status)))
			 : mem_printf("the worker ended with %d", WEXITSTATUS(status));
	pool_set_error(&result, reason);
	deliver(pool, slot, &result);
}

/* A worker that has failed ends by itself after its result: what it was sent then is not begun. */
static int on_end_of_worker(struct pool *pool, struct slot *slot, struct err *err)
{
	int status = slot_end(slot);

	if (slot->current == NO_CASE)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return start_again(pool, slot, err);
	deliver_death(pool, slot, status);
	return 0;
}

static int receive(struct pool *pool, struct slot *slot, struct err *err)
{
	struct case_result result = {0};
	cleanup_free char *text = NULL;
	struct message_head head;
	int rc = 0;

	if (pool_read(slot->from, &head, sizeof(head)) || head.size > MESSAGE_MAX)
		return on_end_of_worker(pool, slot, err);
	if (head.index != slot->current)
		return err_set(err, -EPROTO, "a worker has run another case than it was given");
	result = (struct case_result){.role = pool->cases[slot->current].role,
				      .verdict = (enum verdict)head.verdict,
				      .duration_ns = head.duration_ns};
	text = mem_zalloc(head.size);
	if (!text)
		return err_errno(err, -ENOMEM, "result");
	if (pool_read(slot->from, text, head.size))
		return on_end_of_worker(pool, slot, err);
	if (head.size)
		rc = case_result_from_text(text, head.size, &result, err);
	if (rc)
		return rc;
	deliver(pool, slot, &result);
	return 0;
}

static int fill_slots(struct pool *pool, struct err *err)
{
	int rc = 0;

	for (unsigned i = 0; !rc && i < pool->slot_count; i++)
		if ((!pool->slots[i].pid || pool->slots[i].current == NO_CASE) && !pool->stopping &&
		    has_work(pool, &pool->slots[i]))
			rc = give(pool, &pool->slots[i], err);
	return rc;
}

/*
 * All workers have enough to do for a while: while we do not wait for them, a
 * result does not wake us, which costs them 20 us.
 */
static bool may_nap(const struct pool *pool)
{
	for (unsigned i = 0; i < pool->slot_count; i++) {
		const struct slot *slot = &pool->slots[i];

		if (slot->pid && slot->current != NO_CASE &&
		    slot->ahead_count * slot->pace_ns < NAP_NS)
			return false;
	}
	return true;
}

/* Waits for a result or a stop, or for a moment. */
static int wait_once(struct pool *pool, struct err *err)
{
	const struct timespec nap = {0, NAP_NS};
	struct pollfd fds[WORKERS_MAX + 1];
	struct slot *of[WORKERS_MAX + 1];
	bool naps = may_nap(pool);
	int patience = -1;
	nfds_t count = 0;
	int rc = 0, ready;

	fds[count++] = (struct pollfd){stop_fd, POLLIN, 0};
	for (unsigned i = 0; i < pool->slot_count; i++)
		if (pool->slots[i].pid) {
			if (pool->slots[i].ahead_count)
				patience = SLOW_NS / NS_PER_MS;
			of[count] = &pool->slots[i];
			fds[count++] = (struct pollfd){pool->slots[i].from, POLLIN, 0};
		}
	ready = poll(fds, count, naps ? 0 : patience);
	if (ready < 0)
		return errno == EINTR ? 0 : err_errno(err, -errno, "poll");
	if (!ready && naps)
		nanosleep(&nap, NULL);
	take_all_back(pool, SLOW_NS);
	for (nfds_t i = 1; !rc && ready && i < count; i++)
		if (fds[i].revents)
			rc = receive(pool, of[i], err);
	return rc ? rc : fds[0].revents ? -EINTR : 0;
}

/* The kernel kills the targets with their tracer, and pid 1 of the sandbox tidies up. */
static void end_workers(struct pool *pool, bool at_once)
{
	for (unsigned i = 0; i < pool->slot_count; i++)
		if (pool->slots[i].pid) {
			if (at_once)
				kill(pool->slots[i].pid, SIGKILL);
			slot_end(&pool->slots[i]);
		}
}

static void choose_cpus(struct pool *pool)
{
	cpu_set_t allowed;
	unsigned slot = 0;

	CPU_ZERO(&allowed);
	sched_getaffinity(0, sizeof(allowed), &allowed);
	for (int cpu = 0; CPU_COUNT(&allowed) && slot < pool->slot_count;
	     cpu = (cpu + 1) % CPU_SETSIZE)
		if (CPU_ISSET((unsigned)cpu, &allowed))
			pool->slots[slot++] = (struct slot){.cpu = cpu, .current = NO_CASE};
}

int pool_run(const struct run_case *cases, size_t count, const struct pool_options *opts,
	     const struct pool_events *events, struct err *err)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct pool *pool = mem_zalloc(sizeof(*pool));
	struct sigaction before;
	int rc = 0;

	if (!pool)
		return err_errno(err, -ENOMEM, "workers");
	sigaction(SIGPIPE, &ignore, &before); /* of workers that have died */
	*pool = (struct pool){
		.cases = cases, .count = count, .options = opts, .events = events, .turns = -1};
	pool->slot_count = opts->jobs < WORKERS_MAX ? opts->jobs : WORKERS_MAX;
	if (pool->slot_count > count)
		pool->slot_count = (unsigned)count;
	choose_cpus(pool);
	tmp_remove_stale(NULL, NULL, NULL); /* of workers that were killed with their helpers */
	stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (stop_fd < 0)
		rc = err_errno(err, -errno, "workers");
	if (!rc)
		rc = turns_new(&pool->turns, err);
	while (!rc) {
		rc = fill_slots(pool, err);
		if (!rc && !pool->running)
			break;
		if (!rc)
			rc = wait_once(pool, err);
	}
	end_workers(pool, rc != 0);
	if (pool->turns >= 0)
		close(pool->turns);
	if (stop_fd >= 0)
		close(stop_fd);
	stop_fd = -1;
	sigaction(SIGPIPE, &before, NULL);
	free(pool);
	return rc == -EINTR ? 0 : rc;
}
