#include "qualifier/difference.h"

#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"

/* Accesses of one place in the source to one object: of a field in an array there are many. */
struct group {
	const struct access *at; /* the first of them */
	uint64_t low, high;	 /* bytes of the object */
	uint64_t count, bytes, changed;
	unsigned loops;
};

struct search {
	const struct accesses *plain, *optimised;
	struct differences found;
};

static bool is_left_alone(const struct access *a)
{
	return a->kind == SEGMENT_VOLATILE || a->kind == SEGMENT_ATOMIC;
}

static bool is_other_flow(const struct access *a, const struct access *b)
{
	return a->process != b->process || a->is_in_handler != b->is_in_handler;
}

/* A line may have several accesses; where both runs know the column, it decides. */
static bool is_same_place(const struct source_place *a, const struct source_place *b)
{
	return source_is_same(a, b) && (!a->column || !b->column || a->column == b->column);
}

static bool touches(const struct group *g, const struct access *a)
{
	return a->object == g->at->object && a->offset < g->high && g->low < a->offset + a->size;
}

static struct group group_of(const struct accesses *plain, const struct access *at,
			     const struct site *site)
{
	struct group g = {
		.at = at, .low = at->offset, .high = at->offset + at->size, .loops = site->loops};

	for (size_t i = 0; i < plain->count; i++) {
		const struct access *a = &plain->items[i];

		if (a->is_write != at->is_write || a->object != at->object ||
		    !is_same_place(&a->source, &at->source))
			continue;
		g.low = a->offset < g.low ? a->offset : g.low;
		g.high = a->offset + a->size > g.high ? a->offset + a->size : g.high;
		g.count += a->count;
		g.bytes += a->count * a->size;
		g.changed += a->changed;
		if (a->first < g.at->first)
			g.at = a;
	}
	return g;
}

/* Somebody else uses the word and tells the compiler so: in the other direction. */
static bool has_careful_partner(const struct accesses *plain, const struct group *g)
{
	for (size_t i = 0; i < plain->count; i++) {
		const struct access *a = &plain->items[i];

		if (a->is_write != g->at->is_write && is_left_alone(a) && touches(g, a) &&
		    is_other_flow(a, g->at))
			return true;
	}
	return false;
}

/* --- the optimised program ------------------------------------------------ */

struct after {
	bool is_there;	/* it has code for that place in the source */
	unsigned loops; /* the most of them */
	uint64_t count, bytes;
	const struct access *wider; /* a store of this word and its neighbour */
};

/* Where a line says nothing, what touches the word may be it. */
static bool is_from(const struct group *g, const struct access *a)
{
	if (a->is_write != g->at->is_write || !touches(g, a))
		return false;
	return is_same_place(&a->source, &g->at->source) || !a->source.file || !a->source.line;
}

/* Does the place's column appear in the other program at all?  Else the line has to do. */
static bool has_column(const struct accesses *optimised, const struct group *g)
{
	for (size_t i = 0; i < optimised->site_count; i++)
		if (optimised->sites[i].is_write == g->at->is_write &&
		    is_same_place(&optimised->sites[i].source, &g->at->source))
			return true;
	return false;
}

/* Of another place of the same line in the program as written. */
static bool is_anothers(const struct accesses *plain, const struct site *site)
{
	for (size_t i = 0; i < plain->site_count; i++)
		if (plain->sites[i].is_write == site->is_write &&
		    is_same_place(&plain->sites[i].source, &site->source))
			return true;
	return false;
}

static bool is_site_of(const struct search *s, const struct group *g, const struct site *site,
		       bool by_column)
{
	if (site->is_write != g->at->is_write || !source_is_same(&site->source, &g->at->source))
		return false;
	return is_same_place(&site->source, &g->at->source) ||
	       (!by_column && !is_anothers(s->plain, site));
}

static struct after after_of(const struct search *s, const struct group *g)
{
	const struct accesses *o = s->optimised;
	bool by_column = has_column(o, g);
	struct after after = {.is_there = false};

	for (size_t i = 0; i < o->site_count; i++) {
		if (!is_site_of(s, g, &o->sites[i], by_column))
			continue;
		after.is_there = true;
		if (o->sites[i].loops > after.loops)
			after.loops = o->sites[i].loops;
	}
	for (size_t i = 0; i < o->count; i++) {
		const struct access *a = &o->items[i];
		const struct site *site = accesses_site(o, a);

		if (!is_from(g, a) && !(site && touches(g, a) && is_site_of(s, g, site, by_column)))
			continue;
		after.is_there = true;
		if (site && site->loops > after.loops)
			after.loops = site->loops;
		after.count += a->count;
		after.bytes += a->count * a->size;
	}
	for (size_t i = 0; i < o->count; i++)
		if (o->items[i].is_write == g->at->is_write && touches(g, &o->items[i]) &&
		    o->items[i].size > g->at->size && o->items[i].kind == SEGMENT_PLAIN)
			after.wider = &o->items[i];
	return after;
}

