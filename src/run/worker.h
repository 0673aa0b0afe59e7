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

#define FILTERS_MAX 32

/* The filters of the last launches: the next one most often needs one of them. */
struct known_filter {
	struct filter_rule *rules;
	size_t count;
	uint64_t only_ip;
	struct filter filter;
	unsigned no;	/* of all that were built: 1, 2, ...; 0 = there is none here */
	uint64_t asked; /* when it was last needed: a clock that counts launches */
};

struct known_filters {
	struct known_filter items[FILTERS_MAX];
	unsigned built;
	uint64_t clock;
};

#define FROZEN_FDS 3
#define FROZEN_MAX 32

/* One that is frozen, with one filter. */
struct frozen_program {
	struct snapshot *snapshot; /* NULL = none, and then no descriptors */
	unsigned filter_no;
	unsigned used_in; /* which of the runs */
	int fds[FROZEN_FDS], flags[FROZEN_FDS];
};

/* The programs of cases that launch the same; of frozen.h. */
struct frozen {
	const struct scenario *of; /* the last case, or what it is like */
	const struct scenario *scenario;
	const struct process_spec *spec; /* its first process */
	enum role role;
	bool forbidden;	 /* run_case.executed */
	unsigned runs;	 /* have had the same so far, this one included */
	unsigned losses; /* times that the frozen ones were lost with what a run had left */
	bool impossible; /* it has been tried */
	struct frozen_program programs[FROZEN_MAX];
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
	char *tmp;	   /* holds the ${tmp} of each run */
	bool tmp_is_empty; /* seen after the last process ended */
	unsigned runs;	   /* so far: names that folder */
	int cpu;
	int outer_proc_fd; /* for --gdb: /proc as people see it; else -1 */
	struct image_set *images; /* symbols of programs, kept from run to run */
	struct known_filters filters;
	struct usual usual;
	struct frozen frozen;
};

void usual_forget(struct usual *usual);		     /* usual.c */
void filters_release(struct known_filters *filters); /* rules.c */

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
