/*
 * counted.h - the accesses of one combination of `build:`, counted in a run of its own.
 */
#ifndef RUN_COUNTED_H
#define RUN_COUNTED_H

#include "qualifier/accesses.h"
#include "run/job.h"

struct counted {
	struct counts counts;
	struct accesses accesses;
	uint64_t duration_ns;
	char *folder; /* of the programs */
};

/*
 * Compile with the runtime, run as the case is run, read what was counted.  A
 * program that does not end, or dies, has been counted as far as it came.
 * @reference: NULL, or the same program's run that it will be compared with.
 * -ENOPKG: there is no runtime.  -ENOEXEC: it cannot be compiled so.
 */
int counted_run(struct job *job, const char *compiler, const char *level, struct image_set *images,
		const struct counted *reference, struct counted *ret_counted, struct err *err);
void counted_release(struct counted *counted);

#endif
