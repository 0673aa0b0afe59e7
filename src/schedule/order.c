#include "schedule/order.h"

#include <stddef.h>

static void join(uint32_t *to, const uint32_t *from)
{
	for (uint32_t i = 1; i <= CONTROL_FLOWS; i++)
		if (from[i] > to[i])
			to[i] = from[i];
}

static void copy(uint32_t *to, const uint32_t *from)
{
	for (uint32_t i = 0; i <= CONTROL_FLOWS; i++)
		to[i] = from[i];
}

static void clear(void *at, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		((char *)at)[i] = 0;
}

static uint64_t mix(uint64_t key)
{
	key *= UINT64_C(0x9e3779b97f4a7c15);
	return key ^ key >> 32;
}

#define PROBES 8

/* Of this run; NULL: there is none, or @make and no room. */
static struct control_sync *find_sync(struct control *c, uint64_t key, bool make)
{
	for (uint32_t i = 0; i < PROBES; i++) {
		struct control_sync *s = &c->syncs[(mix(key) + i) % CONTROL_SYNCS];

		if (s->run == c->command && s->key == key)
			return s;
		if (s->run == c->command)
			continue;
		if (!make)
			return NULL;
		clear(s, sizeof(*s));
		s->key = key;
		s->run = c->command;
		return s;
	}
	return NULL;
}

/* Memory of its own has no object, or that of its program. */
static struct control_word *find_word(struct control *c, const struct control_event *event,
				      uint64_t offset, bool make)
{
	uint32_t object = event->object, process = event->process;
	uint64_t hash = mix(offset >> 2 ^ (uint64_t)object << 40 ^ (uint64_t)process << 52);

	for (uint32_t i = 0; i < PROBES; i++) {
		struct control_word *w = &c->words[(hash + i) % CONTROL_WORDS];

		if (w->run == c->command && w->object == object &&
		    w->process == process && w->offset == offset)
			return w;
		if (w->run == c->command)
			continue;
		if (!make)
			return NULL;
		clear(w, sizeof(*w));
		w->object = object;
		w->process = process;
		w->offset = offset;
		w->run = c->command;
		return w;
	}
	return NULL;
}

void order_begin(struct control *c, uint32_t me, uint32_t parent)
{
	struct control_clocks *mine = &c->clocks[me];

	clear(mine, sizeof(*mine));
	if (parent) {
		copy(mine->now, c->clocks[parent].now);
		c->clocks[parent].now[parent]++;
	}
	mine->now[me] = 1;
}

void order_join(struct control *c, uint32_t me, uint32_t ended)
{
	join(c->clocks[me].now, c->clocks[ended].now);
}

void order_acquire(struct control *c, uint32_t me, uint64_t key)
{
	const struct control_sync *s = find_sync(c, key, false);

	if (s)
		join(c->clocks[me].now, s->clock);
}

void order_release(struct control *c, uint32_t me, uint64_t key)
{
	struct control_sync *s = find_sync(c, key, true);

	if (s)
		join(s->clock, c->clocks[me].now);
	c->clocks[me].now[me]++;
}

static bool acquires(uint32_t order)
{
	return order == ORDER_CONSUME || order == ORDER_ACQUIRE || order >= ORDER_ACQ_REL;
}

static bool releases(uint32_t order)
{
	return order >= ORDER_RELEASE;
}

static void atomic_read(struct control *c, uint32_t me, const struct control_sync *s,
			uint32_t order)
{
	if (acquires(order))
		join(c->clocks[me].now, s->clock);
	else
		join(c->clocks[me].acquired, s->clock); /* for a fence that may follow */
}

/* A read-modify-write goes on with the release sequence that it has read from. */
static void atomic_write(struct control *c, uint32_t me, struct control_sync *s, bool reads,
			 uint32_t order)
{
	struct control_clocks *mine = &c->clocks[me];

	if (!reads)
		clear(s->clock, sizeof(s->clock));
	join(s->clock, releases(order) ? mine->now : mine->released);
	if (releases(order))
		mine->now[me]++;
}

void order_atomic(struct control *c, uint32_t me, uint64_t key, bool reads, bool writes,
		  uint32_t order)
{
	struct control_sync *s = find_sync(c, key, true);

	if (!s)
		return;
	if (reads)
		atomic_read(c, me, s, order);
	if (writes)
		atomic_write(c, me, s, reads, order);
}

void order_fence(struct control *c, uint32_t me, uint32_t order)
{
	struct control_clocks *mine = &c->clocks[me];

	if (acquires(order))
		join(mine->now, mine->acquired);
	if (!releases(order))
		return;
	copy(mine->released, mine->now);
	mine->now[me]++;
}

/* --- accesses ------------------------------------------------------------- */

static bool is_known(const struct control *c, const struct control_access *a,
		     const struct control_access *b)
{
	for (uint32_t i = 0; i < c->race_count && i < CONTROL_RACES; i++) {
		const struct control_race *r = &c->races[i];

		if ((r->first.place == a->place && r->second.place == b->place) ||
		    (r->first.place == b->place && r->second.place == a->place))
			return true;
	}
	return false;
}

