/*
 * gate.h - what is good enough for a sweep: known findings, a lowest score.
 */
#ifndef CLI_GATE_H
#define CLI_GATE_H

#include "cli/cli.h"
#include "cli/sweep_options.h"
#include "sweep/baseline.h"

struct gate {
	const struct cli_env *env;
	const struct sweep_request *request;
	struct baseline baseline; /* as it was read */
	struct baseline entered;  /* what is new, for --update-baseline */
	enum known_state *states; /* of each that was read */
};

/*
 * Read the baseline.  EXIT_PASSED, or the exit code of what has been said
 * then.  Release it in any case.
 */
int gate_open(struct gate *gate, const struct cli_env *env, const struct sweep_request *request);

/* Compare what was found in @of; what is known gets the verdict `skip`.  0 or -ENOMEM. */
int gate_compare(struct gate *gate, const char *of, struct sweep *sweep,
		 struct sweep_totals *totals);

/*
 * All sweeps are done: says which findings are mended, and writes the baseline
 * when that is asked for.  The exit code, which was @code.
 */
int gate_close(struct gate *gate, int code, struct sweep_totals *totals);

/* The exit code, which was @code, by the lowest score. */
int gate_check_score(const struct gate *gate, int code, const struct sweep_totals *totals);

void gate_release(struct gate *gate);

#endif
