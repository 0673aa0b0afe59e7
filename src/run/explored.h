/*
 * explored.h - a case that is run by turns, again and again, until a schedule
 * shows a bug.
 */
#ifndef RUN_EXPLORED_H
#define RUN_EXPLORED_H

#include "explore/trail.h"
#include "run/job.h"

struct explore_options {
	uint64_t schedules; /* at most */
	uint64_t budget_ns; /* 0 = no limit */
	enum control_memory memory;
	int strategy; /* enum control_strategy; -1 = a mix */
	/* A process, as findings name it, that gets `signal` at each of its points; NULL = none. */
	const char *strike;
	int signal;
	bool lines; /* false sharing is looked for, too */
	bool tells_accesses; /* …of the first schedule: a note for each word */
	/*
	 * Only inside these functions, "held" for while it holds a lock, and there in
	 * front of each instruction: of run/stepped.h.
	 */
	struct strings within;
	bool all_points;	   /* also where the state is as at another */
	bool is_unmodified; /* programs that were not compiled by `ipcfault cc`: under an emulator */
	const struct trail *trail; /* this schedule instead, and no other; NULL */
	bool is_recorded;	   /* …which is that of the scenario itself */
};

/* Where a process was killed: what the others say of it, and end by, is no finding. */
struct findings;
void explored_forget_handled(const struct job *job, struct findings *list);

void explored_findings_release(struct findings *list);

/* Compiled and ready: findings, and what was tried, go into job->result. */
int explored_run(struct job *job, struct err *err);

#endif
