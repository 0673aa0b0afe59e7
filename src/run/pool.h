/*
 * pool.h - runs many cases, several at a time.
 */
#ifndef RUN_POOL_H
#define RUN_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/words.h"

struct case_result;
struct err;
struct explore_options;
struct scenario;

struct run_case {
	const struct scenario *scenario;
	enum role role;
	uint64_t seed;
	bool record; /* note the calls of the run: case_result.record */
	/*
	 * Cases with the same one differ in their faults only: the runs without
	 * faults of one are those of all.  NULL: there are no others.
	 */
	const struct scenario *like;
	bool brief;    /* of one that passes nothing is told but verdict, role and duration */
	bool executed; /* no copy of a frozen program will do: see frozen.h */
	/* Not one run, but many schedules of it: of explored.h.  NULL: a run. */
	const struct explore_options *explore;
};

struct pool_options {
	unsigned jobs; /* at a time, at least 1 */
	bool fail_fast;
	bool keep; /* leave ${tmp} */
	bool gdb;
	uint64_t timeout_ns; /* instead of each scenario's deadline; 0 = not */
	const char *harness_dir;
	const char *cache_dir; /* of compiled programs; NULL: there is none */
	const char *ipcfault;  /* the path of that program, to count accesses; NULL: do not */
	int verbosity;
};

/* Called in the thread of pool_run(); done() may take the contents of @r away. */
struct pool_events {
	void (*started)(void *ctx, const struct run_case *c);
	void (*done)(void *ctx, const struct run_case *c, struct case_result *r);
	/* False: leave this case out, there will be no done().  NULL: all are wanted. */
	bool (*wanted)(void *ctx, const struct run_case *c);
	void *ctx;
};

int pool_run(const struct run_case *cases, size_t count, const struct pool_options *opts,
	     const struct pool_events *events, struct err *err);

/* Async-signal-safe: no new cases; the running ones are ended; done() still comes for what
 * finished. */
void pool_stop(void);

#endif
