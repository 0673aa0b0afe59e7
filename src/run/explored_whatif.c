#include "run/explored_whatif.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "explore/tell.h"

#define SCHEDULES 200		 /* that must all be silent */
#define BUDGET_NS (2 * NS_PER_S) /* for each question */

struct fields {
	struct control_field items[CONTROL_FIELDS];
	char *names[CONTROL_FIELDS]; /* "shared.is_ready" */
	bool is_atomic;		     /* they all are, by another order */
	uint32_t count;
	bool is_full;
};

/* What some schedules have shown. */
struct shown {
	unsigned schedules; /* that came to an end */
	bool races, is_stale;
	char *other; /* the first finding that is no race: "wrong-exit"; NULL = none */
	int rc;
};

static void fields_release(struct fields *f)
{
	for (uint32_t i = 0; i < f->count; i++)
		free(f->names[i]);
}

static bool overlaps(const struct control_field *a, const struct control_field *b)
{
	return a->object == b->object && a->offset < b->offset + b->size &&
	       b->offset < a->offset + a->size;
}

static int add_field(struct fields *f, struct control_field field, char *name)
{
	for (uint32_t i = 0; i < f->count; i++)
		if (overlaps(&f->items[i], &field)) {
			free(name);
			return 0;
		}
	f->is_full |= f->count == CONTROL_FIELDS;
	if (!name || f->is_full) {
		free(name);
		return name ? 0 : -ENOMEM;
	}
	f->names[f->count] = name;
	f->items[f->count++] = field;
	return 0;
}

static void drop_field(struct fields *f, uint32_t index, struct control_field *ret_item,
		       char **ret_name)
{
	*ret_item = f->items[index];
	*ret_name = f->names[index];
	f->count--;
	memmove(&f->items[index], &f->items[index + 1], (f->count - index) * sizeof(f->items[0]));
	memmove(&f->names[index], &f->names[index + 1], (f->count - index) * sizeof(f->names[0]));
}

static int add_racing(struct explored *e, const struct session_outcome *outcome, struct fields *f)
{
	const struct teller teller = {outcome, e->job->worker->images, explored_role_name, e};
	const struct control *c = outcome->control;
	int rc = 0;

	for (uint32_t i = 0; !rc && i < c->race_count && i < CONTROL_RACES; i++) {
		const struct control_access *a = &c->races[i].first, *b = &c->races[i].second;
		uint64_t start = a->offset < b->offset ? a->offset : b->offset;
		uint64_t end = a->offset + a->size > b->offset + b->size ? a->offset + a->size
									 : b->offset + b->size;
		const struct control_field field = {c->races[i].object, (uint32_t)(end - start),
						    start};

		rc = add_field(f, field, tell_race_field(&teller, i));
	}
	return rc;
}

/* The volatile and atomic words that a run with CONTROL_ALL_FIELDS has come to. */
static int add_ordered(struct explored *e, const struct session_outcome *outcome, struct fields *f)
{
	const struct teller teller = {outcome, e->job->worker->images, explored_role_name, e};
	const struct control *c = outcome->control;
	int rc = 0;

	for (uint32_t i = 0; !rc && i < c->ordered_count && i < CONTROL_FIELDS; i++) {
		const struct control_event *event = &c->ordered[i];
		bool is_atomic = event->kind == POINT_ATOMIC;
		const struct control_field field = {event->object, event->size, event->offset};

		f->is_atomic = is_atomic && (f->is_atomic || !f->count);
		rc = add_field(f, field, tell_field(&teller, event));
	}
	return rc;
}

/* The runs so far are counted by themselves: these are not for them. */
static int run_one(struct explored *e, struct campaign *campaign, const struct fields *promoted,
		   uint32_t count, struct session_outcome *outcome, struct findings *findings,
		   struct err *err)
{
	uint64_t too_long = e->too_long, stuck = e->stuck;
	struct session_request request;
	int rc;

	campaign_next(campaign, &request);
	if (campaign->schedules >= CAMPAIGN_PLAIN) {
		request.memory = e->options->memory;
		request.memory_seed = request.seed >> 32;
	}
	request.fields = promoted->items;
	request.field_count = count;
	rc = explored_run_schedule(e, &request, outcome, findings, err);
	if (!rc)
		campaign_note(campaign, &request, outcome);
	e->too_long = too_long;
	e->stuck = stuck;
	return rc;
}

static int look_at(struct shown *shown, const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		shown->races |= finding->kind == FINDING_RACE;
		shown->is_stale |= finding->kind == FINDING_STALE_READ;
		if (finding->kind == FINDING_RACE || shown->other)
			continue;
		shown->other = mem_strdup(vocab_name(&finding_vocab, (int)finding->kind));
		if (!shown->other)
			return -ENOMEM;
	}
	return 0;
}

/*
 * Schedules with the first @count of @promoted as atomics (or CONTROL_ALL_FIELDS); @is_picky:
 * until anything is found.
 * @found, unless NULL: fields that are in a race, or that were in order, then.
 */
static int try(struct explored *e, const struct fields *promoted, uint32_t count, bool is_picky,
	       struct fields *found, struct shown *shown, struct err *err)
{
	uint64_t started = now_ns();
	struct campaign campaign;
	int rc = 0;

