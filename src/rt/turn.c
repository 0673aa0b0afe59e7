/* The turn, from flow to flow. */
#include "rt/turn.h"

#include <linux/futex.h>
#include <signal.h>

#include "rt/raw.h"

struct control *rt_control;
__thread uint32_t rt_flow;
__thread enum rt_handled rt_has_handled;

void rt_futex_wake(uint32_t *word, int count)
{
	raw6(SYS_futex, (long)word, FUTEX_WAKE, count, 0, 0, 0);
}

void rt_futex_wait(uint32_t *word, uint32_t while_it_is)
{
	raw6(SYS_futex, (long)word, FUTEX_WAIT, while_it_is, 0, 0, 0);
}

void rt_tell_explorer(void)
{
	__atomic_add_fetch(&rt_control->news, 1, __ATOMIC_RELEASE);
	rt_futex_wake(&rt_control->news, 1);
}

static void leave(void)
{
	for (;;)
		raw3(SYS_exit_group, CONTROL_EXIT, 0, 0);
}

void rt_stop_run(void)
{
	struct control *c = rt_control;

	__atomic_store_n(&c->stop, 1, __ATOMIC_RELEASE);
	for (uint32_t i = 1; i <= c->flows_used; i++) {
		__atomic_store_n(&c->flows[i].go, 1, __ATOMIC_RELEASE);
		rt_futex_wake(&c->flows[i].go, 1);
	}
	rt_tell_explorer();
}

void rt_give_turn(uint32_t flow)
{
	__atomic_store_n(&rt_control->turn, flow, __ATOMIC_RELEASE);
	__atomic_store_n(&rt_control->flows[flow].go, 1, __ATOMIC_RELEASE);
	rt_futex_wake(&rt_control->flows[flow].go, 1);
}

/*
 * Handlers run here, and may wait themselves.  Who is not woken yet goes on
 * waiting behind them, and can be woken meanwhile.
 */
static void deliver(struct control_flow *self, uint64_t mask)
{
	uint64_t key = self->key, until_ns = self->until_ns;
	uint32_t state = self->state, retries = self->retries, timed_out = self->timed_out;

	if (self->interrupted && state == FLOW_BLOCKED)
		self->waits = key;
	self->interrupted = 0;
	self->state = FLOW_READY;
	raw6(SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, sizeof(mask), 0, 0);
	self->state = state;
	self->key = key;
	self->until_ns = until_ns;
	self->retries = retries;
	self->timed_out = timed_out;
}

/* A handler must run with the turn only: what comes meanwhile is delivered behind it. */
void rt_await_turn(void)
{
	struct control_flow *self = rt_self();
	uint64_t all = ~UINT64_C(0), before = 0;

	raw6(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, (long)&before, sizeof(all), 0, 0);
	while (!__atomic_load_n(&self->go, __ATOMIC_ACQUIRE))
		rt_futex_wait(&self->go, 0);
	if (__atomic_load_n(&rt_control->stop, __ATOMIC_ACQUIRE))
		leave();
	__atomic_store_n(&self->go, 0, __ATOMIC_RELAXED);
	rt_buffer_in();
	deliver(self, before);
}

/* All are outside: the first that comes back takes the turn. */
static void drop_turn(void)
{
	__atomic_store_n(&rt_control->turn, 0, __ATOMIC_RELEASE);
	rt_tell_explorer();
}

bool rt_pass_turn(void)
{
	struct control *c = rt_control;
	uint32_t me = rt_flow, next;

	c->step++;
	if (rt_is_alone() && rt_self()->state == FLOW_READY && !c->end)
		return true;
	next = schedule_pick(c, me);
	if (next == me)
		return true;
	rt_buffer_out();
	if (next)
		rt_give_turn(next);
	else if (c->end)
		rt_stop_run();
	else
		drop_turn();
	return false;
}

void rt_choose(void)
{
	if (!rt_pass_turn())
		rt_await_turn();
}