/* --- rules ---------------------------------------------------------------- */

static int add(struct search *s, const struct group *g, const struct after *after,
	       enum difference_kind kind)
{
	struct difference *d = mem_append(&s->found.items, &s->found.count, sizeof(*d));

	if (!d)
		return -ENOMEM;
	*d = (struct difference){.kind = kind,
				 .at = g->at,
				 .before = g->count,
				 .after = after->count,
				 .witnessed = g->changed};
	return 0;
}

static bool reads_elsewhere(const struct accesses *optimised, const struct group *g)
{
	for (size_t i = 0; i < optimised->count; i++)
		if (!optimised->items[i].is_write && touches(g, &optimised->items[i]))
			return true;
	return false;
}

static int judge_reads(struct search *s, const struct group *g, const struct after *after)
{
	if (!after->is_there)
		return add(s, g, after,
			   g->loops == 0 && reads_elsewhere(s->optimised, g) ? READS_CACHED
									     : READS_HOISTED);
	/* What a program that came to its end has read as often is only laid out otherwise. */
	if (after->loops < g->loops && (after->bytes < g->bytes || s->optimised->cut_short))
		return add(s, g, after, READS_HOISTED);
	return 0;
}

/* The other word that @wide covers, as it is stored in the program as written. */
static const struct access *neighbour(const struct accesses *plain, const struct group *g,
				      const struct access *wide)
{
	for (size_t i = 0; i < plain->count; i++) {
		const struct access *a = &plain->items[i];

		if (a->is_write && a->object == wide->object && a->offset >= wide->offset &&
		    a->offset + a->size <= wide->offset + wide->size && !touches(g, a))
			return a;
	}
	return NULL;
}

static int judge_stores(struct search *s, const struct group *g, const struct after *after,
			bool has_partner)
{
	int rc;

	if (after->wider && neighbour(s->plain, g, after->wider)) {
		if (!has_partner)
			return 0;
		rc = add(s, g, after, STORES_MERGED);
		if (!rc)
			s->found.items[s->found.count - 1].other =
				neighbour(s->plain, g, after->wider);
		return rc;
	}
	if (!after->is_there)
		return add(s, g, after, STORES_REMOVED);
	if (after->loops < g->loops && after->bytes < g->bytes)
		return add(s, g, after, STORES_SUNK);
	return 0;
}

static bool is_first_of_its_place(const struct accesses *plain, const struct access *at)
{
	for (const struct access *a = plain->items; a < at; a++)
		if (a->is_write == at->is_write && a->object == at->object &&
		    is_same_place(&a->source, &at->source))
			return false;
	return true;
}

static int judge(struct search *s, const struct access *at)
{
	const struct site *site = accesses_site(s->plain, at);
	struct after after;
	struct group g;
	bool has_partner;

	if (is_left_alone(at) || !at->source.line || !site || !is_first_of_its_place(s->plain, at))
		return 0;
	g = group_of(s->plain, at, site);
	has_partner = has_careful_partner(s->plain, &g);
	if (!g.changed && !has_partner)
		return 0;
	after = after_of(s, &g);
	return at->is_write ? judge_stores(s, &g, &after, has_partner) : judge_reads(s, &g, &after);
}

static int compare_first(const void *left, const void *right)
{
	const struct difference *a = left, *b = right;

	return a->at->first < b->at->first ? -1 : a->at->first > b->at->first;
}

int differences_find(const struct accesses *plain, const struct accesses *optimised,
		     struct differences *ret_differences)
{
	struct search s = {.plain = plain, .optimised = optimised};
	int rc = 0;

	for (size_t i = 0; !rc && i < plain->count; i++)
		rc = judge(&s, &plain->items[i]);
	if (rc) {
		differences_release(&s.found);
		return rc;
	}
	if (s.found.count)
		qsort(s.found.items, s.found.count, sizeof(*s.found.items), compare_first);
	*ret_differences = s.found;
	return 0;
}

void differences_release(struct differences *differences)
{
	free(differences->items);
	*differences = (struct differences){.items = NULL};
}

static const char *const texts[DIFFERENCE_MAX_] = {
	[READS_HOISTED] = "read once, in front of the loop",
	[READS_CACHED] = "not read again: what an earlier read has got is used",
	[STORES_REMOVED] = "never stored, as it is overwritten later",
	[STORES_SUNK] = "stored once, behind the loop",
	[STORES_MERGED] = "stored together with its neighbour",
	[STORES_SWAPPED] = "stored in another order",
};

const char *difference_text(enum difference_kind kind)
{
	return texts[kind];
}
