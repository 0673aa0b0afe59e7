/*
 * steps.h - the commands of a plan, each object only once: instrument/plan.h, objects.h.
 */
#ifndef COMPILE_STEPS_H
#define COMPILE_STEPS_H

#include "base/err.h"
#include "compile/deps.h"
#include "instrument/plan.h"

struct steps {
	const char *cache, *root; /* as in objects.h */
	const char *const *extra; /* more flags for compiling, NULL at the end; NULL = none */
	const char *extra_for;	  /* only of this file; NULL = of each */
};

/*
 * One of them, if it makes an object: as object_get(), which see for the other results.
 * -EOPNOTSUPP: it is to be run as it is, with the extra flags that it has got now.
 */
int steps_object(const struct steps *steps, struct plan_command *command, struct deps *deps,
		 char **ret_said, struct err *err);

/*
 * Run them all.  *@ret_said is what was said, in any case but an error of ours:
 * -ENOEXEC, one has failed.  What was read is appended to @deps, as far as it is known.
 */
int steps_run(const struct steps *steps, struct plan *plan, struct deps *deps, char **ret_said,
	      struct err *err);

#endif
