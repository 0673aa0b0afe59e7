/* A point: where the turn may go to another. */
#include <signal.h>

#include "rt/gate.h"
#include "rt/raw.h"
#include "schedule/lines.h"
#include "schedule/order.h"
#include "schedule/reads_from.h"

static bool load(uint64_t address, uint64_t size, uint64_t *ret_value)
{
	switch (size) {
	case 1:
		*ret_value = *(const volatile uint8_t *)address;
		return true;
	case 2:
		*ret_value = *(const volatile uint16_t *)address;
		return true;
	case 4:
		*ret_value = *(const volatile uint32_t *)address;
		return true;
	case 8:
		*ret_value = *(const volatile uint64_t *)address;
		return true;
	default:
		return false;
	}
}

static void describe(struct control_event *event, enum point_kind kind, uint64_t address,
		     uint64_t size, uint64_t place)
{
	event->flow = rt_flow;
	event->kind = (uint16_t)kind;
	event->size = (uint16_t)(size < UINT16_MAX ? size : UINT16_MAX);
	event->object = event->process = 0;
	event->offset = event->address = address;
	if (!rt_arena_find(address, &event->object, &event->offset)) {
		event->process = address ? rt_process() : 0;
		if (!rt_variable_find(address, &event->object, &event->offset))
			event->offset = address;
	}
	event->module = rt_module(place, &event->place);
	event->value = 0;
}

static void record(struct control_flow *self)
{
	struct control *c = rt_control;

	self->next.step = c->step;
	c->events[c->event_count % CONTROL_EVENTS] = self->next;
	__atomic_store_n(&c->event_count, c->event_count + 1, __ATOMIC_RELEASE);
}

/* By SIGKILL it ends here, with the turn, and has not done what it was about to do. */
static void strike(struct control_flow *self)
{
	uint16_t kind = self->next.kind;

	self->next.kind = POINT_STRUCK;
	record(self);
	if (rt_control->strike_signal == SIGKILL)
		rt_leave(true);
	raw3(SYS_tgkill, raw3(SYS_getpid, 0, 0, 0), raw3(SYS_gettid, 0, 0, 0),
	     rt_control->strike_signal);
	self->next.kind = kind;
}

static void arrive(struct control_flow *self)
{
	struct control *c = rt_control;

	self->steps++;
	if (self->is_outside)
		rt_inside();
	if (c->max_steps && c->step >= c->max_steps)
		c->end = CONTROL_TOO_LONG;
	if (c->strike_flow == rt_flow && c->strike_step == self->steps)
		strike(self);
	schedule_note(c, rt_flow);
}

void rt_point(enum point_kind kind, uint64_t address, uint64_t size, uint64_t place)
{
	struct control *c = rt_control;
	struct control_flow *self = rt_self();

	describe(&self->next, kind, address, size, place);
	arrive(self);
	if (c->memory)
		rt_buffer_step();
	rt_choose();
	if (kind != POINT_READ && kind != POINT_WRITE && kind != POINT_ATOMIC &&
	    kind != POINT_FENCE)
		rt_buffer_drain();
	if (address)
		load(address, size, &self->next.value);
	record(self);
	rt_forget_handled();
}

void rt_point_behind(enum point_kind kind, uint64_t address, uint64_t size, uint64_t place)
{
	struct control_flow *self = rt_self();

	if (self->is_outside)
		rt_inside();
	describe(&self->next, kind, address, size, place);
	if (address)
		load(address, size, &self->next.value);
	record(self);
	arrive(self);
	rt_choose();
}

void rt_wrote(void)
{
	rt_self()->seen_count = 0;
	schedule_written(rt_control);
}

static bool is_same(const struct control_seen *a, const struct control_seen *b)
{
	return a->place == b->place && a->address == b->address && a->value == b->value;
}

/*
 * Has the thread read the same n words with the same values three times, and
 * nobody written since?  Then it waits in a loop.
 */
static bool is_spinning(struct control_flow *self, const struct control_seen *now)
{
	struct control *c = rt_control;
	uint32_t period = 0;

	if (self->epoch != c->epoch) {
		self->epoch = c->epoch;
		self->seen_count = self->repeats = 0;
	}
	for (uint32_t n = 1; !period && n <= CONTROL_SEEN && n <= self->seen_count; n++)
		if (is_same(&self->seen[(self->seen_count - n) % CONTROL_SEEN], now))
			period = n;
	self->seen[self->seen_count++ % CONTROL_SEEN] = *now;
	self->repeats = period ? self->repeats + 1 : 0;
	return period && self->repeats > 2 * period;
}

void rt_saw(uint64_t address, uint64_t value, uint64_t place)
{
	const struct control_seen now = {place, address, value};
	struct control_flow *self = rt_self();

	if (!is_spinning(self, &now))
		return;
	self->seen_count = self->repeats = 0;
	self->state = FLOW_SPINS;
	rt_choose();
	self->state = FLOW_READY;
}

