#include "schedule/reads_from.h"

#include <stddef.h>

#include "schedule/strategy.h"

#define PROBES	   8u
#define WORD	   4u
#define WORDS_MAX  16u
#define NONE	   0u /* the site of what was there before */
#define COUNT_MAX  UINT16_MAX
#define HOLD_LEAST 64u /* points */
#define AIMLESS	   4u  /* each so manieth run: not every bug is one of who reads what */

static uint64_t mix(uint64_t key)
{
	key *= UINT64_C(0x9e3779b97f4a7c15);
	return key ^ key >> 32;
}

/* --- sites --------------------------------------------------------------- */

static bool is_access(const struct control_event *event)
{
	return event->object && (event->kind == POINT_READ || event->kind == POINT_WRITE ||
				 event->kind == POINT_ATOMIC);
}

static bool is_at(const struct control_site *site, const struct control_event *event)
{
	return site->flow == event->flow && site->module == event->module &&
	       site->place == event->place;
}

/* NONE: it is not known, and @make and no room. */
static uint32_t site_of(struct control *c, const struct control_event *event, bool make)
{
	struct control_reads *r = &c->reads;
	uint64_t hash =
		mix(event->place ^ (uint64_t)event->flow << 48 ^ (uint64_t)event->module << 56);

	for (uint32_t i = 0; i < PROBES; i++) {
		uint16_t *slot = &r->slots[(hash + i) % CONTROL_SITE_SLOTS];

		if (*slot && is_at(&r->sites[*slot], event))
			return *slot;
		if (*slot)
			continue;
		if (!make || r->sites_used + 1 >= CONTROL_SITES)
			return NONE;
		r->sites[++r->sites_used] = (struct control_site){
			.place = event->place, .flow = event->flow, .module = event->module};
		*slot = (uint16_t)r->sites_used;
		return *slot;
	}
	return NONE;
}

/* --- words --------------------------------------------------------------- */

static struct control_reads_word *find_word(struct control *c, uint32_t object, uint64_t offset)
{
	uint64_t hash = mix(offset >> 2 ^ (uint64_t)object << 40);

	for (uint32_t i = 0; i < PROBES; i++) {
		struct control_reads_word *w = &c->reads.words[(hash + i) % CONTROL_READS_WORDS];

		if (w->run == c->command && w->object == object && w->offset == offset)
			return w;
		if (w->run == c->command)
			continue;
		w->offset = offset;
		w->object = object;
		w->run = c->command;
		w->last = w->count = 0;
		return w;
	}
	return NULL;
}

static void count(uint16_t *counter)
{
	if (*counter < COUNT_MAX)
		++*counter;
}

/* That load could have seen that store, and what was there before it. */
static void note_possible(struct control_reads *r, uint32_t store, uint32_t load)
{
	r->pairs[store][load].is_possible = r->pairs[NONE][load].is_possible = 1;
}

static void add_user(struct control_reads_word *word, uint32_t site, bool reads, bool writes)
{
	struct control_user *user = word->users;

	for (; user < word->users + word->count; user++)
		if (user->site == site)
			break;
	if (user == word->users + CONTROL_USERS)
		return;
	if (user == word->users + word->count) {
		word->count++;
		user->site = (uint16_t)site;
		user->reads = user->writes = 0;
	}
	user->reads |= reads;
	user->writes |= writes;
}

static void note_word(struct control *c, struct control_reads_word *word, uint32_t site, bool reads,
		      bool writes)
{
	struct control_reads *r = &c->reads;

	for (uint32_t i = 0; i < word->count; i++) {
		const struct control_user *user = &word->users[i];

		if (r->sites[user->site].flow == r->sites[site].flow)
			continue;
		if (reads && user->writes)
			note_possible(r, user->site, site);
		if (writes && user->reads)
			note_possible(r, site, user->site);
	}
	if (reads) {
		count(&r->pairs[word->last][site].seen);
		c->aim_is_met |= site == c->aim_load && word->last == c->aim_store;
	}
	add_user(word, site, reads, writes);
	if (writes)
		word->last = (uint16_t)site;
}

