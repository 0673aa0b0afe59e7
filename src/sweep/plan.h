/*
 * plan.h - from what a run without faults has called to a list of attempts:
 * one fault at one call of one run each.
 */
#ifndef SWEEP_PLAN_H
#define SWEEP_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/result.h"
#include "model/scenario.h"
#include "sweep/family.h"

#define ATTEMPT_CALLS_MAX  16 /* calls that one name means */
#define ATTEMPT_FAULTS_MAX 4  /* with what makes the fault possible, and the run go on */

/* What the fault asks of the program. */
enum demand {
	DEMAND_SAME, /* the same end and output, or a failure that is told */
	DEMAND_WELL, /* the same end and output: nothing was wrong */
	DEMAND_END,  /* …its output may be another: what it came from is gone */
};

enum attempt_state {
	ATTEMPT_WAITS,	      /* not run */
	ATTEMPT_SURVIVED,     /* the fault has happened, nothing broke */
	ATTEMPT_FOUND,	      /* …something did */
	ATTEMPT_NOT_POSSIBLE, /* the fault did not happen: refused, or its moment never came */
	ATTEMPT_ERROR,	      /* ours */
	ATTEMPT_LEFT_OUT,     /* the same has hung often enough */
	ATTEMPT_ELSEWHERE,    /* not asked for here; see sweep/share.h */
	ATTEMPT_STATE_MAX_
};

#define ATTEMPT_NONE SIZE_MAX

struct attempt {
	size_t site; /* of the record */
	enum fault_family family;
	enum demand demand;
	bool lasts; /* from then on */
	/*
	 * The attempt with the same signal whose handler runs before the call: what
	 * comes of that is what the signal means, not that it interrupts.
	 * ATTEMPT_NONE: there is none.
	 */
	size_t meaning;
	bool is_meaning; /* it is such an attempt… */
	bool changes;	 /* …and the program ended or printed otherwise than without it */
	uint64_t meant;	 /* digest of what it did then; 0: nothing was changed */
	bool doubted;	 /* what it found was not seen again */
	bool written;	 /* the faults and the demands of the file: written.h */
	bool is_past;	 /* an earlier occurrence of its call did not come: nor will this one */
	enum attempt_state state;
	/* With pointers into this struct and the base: it must not be moved. */
	struct scenario scenario;
	struct fault_spec faults[ATTEMPT_FAULTS_MAX];
	size_t main_fault; /* the one that it is about; others serve it */
	int calls[ATTEMPT_CALLS_MAX], held_calls[ATTEMPT_CALLS_MAX];
	struct {
		uint64_t fault, place, one, held;
	} nth;
};

struct plan {
	struct attempt **attempts; /* the most promising first; owned */
	size_t count;
	size_t unreachable; /* sites in processes and threads that no selector names */
};

struct plan_options {
	const struct scenario *base; /* without faults; outlives the plan */
	const struct record *record;
	enum survival compare; /* what DEMAND_SAME asks: SURVIVAL_END where outputs are chance */
	bool exhaustive;       /* every occurrence and every error, not a choice */
	uint64_t seed;
	uint64_t deadline_ns; /* of each run */
};

/* 0 or -ENOMEM. */
int sweep_plan_make(const struct plan_options *options, struct plan *ret_plan);
void sweep_plan_release(struct plan *plan);
void attempt_free(struct attempt *attempt);

/* The places of a site that are tried: their indices, ascending; how many. */
#define PICKS_MAX 3
size_t sweep_plan_pick(size_t places, uint64_t seed, size_t site, size_t picks[PICKS_MAX]);

#endif
