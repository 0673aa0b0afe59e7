/*
 * tell.h - a schedule in words: who waited for whom, who did which line when.
 */
#ifndef EXPLORE_TELL_H
#define EXPLORE_TELL_H

#include "explore/session.h"

struct image_set;

struct teller {
	const struct session_outcome *outcome;
	struct image_set *images; /* for source lines */
	/* The name of the process that a role is; valid as long as the teller. */
	const char *(*role_name)(void *ctx, uint32_t role);
	void *ctx;
};

/* "writer", "writer/child[1]", "writer/thread[2]"; to be freed, NULL when memory is short. */
char *tell_flow(const struct teller *teller, uint32_t index);

/* "await() flag.c:12 reads s->is_ready": to be freed, NULL when memory is short. */
char *tell_event(const struct teller *teller, const struct control_event *event);

/* "s->is_ready", "counter +8": what it accesses, to be freed, NULL when memory is short. */
char *tell_field(const struct teller *teller, const struct control_event *event);
/* The same of the @index-th race of the run. */
char *tell_race_field(const struct teller *teller, uint32_t index);

/* What it is about: " shared.count", "" for private memory; to be freed, NULL when memory is short. */
char *tell_object(const struct teller *teller, const struct control_event *event);

/* A line for each flow that is left waiting: to be freed, NULL when memory is short. */
char *tell_waits(const struct teller *teller);

/*
 * The context switches of the run, one column for each flow: what each did
 * last before and first after.  To be freed, NULL when memory is short.
 */
char *tell_schedule(const struct teller *teller);

/* The outcome's read that is out of date: to be freed, NULL when memory is short. */
char *tell_stale(const struct teller *teller);

/* The robust mutex of c->lost: to be freed, NULL when memory is short. */
char *tell_lost(const struct teller *teller);

/* A line that is shared for nothing: to be freed, NULL when memory is short. */
char *tell_line(const struct teller *teller, const struct control_line *line);

/*
 * The @index-th race of the run, with the others at the same field; "": it was
 * told with one before it.  To be freed, NULL when memory is short.
 */
char *tell_race(const struct teller *teller, uint32_t index);

#endif