static bool wait_for(uint64_t key, uint64_t until_ns, bool retries)
{
	struct control_flow *self = rt_self();

	do {
		self->retries = retries;
		self->key = key;
		self->until_ns = until_ns;
		self->timed_out = self->interrupted = 0;
		self->waits = 0;
		self->state = FLOW_BLOCKED;
		rt_choose();
		self->state = FLOW_READY;
	} while (self->waits == key && !retries && !self->is_cancelled);
	self->waits = 0;
	self->retries = 0;
	return !self->timed_out;
}

bool rt_block(uint64_t key, uint64_t until_ns)
{
	return wait_for(key, until_ns, true);
}

bool rt_await(uint64_t key, uint64_t until_ns)
{
	return wait_for(key, until_ns, false);
}

bool rt_sleep_until(uint64_t until_ns)
{
	struct control_flow *self = rt_self();

	do {
		self->until_ns = until_ns;
		self->timed_out = self->interrupted = 0;
		self->state = FLOW_SLEEPS;
		rt_choose();
		self->state = FLOW_READY;
	} while (!self->timed_out && !rt_handled());
	return self->timed_out;
}

void rt_wake(uint64_t key)
{
	schedule_wake(rt_control, key);
}

bool rt_wake_one(uint64_t key)
{
	schedule_written(rt_control);
	return schedule_wake_one(rt_control, key);
}

void rt_outside(void)
{
	rt_self()->is_outside = 1;
	rt_pass_turn();
}

void rt_inside(void)
{
	struct control *c = rt_control;
	uint32_t nobody = 0;

	__atomic_store_n(&rt_self()->is_outside, 0, __ATOMIC_SEQ_CST);
	if (__atomic_compare_exchange_n(&c->turn, &nobody, rt_flow, false, __ATOMIC_SEQ_CST,
					__ATOMIC_SEQ_CST))
		return;
	rt_await_turn();
}

uint32_t rt_add_flow(bool is_thread)
{
	struct control *c = rt_control;
	uint32_t flow = schedule_add(c, rt_flow);

	if (!flow) {
		rt_stop_run();
		rt_await_turn();
	}
	c->flows[flow].is_thread = is_thread;
	for (uint32_t i = 1; i < flow; i++)
		c->flows[flow].child += c->flows[i].parent == rt_flow;
	c->flows[flow].child++;
	c->flows[flow].pid = is_thread ? rt_self()->pid : 0;
	return flow;
}

void rt_begin(uint32_t flow)
{
	rt_flow = flow;
	rt_self()->tid = (int32_t)raw3(SYS_gettid, 0, 0, 0);
	__atomic_store_n(&rt_self()->pid, (int32_t)raw3(SYS_getpid, 0, 0, 0), __ATOMIC_RELEASE);
	rt_await_turn();
}

/* But for this flow. */
static bool is_process_over(void)
{
	const struct control *c = rt_control;

	for (uint32_t i = 1; i <= c->flows_used; i++)
		if (i != rt_flow && c->flows[i].pid == rt_self()->pid &&
		    c->flows[i].state != FLOW_ENDED && c->flows[i].state != FLOW_DEAD)
			return false;
	return true;
}

void rt_end_flow(void)
{
	uint64_t all = ~UINT64_C(0);

	raw6(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, 0, sizeof(all), 0, 0);
	rt_buffer_drain();
	rt_self()->state = FLOW_ENDED;
	rt_wake(SCHEDULE_KEY_FLOW(rt_flow));
	schedule_retry(rt_control);
	if (is_process_over())
		rt_leave(false);
	else
		rt_pass_turn();
	rt_flow = 0;
}

void rt_leave(bool is_struck)
{
	uint32_t roles = rt_control->roles;

	for (uint32_t i = 1; rt_control->has_servers && i <= roles; i++)
		if (rt_control->flows[i].pid == rt_self()->pid)
			return; /* its server waits for it */
	rt_control->is_struck = is_struck;
	__atomic_store_n(&rt_control->leaving, rt_flow, __ATOMIC_RELEASE);
	rt_tell_explorer();
}
