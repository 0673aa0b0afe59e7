/*
 * bench.h - scenarios from text, run by a worker that stays in this process
 * and in the namespaces of the test.
 */
#ifndef TESTS_UNIT_RUN_BENCH_H
#define TESTS_UNIT_RUN_BENCH_H

#include "model/result.h"
#include "run/worker.h"
#include "scenario/scenario_file.h"

/* Fails the test when @text has problems. */
struct scenario_file bench_read(const char *text);

/* Runs the first scenario; 0 or what worker_run() says.  @ret_result is to be released. */
int bench_run(const struct scenario *scenario, enum role role, struct case_result *ret_result,
	      struct err *err);

/* The same, many times in one worker. */
struct bench {
	char *cache, *tmp;
	struct pool_options options;
	struct worker worker;
};

int bench_open(struct bench *b);
int bench_again(struct bench *b, const struct scenario *scenario, enum role role,
		struct case_result *ret_result, struct err *err);
int bench_case(struct bench *b, const struct run_case *c, struct case_result *ret_result,
	       struct err *err);
void bench_close(struct bench *b);

/* All findings, one a line: "crash writer: died of SIGSEGV"; to be freed. */
char *bench_findings(const struct case_result *result);

#endif
