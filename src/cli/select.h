/*
 * select.h - which cases of the scenarios run, in which order.
 */
#ifndef CLI_SELECT_H
#define CLI_SELECT_H

#include <stddef.h>

#include "cli/options.h"
#include "model/scenario.h"
#include "run/pool.h"

struct selection {
	struct run_case *cases;
	size_t count;
	size_t scenarios; /* distinct documents among them */
};

/*
 * The cases of @scenarios that @options choose, in the scenarios' order: each
 * repetition, and of each the subject before the control.  0 or -ENOMEM.
 */
int selection_make(struct scenario *const *scenarios, size_t count,
		   const struct run_options *options, struct selection *ret_selection);
void selection_release(struct selection *selection);

/* `signal=SIGUSR1 restart=yes`; "" without a matrix, NULL when memory is short. */
char *scenario_variant(const struct scenario *scenario);

#endif
