/*
 * campaign.h - which schedules are tried, in which order, and what it means
 * that none of them has shown a bug.
 */
#ifndef EXPLORE_CAMPAIGN_H
#define EXPLORE_CAMPAIGN_H

#include "explore/session.h"

/* What the schedules so far were. */
struct campaign {
	uint64_t seed;		     /* of the whole; each schedule has its own from it */
	uint64_t schedules;	     /* tried */
	uint64_t length;	     /* most points of a run so far */
	uint32_t flows;		     /* most flows */
	uint64_t points, switches;   /* of all */
	uint64_t pct[CONTROL_CHANGES]; /* how many with that depth - 1 */
	int only;		     /* enum control_strategy; -1 = a mix */
};

/* The first schedules interrupt nobody: two, to see whether the program is a function of them. */
#define CAMPAIGN_PLAIN 2

void campaign_begin(struct campaign *campaign, uint64_t seed, int only);

/* The next schedule. */
void campaign_next(struct campaign *campaign, struct session_request *ret_request);

/* It was run. */
void campaign_note(struct campaign *campaign, const struct session_request *request,
		   const struct session_outcome *outcome);

/*
 * The chance, at most, that a bug of @depth was missed by all so far: PCT finds
 * it in a run with at least 1 / (n k^(d-1)) (Burckhardt et al., ASPLOS 2010).
 * 1 where no run had that depth.
 */
double campaign_miss_chance(const struct campaign *campaign, uint32_t depth);

/* "random", "pct"; for options and reports. */
struct vocab;
extern const struct vocab strategy_vocab;

#endif
