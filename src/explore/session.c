#include "explore/session.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "engine/launch.h"
#include "explore/patience.h"
#include "explore/session_private.h"
#include "explore/start.h"
#include "instrument/counts.h"
#include "schedule/schedule.h"
#include "sys/procfs.h"

#define ARRIVE_NS     (5 * NS_PER_S)
#define TICK_NS	      (2 * NS_PER_MS)
#define STUCK_NS      (250 * NS_PER_MS) /* with the turn, and not at any point: see patience.h */
#define STUCK_ANEW_NS (NS_PER_S)	/* an emulator is slower */
#define STALE_NS      (10 * NS_PER_MS)	/* …once a process was seen to be so for that reason */
#define LEAVE_NS      (50 * NS_PER_MS)
#define GONE_NS	      (2 * NS_PER_S)
#define LEAVING_TRIES 1000
#define STEPS_MAX     UINT64_C(200000)

static uint64_t time_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void wake(uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

static uint32_t load(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void await_news(struct session *s, uint32_t seen)
{
	const struct timespec tick = {0, TICK_NS};

	syscall(SYS_futex, &s->control->news, FUTEX_WAIT, seen, &tick, NULL, 0);
}

/* --- opening ------------------------------------------------------------- */

static int map_file(size_t size, int fd, void **ret)
{
	*ret = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return *ret == MAP_FAILED ? -errno : 0;
}

static int make_segments(struct session *s, struct err *err)
{
	void *control = NULL, *segment = NULL;
	int rc = counts_segment_new(0, &s->segment_fd, err);

	if (rc)
		return rc;
	s->control_fd = memfd_create("ipcfault", 0);
	if (s->control_fd < 0 || ftruncate(s->control_fd, sizeof(struct control)))
		return err_errno(err, -errno, "control segment");
	rc = map_file(sizeof(struct control), s->control_fd, &control);
	rc = rc ? rc : map_file(sizeof(struct segment), s->segment_fd, &segment);
	if (rc)
		return err_errno(err, rc, "control segment");
	s->control = control;
	s->segment = segment;
	s->control->magic = CONTROL_MAGIC;
	s->control->version = CONTROL_VERSION;
	s->control->max_steps = STEPS_MAX;
	s->control->roles = (uint32_t)s->count;
	return 0;
}

/* One that ends before it has arrived is not ours. */
static int check_server(struct session *s, const struct launch *launch, size_t index,
			struct err *err)
{
	pid_t pid = s->servers[index];
	int status;

	if (waitpid(pid, &status, WNOHANG) != pid)
		return 0;
	s->servers[index] = 0;
	status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	return err_set(err, -ENOEXEC,
		       status == START_FAILED ? "%s cannot be started"
		       : status == CONTROL_OTHER
			       ? "%s was compiled by another `ipcfault cc`: compile "
				 "it again"
			       : "%s is not instrumented: compile it with "
				 "`ipcfault cc`",
		       launch->path);
}

static int await_servers(struct session *s, const struct launch *launches, struct err *err)
{
	uint64_t until = time_now() + ARRIVE_NS;
	int rc = 0;

	while (!rc && load(&s->control->arrived) < s->count) {
		uint32_t seen = load(&s->control->news);

		for (size_t i = 0; !rc && i < s->count; i++)
			rc = check_server(s, &launches[i], i, err);
		if (!rc && time_now() > until)
			rc = err_set(err, -ETIMEDOUT,
				     "the programs do not start: is each compiled with "
				     "`ipcfault cc`?");
		if (!rc && load(&s->control->arrived) < s->count)
			await_news(s, seen);
	}
	return rc;
}

static int start_servers(struct session *s, const struct launch *launches, struct err *err)
{
	int rc = 0;

	s->control->has_servers = 1;
	for (size_t i = 0; !rc && i < s->count; i++) {
		const struct start_segments segments = {s->segment_fd, s->control_fd,
							(unsigned)i + 1};

		rc = start_program(&launches[i], &segments, &s->servers[i], err);
	}
	return rc ? rc : await_servers(s, launches, err);
}

static int open_session(struct session *s, const struct launch *launches,
			const struct emulator *emulator, struct err *err)
{
	int rc = make_segments(s, err);

	if (rc)
		return rc;
	/* That of the programs: numbers are as they see each other. */
	s->proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->proc_fd < 0)
		return err_errno(err, -errno, "/proc");
	rc = emulator ? anew_prepare(s, emulator, launches, err) : start_servers(s, launches, err);
	s->objects_used = s->segment->objects_used;
	s->objects_head = s->segment->objects_head;
	return rc;
}

int session_open(const struct launch *launches, size_t count, const struct emulator *emulator,
		 struct session **ret_session, struct err *err)
{
	struct session *s = mem_zalloc(sizeof(*s));
	int rc;

	if (!s)
		return err_errno(err, -ENOMEM, "session");
	s->control_fd = s->segment_fd = s->proc_fd = -1;
	s->count = count;
	rc = count && count <= CONTROL_ROLES
		     ? open_session(s, launches, emulator, err)
		     : err_set(err, -E2BIG, "between 1 and %u programs can be explored",
			       CONTROL_ROLES);
	if (rc)
		session_close(s);
	else
		*ret_session = s;
	return rc;
}

void session_count_lines(struct session *s)
{
	s->control->wants_lines = 1;
}

void session_close(struct session *s)
{
	if (s->control) {
		__atomic_store_n(&s->control->quit, 1, __ATOMIC_RELEASE);
		wake(&s->control->command);
	}
	for (size_t i = 0; i < s->count; i++)
		if (s->servers[i] > 0) {
			kill(s->servers[i], SIGKILL);
			waitpid(s->servers[i], NULL, 0);
		}
	anew_release(s);
	if (s->control)
		munmap(s->control, sizeof(struct control));
	if (s->segment)
		munmap(s->segment, sizeof(struct segment));
	if (s->control_fd >= 0)
		close(s->control_fd);
	if (s->segment_fd >= 0)
		close(s->segment_fd);
	if (s->proc_fd >= 0)
		close(s->proc_fd);
	free(s);
}

/* --- a run --------------------------------------------------------------- */

static void prepare(struct session *s, const struct session_request *request)
{
	struct control *c = s->control;

	c->strategy = (uint32_t)request->strategy;
	c->seed = request->seed;
	c->depth = request->depth;
	c->length = request->length;
	c->strike_flow = request->strike_flow;
	c->strike_step = request->strike_step;
	c->strike_signal = request->strike_signal;
	c->memory = (uint32_t)request->memory;
	c->memory_seed = request->memory_seed;
	c->switch_count =
		(uint32_t)(request->switch_count < CONTROL_SWITCHES ? request->switch_count
								    : CONTROL_SWITCHES);
	c->field_count = request->field_count;
	if (c->field_count && c->field_count <= CONTROL_FIELDS)
		memcpy(c->fields, request->fields, c->field_count * sizeof(*c->fields));
	if (c->switch_count)
		memcpy(c->switches, request->switches, c->switch_count * sizeof(*c->switches));
	s->segment->objects_used = s->objects_used;
	s->segment->objects_head = s->objects_head;
	s->segment->processes_used = c->roles;
	schedule_begin(c);
	c->turn = schedule_pick(c, 1);
	c->flows[c->turn].go = 1;
}

static void give_turn(struct session *s, uint32_t flow)
{
	__atomic_store_n(&s->control->turn, flow, __ATOMIC_RELEASE);
	__atomic_store_n(&s->control->flows[flow].go, 1, __ATOMIC_RELEASE);
	wake(&s->control->flows[flow].go);
}

/* All that wait for their turn leave. */
static void stop(struct session *s, enum control_end end)
{
	struct control *c = s->control;

	if (c->end == CONTROL_RUNS)
		c->end = (uint32_t)end;
	__atomic_store_n(&c->stop, 1, __ATOMIC_RELEASE);
	for (uint32_t i = 1; i <= c->flows_used; i++) {
		__atomic_store_n(&c->flows[i].go, 1, __ATOMIC_RELEASE);
		wake(&c->flows[i].go);
	}
}

/* With all of its threads: a first one that is a zombie may have left others behind. */
static bool is_gone(const struct session *s, pid_t pid)
{
	struct procfs_status status;

	return pid && (procfs_status(s->proc_fd, pid, &status) || status.state == 'X' ||
		       (status.state == 'Z' && status.threads <= 1));
}

/* It had the turn, which is ours now. */
static void pass_on(struct session *s, uint32_t dead)
{
	struct control *c = s->control;
	uint32_t next;

	c->step++;
	next = schedule_pick(c, dead);
	if (next)
		give_turn(s, next);
	else if (c->end)
		stop(s, CONTROL_DONE);
	else
		__atomic_store_n(&c->turn, 0, __ATOMIC_RELEASE);
}

/* Who uses the processor and comes to no point is outside, from now on; false: nobody, or again. */
static bool let_go(struct session *s, struct patience *patience)
{
	struct control *c = s->control;
	uint32_t turn = load(&c->turn);

	if (s->let_go || !turn || !patience_is_busy(patience))
		return false;
	s->let_go = turn;
	__atomic_store_n(&c->flows[turn].is_outside, 1, __ATOMIC_SEQ_CST);
	pass_on(s, turn);
	patience_renew(patience, c->step, time_now());
	return true;
}

/* As it was seen before: there is nobody left to go on. */
static bool is_stale_again(const struct session *s)
{
	return s->was_stale && s->let_go && !load(&s->control->turn) &&
	       s->control->flows[s->let_go].is_outside;
}

/* Nothing happens any more. */
static void stop_stuck(struct session *s)
{
	uint32_t flow = s->let_go;

	if (flow && s->control->flows[flow].is_outside &&
	    stale_find(s->control, flow, s->proc_fd, &s->stale))
		s->was_stale = true;
	stop(s, CONTROL_STUCK);
}

/* The process of @flow, for which no server waits, is no more. */
static void bury(struct session *s, uint32_t flow)
{
	struct control *c = s->control;
	pid_t pid = c->flows[flow].pid;
	uint32_t parent = c->flows[flow].parent;

	for (uint32_t i = 1; i <= c->flows_used; i++)
		if (c->flows[i].pid == pid)
			__atomic_store_n(&c->flows[i].is_gone,
					 load(&c->leaving) && !c->is_struck ? 1 : 2,
					 __ATOMIC_RELEASE);
	c->leaving = 0;
	if (c->stop || load(&c->turn) == 0 || c->flows[c->turn].pid != pid)
		return;
	if (parent)
		schedule_wake(c, SCHEDULE_KEY_CHILD(c->flows[parent].pid));
	pass_on(s, c->turn);
}

static bool is_servers(const struct control *c, uint32_t flow)
{
	for (uint32_t i = 1; c->has_servers && i <= c->roles; i++)
		if (c->flows[i].pid == c->flows[flow].pid)
			return true;
	return false;
}

/* False: it takes its time. */
static bool await_gone(const struct session *s, pid_t pid)
{
	for (unsigned tries = 0; tries < LEAVING_TRIES; tries++) {
		if (is_gone(s, pid))
			return true;
		sched_yield();
	}
	return false;
}

/* A process that is leaving will be gone in a moment; one that was killed is. */
static void look_for_dead(struct session *s)
{
	struct control *c = s->control;
	uint32_t leaving = load(&c->leaving), turn = load(&c->turn);

	if (leaving && await_gone(s, c->flows[leaving].pid))
		bury(s, leaving);
	else if (turn && !is_servers(c, turn) && is_gone(s, c->flows[turn].pid))
		bury(s, turn);
}

static bool all_roles_ended(const struct session *s)
{
	const struct control *c = s->control;

	for (uint32_t i = 1; i <= c->roles; i++)
		if (load(&c->has_ended[i]) != c->command)
			return false;
	return true;
}

static void kill_all(const struct session *s)
{
	const struct control *c = s->control;

	for (uint32_t i = 1; i <= c->flows_used; i++) {
		char path[16];
		int fd;

		if (c->flows[i].is_gone || !c->flows[i].pid)
			continue;
		snprintf(path, sizeof(path), "%d", c->flows[i].pid);
		fd = openat(s->proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			continue;
		syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
		close(fd);
	}
}

static bool others_are_gone(const struct session *s)
{
	const struct control *c = s->control;

	for (uint32_t i = c->roles + 1; i <= c->flows_used; i++)
		if (!c->flows[i].is_gone && !is_servers(c, i) && !is_gone(s, c->flows[i].pid))
			return false;
	return true;
}

static bool is_stopped(const struct session *s, pid_t pid)
{
	struct procfs_stat stat;

	return procfs_stat(s->proc_fd, pid, &stat) == 0 && stat.state == 'T';
}

static void tell_held(struct session *s)
{
	const struct control *c = s->control;
	const struct session_outcome outcome = {.control = c, .segment = s->segment};

	if (!s->held || !c->strike_flow || c->flows[c->strike_flow].steps < c->strike_step ||
	    !is_stopped(s, c->flows[c->strike_flow].pid))
		return;
	s->held(s->held_ctx, &outcome);
	s->held = NULL;
}

/* An emulator has to load the program first. */
static bool is_starting(const struct control *c)
{
	uint32_t turn = load(&c->turn);

	return !c->has_servers && turn && turn <= c->roles &&
	       !load(&c->flows[turn].has_begun);
}

static int await_end(struct session *s, struct err *err)
{
	struct control *c = s->control;
	struct patience patience = {.proc_fd = s->proc_fd,
				    .limit_ns = !c->has_servers ? STUCK_ANEW_NS
						: s->was_stale	? STALE_NS
								: STUCK_NS};
	uint64_t started = time_now(), stopped = 0;
	int rc;

	patience_renew(&patience, c->step, started);
	while (!all_roles_ended(s) || !c->end || !others_are_gone(s)) {
		uint32_t seen = load(&c->news);
		uint64_t now = time_now();

		rc = c->has_servers ? 0 : anew_reap(s, err);
		if (rc)
			return rc;
		look_for_dead(s);
		tell_held(s);
		if (is_starting(c) && now - started < ARRIVE_NS)
			patience_renew(&patience, c->step, now);
		if (!stopped && !s->is_patient &&
		    (is_stale_again(s) ||
		     (patience_is_over(&patience, c, now) && !let_go(s, &patience))))
			stop_stuck(s);
		if (c->end && !stopped)
			stopped = now;
		if (stopped && (s->stale.read.flow || now - stopped > LEAVE_NS))
			kill_all(s);
		if (stopped && now - stopped > GONE_NS)
			return err_set(err, -ETIMEDOUT, "a process of the run does not end");
		if (!all_roles_ended(s) || !c->end)
			await_news(s, seen);
	}
	return 0;
}

int session_run(struct session *s, const struct session_request *request,
		struct session_outcome *ret_outcome, struct err *err)
{
	struct control *c = s->control;
	uint64_t started = time_now();
	int rc;

	s->let_go = s->stale.read.flow = 0;
	prepare(s, request);
	__atomic_add_fetch(&c->command, 1, __ATOMIC_RELEASE);
	wake(&c->command);
	rc = c->has_servers ? 0 : anew_start(s, err);
	rc = rc ? rc : await_end(s, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < s->count; i++)
		s->status[i] = c->status[i + 1];
	if (s->let_go)
		c->end = CONTROL_STUCK; /* it may have come back, but not by schedule */
	*ret_outcome = (struct session_outcome){.end = (enum control_end)c->end,
						.control = c,
						.segment = s->segment,
						.status = s->status,
						.duration_ns = time_now() - started,
						.stale = s->stale};
	return 0;
}

int session_hold(struct session *s, const struct session_request *request, session_held_fn *held,
		 void *ctx, struct err *err)
{
	struct session_outcome outcome;
	int rc;

	s->held = held;
	s->held_ctx = ctx;
	s->is_patient = true;
	rc = session_run(s, request, &outcome, err);
	s->held = NULL;
	s->is_patient = false;
	return rc;
}
