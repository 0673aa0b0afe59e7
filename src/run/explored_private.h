/* explored_private.h - between explored.c and explored_run.c: one case that is explored. */
#ifndef RUN_EXPLORED_PRIVATE_H
#define RUN_EXPLORED_PRIVATE_H

#include "explore/campaign.h"
#include "explore/emulator.h"
#include "explore/session.h"
#include "oracle/oracle.h"
#include "run/execution.h"
#include "run/explored.h"

struct explored {
	struct job *job;
	const struct explore_options *options;
	struct execution x;
	struct preparation **preparations;
	struct launch *launches;
	struct emulator emulator; /* of programs that stay as they are */
	struct session *session;
	struct campaign campaign;
	uint64_t started_ns, digest;
	uint64_t too_long, stuck;
	uint64_t race_at; /* the first schedule with a race; 0 = none yet */
	struct trail race;
	enum finding_kind race_kind; /* or FINDING_FALSE_SHARING */
	uint64_t struck; /* points at which the signal was sent */
	char *what_if;	 /* for the text of each race; NULL */
	bool differs;	 /* the same schedule, and not the same run */
};

/* Of struct teller. */
const char *explored_role_name(void *ctx, uint32_t role);

/*
 * One run by turns, as @request says.  @ret_findings: of a run that has come
 * to an end; else none.  The caller releases them.
 */
int explored_run_schedule(struct explored *e, const struct session_request *request,
			  struct session_outcome *outcome, struct findings *ret_findings,
			  struct err *err);

/* The run of @trail with other switches. */
struct session_request explored_request(const struct trail *trail,
					const struct control_switch *switches, size_t count);

/*
 * The findings of @trail and all that belongs to them into the result; its
 * steps become those of that run.
 */
int explored_report(struct explored *e, struct trail *trail, unsigned confirmed, struct err *err);

/* Which programs they were, into the result: 0 or -ENOMEM. */
int explored_note_code(struct explored *e);

/* Who has accessed what, into the result: 0 or -ENOMEM. */
int explored_note_accesses(struct explored *e, const struct session_outcome *outcome);

/* The schedule of the options, and no other. */
int explored_follow(struct explored *e, struct err *err);

#endif