void reads_from_note(struct control *c, const struct control_event *event, bool reads, bool writes)
{
	uint64_t end = event->offset + event->size, at = event->offset & ~(uint64_t)(WORD - 1);
	uint32_t site = is_access(event) ? site_of(c, event, true) : NONE;

	for (uint32_t n = 0; site && at < end && n < WORDS_MAX; n++, at += WORD) {
		struct control_reads_word *word = find_word(c, event->object, at);

		if (word)
			note_word(c, word, site, reads, writes);
	}
}

/* --- the aim ------------------------------------------------------------- */

static uint64_t weight(const struct control_pair *pair)
{
	return (uint64_t)pair->seen + pair->tries;
}

/* How many of the pairs have the least weight, and which is the @wanted-th of them. */
static uint32_t rarest(struct control *c, uint32_t wanted)
{
	uint64_t least = UINT64_MAX;
	uint32_t found = 0;

	for (uint32_t store = 0; store <= c->reads.sites_used; store++)
		for (uint32_t load = 1; load <= c->reads.sites_used; load++) {
			const struct control_pair *pair = &c->reads.pairs[store][load];

			if (!pair->is_possible || weight(pair) > least)
				continue;
			if (weight(pair) < least)
				found = 0;
			least = weight(pair);
			if (found++ == wanted) {
				c->aim_store = store;
				c->aim_load = load;
			}
		}
	return found;
}

void reads_from_begin(struct control *c)
{
	uint32_t pairs = schedule_draw(c, AIMLESS) ? rarest(c, UINT32_MAX) : 0;

	c->aim_store = c->aim_load = NONE;
	c->hold_left = (c->length > HOLD_LEAST ? c->length : HOLD_LEAST);
	c->aim_is_met = !pairs;
	if (!pairs)
		return;
	rarest(c, (uint32_t)schedule_draw(c, pairs));
	count(&c->reads.pairs[c->aim_store][c->aim_load].tries);
}

/* The store's site that the load of @event would read from now. */
static uint32_t would_read(struct control *c, const struct control_event *event)
{
	struct control_reads_word *word =
		find_word(c, event->object, event->offset & ~(uint64_t)(WORD - 1));

	return word ? word->last : NONE;
}

enum stand { FREE, HELD, NOW };

static enum stand stand_of(struct control *c, const struct control_event *next)
{
	uint32_t site = is_access(next) ? site_of(c, next, false) : NONE;

	if (!site)
		return FREE;
	if (site == c->aim_load)
		return would_read(c, next) == c->aim_store ? NOW : HELD;
	if (next->kind == POINT_READ || c->reads.sites[c->aim_load].flow == next->flow)
		return FREE;
	/* A store that would come between; the aim's own may do so again. */
	if (c->aim_store != NONE && (site == c->aim_store || would_read(c, next) != c->aim_store))
		return FREE;
	return c->reads.pairs[site][c->aim_load].is_possible ? HELD : FREE;
}

void reads_from_hold(struct control *c, const struct candidates *from, struct candidates *ret)
{
	ret->count = 0;
	for (uint32_t i = 0; i < from->count; i++) {
		enum stand stand =
			c->aim_is_met ? FREE : stand_of(c, &c->flows[from->flows[i]].next);

		if (stand == NOW) {
			ret->flows[0] = from->flows[i];
			ret->count = 1;
			return;
		}
		if (stand == FREE)
			ret->flows[ret->count++] = from->flows[i];
	}
	if (ret->count == from->count)
		return;
	if (ret->count && c->hold_left--)
		return;
	c->aim_is_met = 1; /* it is not to be had in this run */
	ret->count = 0;
	while (ret->count < from->count) {
		ret->flows[ret->count] = from->flows[ret->count];
		ret->count++;
	}
}
