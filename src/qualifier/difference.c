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

/* Does the place's column appear in the other program at all?  Else the line has to do. */
static bool has_column(const struct accesses *optimised, const struct access *at)
{
	for (size_t i = 0; i < optimised->site_count; i++)
		if (optimised->sites[i].is_write == at->is_write &&
		    is_same_place(&optimised->sites[i].source, &at->source))
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

static bool is_site_of(const struct search *s, const struct access *at, const struct site *site,
		       bool by_column)
{
	if (site->is_write != at->is_write || !source_is_same(&site->source, &at->source))
		return false;
	return is_same_place(&site->source, &at->source) ||
	       (!by_column && !is_anothers(s->plain, site));
}

static bool has_site(const struct search *s, const struct access *at)
{
	bool by_column = has_column(s->optimised, at);

	for (size_t i = 0; i < s->optimised->site_count; i++)
		if (is_site_of(s, at, &s->optimised->sites[i], by_column))
			return true;
	return false;
}

static void note_site(struct after *after, const struct site *site)
{
	after->is_there = true;
	if (site->loops > after->loops)
		after->loops = site->loops;
}

static void note_access(struct after *after, const struct access *a, const struct site *site)
{
	after->is_there = true;
	if (site)
		note_site(after, site);
	after->count += a->count;
	after->bytes += a->count * a->size;
}

/* Joined accesses may have lost their line, or have one that is of no access as written. */
static bool is_adrift(const struct search *s, const struct group *g, const struct access *a)
{
	if (a->is_write != g->at->is_write || !touches(g, a))
		return false;
	for (size_t i = 0; i < s->plain->count; i++) {
		const struct access *p = &s->plain->items[i];

		if (p->is_write == a->is_write && p->object == a->object &&
		    source_is_same(&p->source, &a->source))
			return false;
	}
	return true;
}

static bool is_first_of_its_place(const struct accesses *list, const struct access *at)
{
	for (const struct access *a = list->items; a < at; a++)
		if (a->is_write == at->is_write && a->object == at->object &&
		    is_same_place(&a->source, &at->source))
			return false;
	return true;
}

/* How many places of the word have no code of their line, and come before it? */
static size_t rank_among_lost(const struct search *s, const struct group *g)
{
	size_t rank = 0;

	for (size_t i = 0; i < s->plain->count; i++) {
		const struct access *a = &s->plain->items[i];

		rank += a->is_write == g->at->is_write && touches(g, a) &&
			a->first < g->at->first && !is_same_place(&a->source, &g->at->source) &&
			is_first_of_its_place(s->plain, a) && !has_site(s, a);
	}
	return rank;
}

static void add_adrift(const struct search *s, const struct group *g, struct after *after)
{
	size_t rank = rank_among_lost(s, g);

	for (size_t i = 0; i < s->optimised->count; i++) {
		const struct access *a = &s->optimised->items[i];

		if (!is_adrift(s, g, a))
			continue;
		if (rank-- == 0) {
			note_access(after, a, accesses_site(s->optimised, a));
			return;
		}
	}
}

static struct after after_of(const struct search *s, const struct group *g)
{
	const struct accesses *o = s->optimised;
	bool by_column = has_column(o, g->at);
	struct after after = {.is_there = false};

	for (size_t i = 0; i < o->site_count; i++)
		if (is_site_of(s, g->at, &o->sites[i], by_column))
			note_site(&after, &o->sites[i]);
	for (size_t i = 0; i < o->count; i++) {
		const struct access *a = &o->items[i];
		const struct site *site = accesses_site(o, a);

		if (touches(g, a) && site && is_site_of(s, g->at, site, by_column))
			note_access(&after, a, site);
		if (a->is_write == g->at->is_write && touches(g, a) && a->size > g->at->size &&
		    a->kind == SEGMENT_PLAIN)
			after.wider = a;
	}
	if (!after.is_there)
		add_adrift(s, g, &after);
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

/* The flow has read the word before, at a place that the other program still has. */
static bool is_read_before(const struct search *s, const struct group *g)
{
	for (size_t i = 0; i < s->plain->count; i++) {
		const struct access *a = &s->plain->items[i];

		if (!a->is_write && touches(g, a) && a->first < g->at->first &&
		    !is_other_flow(a, g->at) && !is_same_place(&a->source, &g->at->source))
			return true;
	}
	return false;
}

static int judge_reads(struct search *s, const struct group *g, const struct after *after)
{
	if (!after->is_there)
		return add(s, g, after, is_read_before(s, g) ? READS_CACHED : READS_HOISTED);
	/* Was it reached?  Did the program read less, or is it still at it? */
	if (after->loops < g->loops &&
	    (s->optimised->cut_short ? after->count > 0 : after->bytes < g->bytes))
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
	/* A program that does not come to its end stores less anyway. */
	if (after->loops < g->loops && after->bytes < g->bytes && !s->optimised->cut_short)
		return add(s, g, after, STORES_SUNK);
	return 0;
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
	[STORES_SWAPPED] = "stored before what stands in front of it",
	[STORES_TORN] = "one assignment, but not one store",
};

const char *difference_text(enum difference_kind kind)
{
	return texts[kind];
}
