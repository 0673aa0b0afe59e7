/*
 * worker.h - a process that runs cases, one after the other.
 *
 * It is pinned to a processor, has entered its namespaces once, and traces
 * nothing but the targets of its case.
 */
#ifndef RUN_WORKER_H
#define RUN_WORKER_H

#include "base/err.h"
#include "elf/image.h"
#include "engine/filter.h"
#include "run/pool.h"
#include "sandbox/sandbox.h"

struct case_result;
struct observed;

/* The filter of the last launch: the next one most often needs the same. */
struct last_filter {
	struct filter_rule *rules;
	size_t count;
	uint64_t only_ip;
	struct filter filter;
	unsigned no; /* so many have been built before it */
};

#define FROZEN_FDS 3

/* The program of a case that is repeated; of frozen.h. */
struct frozen {
	const struct scenario *scenario; /* the case… */
	enum role role;
	unsigned runs;		   /* …has had so many, this one included */
	bool impossible;	   /* it has been tried */
	struct snapshot *snapshot; /* NULL = none, and then no descriptors */
	unsigned filter_no;
	int fds[FROZEN_FDS], flags[FROZEN_FDS];
};

/* Two runs without faults, of all cases that are alike: see run_case.like. */
struct usual {
	const struct scenario *of; /* NULL: none yet */
	struct observed *first, *again;
};

struct worker {
	const struct pool_options *options;
	struct sandbox sandbox;
	bool entered;
	char *tmp;     /* holds the ${tmp} of each run */
	unsigned runs; /* so far: names that folder */
	int cpu;
	struct image_set *images; /* symbols of programs, kept from run to run */
	struct last_filter filter;
	struct usual usual;
	struct frozen frozen;
};

void usual_forget(struct usual *usual); /* usual.c */

int worker_init(struct worker *w, const struct pool_options *options, int cpu, struct err *err);
void worker_release(struct worker *w);

/*
 * Run one case to its verdict.  Problems of ours make a result with verdict
 * `error`; only short memory fails.
 */
int worker_run(struct worker *w, const struct run_case *c, struct case_result *ret_result,
	       struct err *err);

/* The fields of @ret_result that name the case, without running it. */
int worker_describe(const struct run_case *c, struct case_result *ret_result);

#endif
