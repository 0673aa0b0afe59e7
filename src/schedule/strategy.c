/* The ways to choose: RACES.md part A, 4.4. */
#include "schedule/strategy.h"

#include <stddef.h>

#include "schedule/reads_from.h"

bool candidates_have(const struct candidates *from, uint32_t flow)
{
	for (uint32_t i = 0; i < from->count; i++)
		if (from->flows[i] == flow)
			return true;
	return false;
}

uint32_t strategy_default(const struct control *c, uint32_t me, const struct candidates *from)
{
	if (candidates_have(from, me) && c->flows[me].next.kind != POINT_YIELD)
		return me;
	for (uint32_t i = 0; i < from->count; i++)
		if (from->flows[i] > me)
			return from->flows[i];
	return from->flows[0];
}

/* --- random: half of the runs change seldom, for bugs that need long stretches ------------- */

#define SELDOM 8

static uint32_t pick_any(struct control *c, const struct candidates *from)
{
	return from->count == 1 ? from->flows[0] : from->flows[schedule_draw(c, from->count)];
}

static uint32_t random_pick(struct control *c, uint32_t me, const struct candidates *from)
{
	if (c->seed & 1 && candidates_have(from, me) && schedule_draw(c, SELDOM))
		return me;
	return pick_any(c, from);
}

/* --- pct: Burckhardt et al., ASPLOS 2010 ---------------------------------------------------- */

static uint32_t highest(struct control *c, const struct candidates *from)
{
	uint32_t best = from->flows[0];

	for (uint32_t i = 1; i < from->count; i++)
		if (c->flows[from->flows[i]].priority > c->flows[best].priority)
			best = from->flows[i];
	return best;
}

#define PRIORITY_RANGE (UINT64_C(1) << 32)
#define PRIORITY_BASE  (UINT64_C(1) << 40) /* below: those that have been lowered */

static void pct_begin(struct control *c)
{
	c->lowest = PRIORITY_BASE;
	c->change_count = c->depth > 1 ? c->depth - 1 : 0;
	if (c->change_count > CONTROL_CHANGES)
		c->change_count = CONTROL_CHANGES;
	for (uint32_t i = 0; i < c->change_count; i++)
		c->changes[i] = 1 + schedule_draw(c, c->length ? c->length : 1);
}

static void pct_add(struct control *c, uint32_t flow)
{
	c->flows[flow].priority = PRIORITY_BASE + 1 + schedule_draw(c, PRIORITY_RANGE);
}

static void pct_lower(struct control *c, uint32_t flow)
{
	c->flows[flow].priority = --c->lowest;
}

static uint32_t pct_pick(struct control *c, uint32_t me, const struct candidates *from)
{
	for (uint32_t i = 0; i < c->change_count; i++)
		if (c->step == c->changes[i])
			pct_lower(c, me);
	return highest(c, from);
}

/* --- pos: Yuan et al., CAV 2018 ------------------------------------------------------------- */

static bool writes(const struct control_event *event)
{
	return event->kind != POINT_READ;
}

static bool conflicts(const struct control_event *a, const struct control_event *b)
{
	return a->object == b->object && (writes(a) || writes(b)) &&
	       a->offset < b->offset + b->size && b->offset < a->offset + a->size;
}

static void pos_draw(struct control *c, uint32_t flow)
{
	c->flows[flow].priority = 1 + schedule_draw(c, PRIORITY_RANGE);
}

static uint32_t pos_pick(struct control *c, uint32_t me, const struct candidates *from)
{
	uint32_t best = highest(c, from);

	(void)me;
	for (uint32_t i = 0; i < from->count; i++)
		if (from->flows[i] != best &&
		    conflicts(&c->flows[best].next, &c->flows[from->flows[i]].next))
			pos_draw(c, from->flows[i]);
	return best;
}

static void pos_lower(struct control *c, uint32_t flow)
{
	c->flows[flow].priority = 0;
}

/* --- starve: one stands still for 2^j points (rr's chaos mode) ------------------------------ */

static uint32_t log2_of(uint64_t value)
{
	uint32_t log = 0;

	while (value >>= 1)
		log++;
	return log;
}

static void choose_victim(struct control *c)
{
	c->victim = 1 + (uint32_t)schedule_draw(c, c->flows_used);
	c->victim_until = c->step + (UINT64_C(1) << schedule_draw(c, log2_of(c->length) + 2));
}

static uint32_t starve_pick(struct control *c, uint32_t me, const struct candidates *from)
{
	struct candidates others; /* all of it would be a memset(), which may be the program's */

	others.count = 0;
	if (c->step >= c->victim_until)
		choose_victim(c);
	for (uint32_t i = 0; i < from->count; i++)
		if (from->flows[i] != c->victim)
			others.flows[others.count++] = from->flows[i];
	if (!others.count)
		return c->victim;
	if (candidates_have(&others, me) && schedule_draw(c, SELDOM))
		return me;
	return pick_any(c, &others);
}

/* --- rf: by priorities, but for those that are held ------------------------------------------ */

static void rf_begin(struct control *c)
{
	pct_begin(c);
	reads_from_begin(c);
}

static uint32_t rf_pick(struct control *c, uint32_t me, const struct candidates *from)
{
	struct candidates others;

	reads_from_hold(c, from, &others);
	return pct_pick(c, me, &others);
}

/* --- replay --------------------------------------------------------------------------------- */

static uint32_t replay_pick(struct control *c, uint32_t me, const struct candidates *from)
{
	while (c->changes[0] < c->switch_count && c->switches[c->changes[0]].step < c->step)
		c->changes[0]++;
	if (c->changes[0] < c->switch_count && c->switches[c->changes[0]].step == c->step) {
		if (candidates_have(from, c->switches[c->changes[0]].flow))
			return c->switches[c->changes[0]].flow;
		c->is_diverged = 1;
	}
	return strategy_default(c, me, from);
}

static void replay_begin(struct control *c)
{
	c->changes[0] = 0; /* the next switch */
}

const struct strategy strategies[CONTROL_STRATEGY_MAX_] = {
	[CONTROL_RANDOM] = {NULL, NULL, NULL, random_pick, NULL},
	[CONTROL_PCT] = {pct_begin, pct_add, NULL, pct_pick, pct_lower},
	[CONTROL_POS] = {NULL, pos_draw, pos_draw, pos_pick, pos_lower},
	[CONTROL_STARVE] = {NULL, NULL, NULL, starve_pick, NULL},
	[CONTROL_RF] = {rf_begin, pct_add, NULL, rf_pick, pct_lower},
	[CONTROL_REPLAY] = {replay_begin, NULL, NULL, replay_pick, NULL},
};
