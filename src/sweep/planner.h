/*
 * planner.h - what the planners share: a fault at a place, before it is one
 * of the plan.  A planner looks at one place and adds what could happen there.
 */
#ifndef SWEEP_PLANNER_H
#define SWEEP_PLANNER_H

#include "sweep/plan.h"

struct planner {
	const struct plan_options *options;
	struct plan *plan;
	int rc; /* first error; nothing is added after it */
};

/* A place of the record, and what the choice of places says of it. */
struct spot {
	size_t index; /* of the site */
	const struct call_site *site;
	const struct call_place *place;
	bool first; /* of its site */
};

#define SLOW_PEER_NS (200 * NS_PER_MS) /* so that others wait for it meanwhile */

/* What else happens around the fault, so that it can strike or that the run goes on. */
enum step_moment {
	STEP_AT_CALL,  /* as the call of the fault starts, before it */
	STEP_AT_START, /* of the process that the step strikes */
	STEP_AT_OTHER, /* the process of @site comes there */
	STEP_AT_SITE,  /* the first of the same call at @site */
	STEP_AFTER,    /* the fault has fired */
};

struct draft_step {
	const char *name;
	enum step_moment moment;
	const struct call_site *site; /* STEP_AT_SITE, STEP_AT_OTHER */
	struct action_spec action;
};

#define DRAFT_STEPS_MAX (ATTEMPT_FAULTS_MAX - 1)

struct draft {
	const struct spot *spot;
	enum fault_family family;
	enum demand demand;
	bool lasts;
	enum trigger_kind trigger; /* TRIGGER_CALL, or TRIGGER_LOCK of the process of the site… */
	unsigned child;		   /* …or of this child of it; 0 = of itself */
	enum phase phase;
	struct action_spec action;
	size_t meaning; /* as those of struct attempt */
	bool is_meaning;
	const char *victim; /* label of another process that is struck; NULL */
	const char *slow;   /* …that is stopped meanwhile; NULL */
	const char *how;    /* …"is slow", "holds a lock" */
	struct draft_step steps[DRAFT_STEPS_MAX];
	size_t step_count;
};

struct draft draft_of(const struct spot *spot, enum fault_family family, enum action_kind kind);

/* An action without anything that is special to one of them. */
struct action_spec plain_action(enum action_kind kind);

/* planner->rc is set when memory is short. */
void planner_add(struct planner *planner, const struct draft *draft);

/* A fault that lasts from a later place on is only tried when all are wanted. */
void planner_add_once_or_lasting(struct planner *planner, const struct draft *draft);

/* The other processes, one site for each; only those that communicate where @talking. */
#define PEERS_TRIED 3
size_t spot_peers(const struct planner *planner, const struct spot *spot, bool talking,
		  const struct call_site *peers[PEERS_TRIED]);

/*
 * So that the call sleeps: @peer, of whom it waits for something, is stopped
 * as it starts, and goes on once the fault has struck.
 */
void draft_slow_peer(struct draft *draft, const struct call_site *peer);

/* The process of @site is stopped when it comes there, @how: it stays so for its time. */
void draft_slow_at(struct draft *draft, const struct call_site *site, const char *how);
/* The same, for so long. */
void draft_slow_peer_for(struct draft *draft, const struct call_site *peer, uint64_t ns);

/* Whether the kernel can answer so there. */
bool spot_allows(const struct spot *spot, int error);

/* Through which others can be left waiting. */
bool is_communication(const struct call_site *site);
bool is_socket_kind(enum fd_kind kind);
/* Writes or sends. */
bool sends(const struct call_site *site);
struct selector selector_of(const struct call_site *site);

/* The planners: plan_errors.c */
void plan_errors(struct planner *planner, const struct spot *spot);
void plan_short(struct planner *planner, const struct spot *spot);
void plan_lasting_errors(struct planner *planner, const struct spot *spot);
void plan_lasting_short(struct planner *planner, const struct spot *spot);
/* plan_signals.c */
void plan_pulse(struct planner *planner, const struct spot *spot);
void plan_signals(struct planner *planner, const struct spot *spot);
/* plan_peers.c */
void plan_kills(struct planner *planner, const struct spot *spot);
void plan_holders(struct planner *planner, const struct spot *spot);
void plan_resets(struct planner *planner, const struct spot *spot);
/* plan_objects.c */
void plan_full(struct planner *planner, const struct spot *spot);
void plan_small(struct planner *planner, const struct spot *spot);
void plan_removal(struct planner *planner, const struct spot *spot);
void plan_cut(struct planner *planner, const struct spot *spot);
void plan_datagrams(struct planner *planner, const struct spot *spot);
/* plan_environment.c */
void plan_nonblock(struct planner *planner, const struct spot *spot);

#endif