	*shown = (struct shown){.schedules = 0};
	campaign_begin(&campaign, e->job->c->seed, e->options->strategy);
	while (!rc && campaign.schedules < SCHEDULES && now_ns() - started < BUDGET_NS) {
		struct session_outcome outcome;
		struct findings findings;

		rc = run_one(e, &campaign, promoted, count, &outcome, &findings, err);
		if (rc)
			break;
		shown->schedules++;
		rc = look_at(shown, &findings);
		if (!rc && found)
			rc = count == CONTROL_ALL_FIELDS ? add_ordered(e, &outcome, found)
							 : add_racing(e, &outcome, found);
		explored_findings_release(&findings);
		if (rc)
			err_errno(err, rc, "explore");
		if (is_picky && (shown->races || shown->other))
			break;
	}
	return rc;
}

static bool is_silent(const struct shown *shown)
{
	return shown->schedules == SCHEDULES && !shown->races && !shown->other;
}

static void shown_release(struct shown *shown)
{
	free(shown->other);
	shown->other = NULL;
}

/* Without one of them it is as silent: it need not be. */
static int drop_needless(struct explored *e, struct fields *f, struct err *err)
{
	int rc = 0;

	for (uint32_t i = f->count; !rc && i-- > 0;) {
		struct control_field item;
		struct shown shown;
		char *name;

		drop_field(f, i, &item, &name);
		rc = try(e, f, f->count, true, NULL, &shown, err);
		if (!rc && is_silent(&shown)) {
			free(name);
		} else {
			f->items[f->count] = item;
			f->names[f->count++] = name;
		}
		shown_release(&shown);
	}
	return rc;
}

/* Elements of an array may have one name. */
static bool is_named_before(const struct fields *f, uint32_t index)
{
	for (uint32_t i = 0; i < index; i++)
		if (strcmp(f->names[i], f->names[index]) == 0)
			return true;
	return false;
}

static char *names_text(const struct fields *f)
{
	char *text = mem_strdup("");

	for (uint32_t i = 0; text && i < f->count; i++) {
		cleanup_free char *before = text;

		text = is_named_before(f, i)
			       ? mem_strdup(before)
			       : mem_printf("%s%s%s", before, *before ? ", " : "", f->names[i]);
	}
	return text;
}

static int say(const struct fields *f, const struct shown *shown, char **ret_text, struct err *err)
{
	cleanup_free char *names = names_text(f);

	if (names && shown)
		*ret_text = mem_printf("\nno qualifier mends it: with every access to %s taken as "
				       "atomic (seq_cst) there is still %s; the order of the "
				       "accesses is wrong, or several have to be one",
				       names, shown->other);
	else if (names && f->is_atomic)
		*ret_text = mem_printf("\nmended by a stronger memory order on %s: with seq_cst for "
				       "every access to it, none of %d schedules shows a bug",
				       names, SCHEDULES);
	else if (names)
		*ret_text =
			mem_printf("\nmended by _Atomic on %s: with every access to it taken as "
				   "atomic (seq_cst), none of %d schedules shows a bug",
				   names, SCHEDULES);
	return names && *ret_text ? 0 : err_errno(err, -ENOMEM, "explore");
}

/* What is volatile, or atomic by a weaker order, is enough when it is taken as the strongest. */
static int try_ordered(struct explored *e, struct fields *f, char **ret_text, struct err *err)
{
	struct shown shown;
	bool silent;
	int rc = try(e, f, CONTROL_ALL_FIELDS, true, f, &shown, err);

	silent = !rc && is_silent(&shown) && f->count && !f->is_full;
	shown_release(&shown);
	if (!silent)
		return rc;
	rc = try(e, f, f->count, true, NULL, &shown, err);
	silent = !rc && is_silent(&shown);
	shown_release(&shown);
	if (!silent)
		return rc;
	rc = drop_needless(e, f, err);
	return rc ? rc : say(f, NULL, ret_text, err);
}

/* All that is in a race, until nothing is any more. */
static int try_racing(struct explored *e, struct fields *f, char **ret_text, struct err *err)
{
	struct shown shown;
	uint32_t before;
	bool silent;
	int rc;

	do {
		before = f->count;
		rc = try(e, f, before, false, f, &shown, err);
		if (!rc && !shown.races && shown.other && !shown.is_stale)
			rc = say(f, &shown, ret_text, err);
		silent = !rc && is_silent(&shown) && !f->is_full;
		shown_release(&shown);
	} while (!rc && shown.races && f->count > before && !f->is_full);
	if (!silent || !f->count)
		return rc;
	rc = drop_needless(e, f, err);
	return rc ? rc : say(f, NULL, ret_text, err);
}

int explored_what_if(struct explored *e, char **ret_text, struct err *err)
{
	static int (*const tries[])(struct explored *, struct fields *, char **,
				    struct err *) = {try_ordered, try_racing};
	int rc = 0;

	*ret_text = NULL;
	for (size_t i = 0; !rc && !*ret_text && i < ARRAY_SIZE(tries); i++) {
		struct fields fields = {.count = 0};

		rc = tries[i](e, &fields, ret_text, err);
		fields_release(&fields);
	}
	return rc;
}
