#include "schedule/schedule.h"

#include <stddef.h>

#include "schedule/order.h"
#include "schedule/strategy.h"

/* Plain sleeps are no order: one ends early now and then. */
#define EARLY 16

#define FOREVER UINT64_MAX

/* splitmix64: Steele, Lea, Flood, OOPSLA 2014. */
static uint64_t next_random(struct control *c)
{
	uint64_t z = c->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

uint64_t schedule_draw(struct control *c, uint64_t below)
{
	/* Of 2^64, what is left over favours nobody by more than 2^-32. */
	return below > 1 ? next_random(c) % below : 0;
}

static const struct strategy *strategy_of(const struct control *c)
{
	return &strategies[c->strategy < CONTROL_STRATEGY_MAX_ ? c->strategy : CONTROL_RANDOM];
}

static void clear_run(struct control *c)
{
	char *from = (char *)&c->end, *to = (char *)c->events;

	while (from < to)
		*from++ = 0;
}

void schedule_begin(struct control *c)
{
	clear_run(c);
	c->random = c->seed * UINT64_C(0xd1342543de82ef95) + c->strategy + 1;
	c->digest = UINT64_C(0xcbf29ce484222325);
	if (strategy_of(c)->begin)
		strategy_of(c)->begin(c);
	for (uint32_t role = 1; role <= c->roles; role++)
		c->flows[schedule_add(c, 0)].role = role;
}

uint32_t schedule_add(struct control *c, uint32_t parent)
{
	struct control_flow *flow;

	if (c->flows_used >= CONTROL_FLOWS) {
		c->end = CONTROL_FULL;
		return 0;
	}
	flow = &c->flows[++c->flows_used];
	flow->parent = parent;
	flow->until_ns = FOREVER;
	flow->state = FLOW_READY;
	order_begin(c, c->flows_used, parent);
	if (strategy_of(c)->add)
		strategy_of(c)->add(c, c->flows_used);
	return c->flows_used;
}

void schedule_note(struct control *c, uint32_t me)
{
	if (strategy_of(c)->note)
		strategy_of(c)->note(c, me);
}

void schedule_yield(struct control *c, uint32_t me)
{
	if (strategy_of(c)->yield)
		strategy_of(c)->yield(c, me);
}

void schedule_written(struct control *c)
{
	c->epoch++;
	c->idle = 0;
}

static void make_ready(struct control *c, struct control_flow *flow)
{
	flow->state = FLOW_READY;
	flow->until_ns = FOREVER;
	c->idle = 0;
}

bool schedule_wake_one(struct control *c, uint64_t key)
{
	for (uint32_t i = 1; i <= c->flows_used; i++)
		if (c->flows[i].state == FLOW_BLOCKED && c->flows[i].key == key) {
			make_ready(c, &c->flows[i]);
			return true;
		} else if (c->flows[i].waits == key) {
			c->flows[i].waits = 0;
			return true;
		}
	return false;
}

void schedule_wake(struct control *c, uint64_t key)
{
	schedule_written(c);
	while (schedule_wake_one(c, key))
		;
}

void schedule_interrupt(struct control *c, int32_t pid, int32_t tid)
{
	for (uint32_t i = 1; i <= c->flows_used; i++) {
		struct control_flow *flow = &c->flows[i];

		if (flow->pid == pid && (!tid || flow->tid == tid) &&
		    (flow->state == FLOW_BLOCKED || flow->state == FLOW_SLEEPS))
			flow->interrupted = 1;
	}
	schedule_written(c);
}

void schedule_retry(struct control *c)
{
	for (uint32_t i = 1; i <= c->flows_used; i++)
		if (c->flows[i].state == FLOW_BLOCKED && c->flows[i].retries)
			make_ready(c, &c->flows[i]);
	schedule_written(c);
}

/* With a process go its robust locks, and its ends of pipes. */
static void note_gone(struct control *c)
{
	bool any = false;

	for (uint32_t i = 1; i <= c->flows_used; i++) {
		struct control_flow *flow = &c->flows[i];
		uint32_t gone = __atomic_load_n(&flow->is_gone, __ATOMIC_ACQUIRE);

		if (!gone || flow->state == FLOW_ENDED || flow->state == FLOW_DEAD)
			continue;
		flow->state = gone > 1 ? FLOW_DEAD : FLOW_ENDED;
		any = true;
	}
	if (any)
		schedule_retry(c);
}

static bool is_candidate(struct control *c, struct control_flow *flow)
{
	switch (flow->state) {
	case FLOW_READY:
		return !flow->is_outside;
	case FLOW_SPINS:
		if (flow->epoch == c->epoch)
			return false;
		flow->state = FLOW_READY;
		return true;
	case FLOW_BLOCKED:
	case FLOW_SLEEPS:
		return flow->interrupted && !flow->is_outside;
	default:
		return false;
	}
}

static void find_candidates(struct control *c, struct candidates *ret)
{
	ret->count = 0;
	for (uint32_t i = 1; i <= c->flows_used; i++)
		if (is_candidate(c, &c->flows[i]))
			ret->flows[ret->count++] = i;
}

/* Whose time comes first; 0 = nobody waits for one. */
static uint32_t first_in_time(const struct control *c)
{
	uint32_t first = 0;

	for (uint32_t i = 1; i <= c->flows_used; i++) {
		const struct control_flow *flow = &c->flows[i];

		if ((flow->state == FLOW_SLEEPS || flow->state == FLOW_BLOCKED) &&
		    flow->until_ns != FOREVER &&
		    (!first || flow->until_ns < c->flows[first].until_ns))
			first = i;
	}
	return first;
}

static uint32_t time_out(struct control *c, uint32_t index)
{
	struct control_flow *flow = &c->flows[index];

	if (flow->until_ns > c->now_ns)
		c->now_ns = flow->until_ns;
	flow->timed_out = 1;
	make_ready(c, flow);
	return index;
}

static uint32_t early_sleeper(struct control *c)
{
	for (uint32_t i = 1; i <= c->flows_used; i++)
		if (c->strategy != CONTROL_REPLAY && c->flows[i].state == FLOW_SLEEPS &&
		    !schedule_draw(c, EARLY))
			return i;
	return 0;
}

static uint32_t count_state(const struct control *c, enum flow_state state)
{
	uint32_t count = 0;

	for (uint32_t i = 1; i <= c->flows_used; i++)
		count += c->flows[i].state == (uint32_t)state;
	return count;
}

/* Nothing changes, but a loop may count how often it looks: each has some more rounds. */
#define ROUNDS 16

static uint32_t resume_spinner(struct control *c, uint32_t me)
{
	uint32_t spinners = count_state(c, FLOW_SPINS);

	if (c->idle++ >= (uint64_t)spinners * ROUNDS) {
		c->end = CONTROL_SPINS;
		return 0;
	}
	for (uint32_t k = 1; k <= c->flows_used; k++) {
		uint32_t i = 1 + (me - 1 + k) % c->flows_used;

		if (c->flows[i].state != FLOW_SPINS)
			continue;
		c->flows[i].state = FLOW_READY;
		return i;
	}
	return 0;
}

static bool any_outside(const struct control *c)
{
	for (uint32_t i = 1; i <= c->flows_used; i++)
		if (c->flows[i].is_outside && c->flows[i].state == FLOW_READY)
			return true;
	return false;
}

static uint32_t pick_idle(struct control *c, uint32_t me)
{
	uint32_t first = first_in_time(c);

	if (first)
		return time_out(c, first);
	if (any_outside(c))
		return 0;
	if (count_state(c, FLOW_SPINS))
		return resume_spinner(c, me);
	c->end = count_state(c, FLOW_ENDED) + count_state(c, FLOW_DEAD) == c->flows_used
			 ? CONTROL_DONE
			 : CONTROL_DEADLOCK;
	return 0;
}

static void note_taken(struct control *c, uint32_t chosen)
{
	if (c->taken_count < CONTROL_SWITCHES)
		c->taken[c->taken_count] = (struct control_switch){.step = c->step, .flow = chosen};
	c->taken_count++;
}

static uint32_t choose(struct control *c, uint32_t me, const struct candidates *from)
{
	uint32_t chosen = strategy_of(c)->pick(c, me, from);

	if (chosen != strategy_default(c, me, from))
		note_taken(c, chosen);
	return chosen;
}

/* A replay wakes a sleeper early where the run that it repeats has done so. */
static uint32_t replayed_sleeper(const struct control *c)
{
	uint64_t next = c->changes[0];

	if (c->strategy != CONTROL_REPLAY)
		return 0;
	while (next < c->switch_count && c->switches[next].step < c->step)
		next++;
	if (next < c->switch_count && c->switches[next].step == c->step &&
	    c->switches[next].flow <= c->flows_used &&
	    c->flows[c->switches[next].flow].state == FLOW_SLEEPS)
		return c->switches[next].flow;
	return 0;
}

static uint32_t pick(struct control *c, uint32_t me)
{
	struct candidates from;
	uint32_t sleeper;

	note_gone(c);
	find_candidates(c, &from);
	if (!from.count)
		return pick_idle(c, me);
	sleeper = early_sleeper(c);
	if (!sleeper)
		sleeper = replayed_sleeper(c);
	if (!sleeper)
		return choose(c, me, &from);
	note_taken(c, sleeper);
	return time_out(c, sleeper);
}

uint32_t schedule_pick(struct control *c, uint32_t me)
{
	uint32_t chosen = c->end ? 0 : pick(c, me);

	c->digest = (c->digest ^ chosen) * UINT64_C(0x100000001b3);
	c->switched += chosen != me;
	return chosen;
}