/* Two atomics are ordered by the hardware, two volatiles by custom. */
static bool is_race(const struct control *c, const struct control_access *before,
		    const struct control_access *now)
{
	return before->flow && before->flow != now->flow && before->mask & now->mask &&
	       (before->is_write || now->is_write) &&
	       !(before->kind != ACCESS_PLAIN && now->kind != ACCESS_PLAIN) &&
	       before->clock > c->clocks[now->flow].now[before->flow];
}

static void check(struct control *c, const struct control_word *word,
		  const struct control_access *before, const struct control_access *now)
{
	struct control_race *race;

	if (!is_race(c, before, now) || is_known(c, before, now))
		return;
	if (c->race_count < CONTROL_RACES) {
		race = &c->races[c->race_count];
		race->first = *before;
		race->second = *now;
		race->object = word->object;
		race->offset = word->offset;
		race->step = c->step;
	}
	c->race_count++;
}

/* The read of that flow, else one that is ordered before this, else the oldest. */
static struct control_access *slot_for_read(struct control *c, struct control_word *word,
					    uint32_t me)
{
	struct control_access *slot = NULL;

	for (uint32_t i = 0; i < CONTROL_READS; i++) {
		struct control_access *read = &word->reads[i];

		if (!read->flow || read->flow == me)
			return read;
		if (!slot && read->clock <= c->clocks[me].now[read->flow])
			slot = read;
	}
	return slot ? slot : &word->reads[0];
}

/* The one whose bytes are all written anew; else the older. */
static struct control_access *slot_for_write(struct control_word *word,
					     const struct control_access *now)
{
	for (uint32_t i = 0; i < CONTROL_WRITES; i++)
		if (!(word->writes[i].mask & ~now->mask))
			return &word->writes[i];
	word->writes[0] = word->writes[1];
	return &word->writes[1];
}

static void access_word(struct control *c, const struct control_event *event, uint64_t offset,
			const struct control_access *now)
{
	struct control_word *word = find_word(c, event, offset, true);

	if (!word)
		return;
	for (uint32_t i = 0; i < CONTROL_WRITES; i++)
		check(c, word, &word->writes[i], now);
	for (uint32_t i = 0; now->is_write && i < CONTROL_READS; i++)
		check(c, word, &word->reads[i], now);
	if (now->is_write)
		*slot_for_write(word, now) = *now;
	else
		*slot_for_read(c, word, now->flow) = *now;
}

/* Words of 4 bytes: neighbours of another kind are mostly apart then. */
#define WORD	  4u
#define WORDS_MAX 64u

void order_access(struct control *c, const struct control_event *event, bool is_write,
		  enum access_kind kind)
{
	uint64_t end = event->offset + event->size, at = event->offset & ~(uint64_t)(WORD - 1);
	struct control_access now = {.flow = event->flow,
				     .clock = c->clocks[event->flow].now[event->flow],
				     .module = event->module,
				     .place = event->place,
				     .offset = event->offset,
				     .size = event->size,
				     .is_write = is_write,
				     .kind = (uint8_t)kind};

	for (uint32_t n = 0; at < end && n < WORDS_MAX; n++, at += WORD) {
		now.mask = 0;
		for (uint32_t i = 0; i < WORD; i++)
			if (at + i >= event->offset && at + i < end)
				now.mask |= (uint8_t)(1u << i);
		access_word(c, event, at, &now);
	}
}

static void forget_word(struct control *c, uint32_t process, uint64_t offset)
{
	const struct control_event event = {.process = process};
	struct control_word *w = find_word(c, &event, offset, false);

	if (!w)
		return;
	clear(w->writes, sizeof(w->writes) + sizeof(w->reads));
}

void order_forget(struct control *c, uint32_t process, uint64_t address, uint64_t size)
{
	uint64_t at = address & ~(uint64_t)(WORD - 1);

	if (size / WORD < CONTROL_WORDS) {
		for (; at < address + size; at += WORD)
			forget_word(c, process, at);
		return;
	}
	for (uint32_t i = 0; i < CONTROL_WORDS; i++)
		if (c->words[i].run == c->command && !c->words[i].object &&
		    c->words[i].process == process && c->words[i].offset - at < size)
			clear(c->words[i].writes, sizeof(c->words[i].writes) +
							   sizeof(c->words[i].reads));
}

/* --- what if ------------------------------------------------------------- */

static bool covers(const struct control_field *field, const struct control_event *event)
{
	return field->object == event->object && field->offset < event->offset + event->size &&
	       event->offset < field->offset + field->size;
}

static void note_ordered(struct control *c, const struct control_event *event)
{
	for (uint32_t i = 0; i < c->ordered_count; i++)
		if (c->ordered[i].object == event->object && c->ordered[i].offset == event->offset)
			return;
	if (c->ordered_count < CONTROL_FIELDS)
		c->ordered[c->ordered_count++] = *event;
}

bool order_is_strong(struct control *c, const struct control_event *event, enum access_kind kind)
{
	if (!c->field_count || !event->object)
		return false;
	if (c->field_count == CONTROL_ALL_FIELDS) {
		if (kind != ACCESS_PLAIN)
			note_ordered(c, event);
		return kind != ACCESS_PLAIN;
	}
	for (uint32_t i = 0; i < c->field_count && i < CONTROL_FIELDS; i++)
		if (covers(&c->fields[i], event))
			return true;
	return false;
}
