/*
 * sweep.h - a fault at every place: records what a program calls without
 * faults, tries one fault at each such place, and collects what it does not
 * survive.
 */
#ifndef SWEEP_SWEEP_H
#define SWEEP_SWEEP_H

#include "run/pool.h"
#include "sweep/bugs.h"
#include "sweep/plan.h"
#include "sweep/programs.h"
#include "sweep/share.h"
#include "sweep/since.h"

struct err;
struct journal;
struct sweep;

struct sweep_options {
	struct pool_options pool;
	bool exhaustive;
	bool memcheck;		       /* look for the memory error behind what was found */
	struct sweep_part part;	       /* count 0: all of it */
	const struct changes *changes; /* only in these files; NULL: in all */
	uint64_t seed;
	uint64_t deadline_ns; /* of each run; 0 = from the time that a run without faults takes */
	uint64_t budget_ns;   /* for the attempts; 0 = all are made */
	struct journal *journal; /* of what was tried; NULL: there is none */
	const char *name;	 /* of what is swept, there */
	const struct scenario *written; /* of base.h: tried, too; outlives the sweep; NULL: none */
	/* Of run/pool.h, or what a test plays. */
	int (*pool_run)(const struct run_case *cases, size_t count, const struct pool_options *opts,
			const struct pool_events *events, struct err *err);
	void (*pool_stop)(void);
	/* After each attempt; NULL: nobody looks. */
	void (*progress)(void *ctx, const struct sweep *sweep);
	bool (*interrupted)(void *ctx); /* NULL: never */
	void *ctx;
};

struct sweep {
	const struct scenario *base;
	const struct sweep_options *options;
	struct record record;
	struct programs programs; /* that made its calls */
	struct plan plan;
	struct bugs bugs;
	size_t sites;			   /* counted here, not in another part */
	size_t states[ATTEMPT_STATE_MAX_]; /* how many attempts are in each state */
	size_t runs;			   /* with the runs without faults */
	size_t remembered;		   /* attempts that were made before; see journal.h */
	size_t doubtful;		   /* bugs that were not seen again, and dropped */
	uint64_t fault_free_ns;		   /* one run without faults */
	uint64_t started_ns;		   /* the attempts; CLOCK_MONOTONIC */
	uint64_t deadline_ns;		   /* of each run */
	bool differs;			   /* two runs without faults did not make the same calls */
	bool unsteady;			   /* …or not print the same, which two others did */
	bool out_of_budget;
	char *unswept;	  /* why nothing but options->written was tried; NULL = all was */
	int rc;		  /* first error of ours */
	char *error_text; /* of an attempt that ended with one of ours; NULL = none */
};

/*
 * Sweep @base.  0, also when bugs were found or it was interrupted: what was
 * tried is in *@ret_sweep, for sweep_release().  -EINVAL: the program cannot
 * be swept, as it fails without faults, and there is no options->written.
 */
int sweep_run(const struct scenario *base, const struct sweep_options *options,
	      struct sweep *ret_sweep, struct err *err);
void sweep_release(struct sweep *sweep);

/* Of the sweep's own files: how @attempt is run, and what has come of it. */
struct run_case sweep_case_of(const struct sweep *sweep, const struct attempt *attempt);
void sweep_set_state(struct sweep *sweep, struct attempt *attempt, enum attempt_state state);

/* Whether its fault has happened, and not only what makes it possible. */
bool attempt_struck(const struct attempt *attempt, const struct case_result *result);

/* What the file's own faults have broken is a failure, even where one of them did not come. */
void attempt_judge(const struct attempt *attempt, struct case_result *result);

/* Whether options->interrupted says so: what was tried is told, nothing new is. */
bool sweep_interrupted(const struct sweep *sweep);

/* Attempts that are asked for here. */
size_t sweep_planned(const struct sweep *sweep);
/* Attempts whose fault has happened: survived or not. */
size_t sweep_places(const struct sweep *sweep);

#endif