uint64_t rt_key(const volatile void *address)
{
	uint64_t offset, named;
	uint32_t object;

	if (rt_arena_find((uint64_t)address, &object, &offset))
		return (uint64_t)object << 44 | offset;
	named = rt_named_key((uint64_t)address);
	if (named)
		return named;
	return SCHEDULE_KEY_PRIVATE | ((uint64_t)rt_process() << 48) |
	       ((uint64_t)address & ((UINT64_C(1) << 48) - 1));
}

void rt_modified(uint64_t address, uint64_t old, bool has_changed, uint64_t place)
{
	if (has_changed)
		rt_wrote();
	else
		rt_saw(address, old, place);
}

static uint64_t key_of_word(const struct control_event *event)
{
	return (uint64_t)event->object << 44 ^ (uint64_t)event->process << 55 ^ event->offset;
}

/* Only where somebody asks for it: it costs as much as the rest. */
static void note_access(bool reads, bool writes)
{
	if (rt_control->strategy == CONTROL_RF)
		reads_from_note(rt_control, &rt_self()->next, reads, writes);
	if (rt_control->wants_lines)
		lines_note(rt_control, &rt_self()->next, writes);
}

void rt_did_atomic(bool reads, bool writes, int order)
{
	const struct control_event *event = &rt_self()->next;

	note_access(reads, writes);
	if (order_is_strong(rt_control, event, ACCESS_ATOMIC))
		order = ORDER_SEQ_CST;
	order_access(rt_control, event, writes, ACCESS_ATOMIC);
	order_atomic(rt_control, rt_flow, key_of_word(event), reads, writes, (uint32_t)order);
}

/* In the log alone: for the strategies it stays what it was. */
static void retell(enum point_kind kind)
{
	struct control *c = rt_control;

	c->events[(c->event_count - 1) % CONTROL_EVENTS].kind = (uint16_t)kind;
}

void rt_point_atomic(uint64_t address, uint64_t size, bool reads, bool writes, int order,
		     uint64_t place)
{
	rt_point(POINT_ATOMIC, address, size, place);
	if (!reads || !writes)
		retell(writes ? POINT_STORE : POINT_LOAD);
	rt_did_atomic(reads, writes, order);
}

void rt_acquired(uint64_t key)
{
	order_acquire(rt_control, rt_flow, key);
}

void rt_releases(uint64_t key)
{
	order_release(rt_control, rt_flow, key);
}

void rt_point_modify(uint64_t address, uint64_t size, uint64_t place)
{
	rt_point(POINT_ATOMIC, address, size, place);
	rt_buffer_drain();
}

/* Memory of its own is nobody else's to see, and may be gone tomorrow. */
static void write_at(uint64_t address, uint64_t size, bool is_release)
{
	if (!rt_self()->next.object || !rt_buffer_store(address, size, is_release))
		rt_wrote();
	else
		rt_self()->seen_count = 0;
}

void rt_point_store(uint64_t address, uint64_t size, int order, uint64_t place)
{
	rt_point_atomic(address, size, false, true, order, place);
	if (order_is_strong(rt_control, &rt_self()->next, ACCESS_ATOMIC))
		order = ORDER_SEQ_CST;
	if (order < ORDER_SEQ_CST) {
		write_at(address, size, order >= ORDER_RELEASE);
		return;
	}
	rt_buffer_drain();
	rt_wrote();
}

void rt_point_fence(int order, uint64_t place)
{
	rt_point(POINT_FENCE, 0, 0, place);
	order_fence(rt_control, rt_flow, (uint32_t)order);
	if (order >= ORDER_RELEASE)
		rt_buffer_fence(order >= ORDER_SEQ_CST);
}

static enum access_kind kind_of(enum segment_access_kind kind)
{
	return kind == SEGMENT_ATOMIC	  ? ACCESS_ATOMIC
	       : kind == SEGMENT_VOLATILE ? ACCESS_VOLATILE
					  : ACCESS_PLAIN;
}

static void plain_access(bool is_write, enum access_kind kind)
{
	note_access(!is_write, is_write);
	order_access(rt_control, &rt_self()->next, is_write, kind);
}

/* What it reads is what is there behind the wait. */
static void strong_access(uint64_t address, uint64_t size, bool is_write, uint64_t place)
{
	if (!is_write && size <= sizeof(uint64_t))
		rt_saw(address, rt_self()->next.value, place);
	rt_did_atomic(!is_write, is_write, ORDER_SEQ_CST);
	if (!is_write)
		return;
	rt_buffer_drain();
	rt_wrote();
}

/* In front of what is about to be done; the access itself follows with the turn. */
void rt_scheduled_access(uint64_t address, uint64_t size, enum segment_access_kind kind,
			 unsigned flags, uint64_t place)
{
	bool is_write = flags & SEGMENT_WRITE;

	rt_point(kind == SEGMENT_ATOMIC ? POINT_ATOMIC
		 : is_write		? POINT_WRITE
					: POINT_READ,
		 address, size, place);
	if (order_is_strong(rt_control, &rt_self()->next, kind_of(kind))) {
		strong_access(address, size, is_write, place);
		return;
	}
	if (!rt_is_alone())
		plain_access(is_write, kind_of(kind));
	if (is_write)
		write_at(address, size, false);
	else if (size <= sizeof(uint64_t))
		rt_saw(address, rt_self()->next.value, place);
}
