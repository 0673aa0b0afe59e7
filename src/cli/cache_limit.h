/*
 * cache_limit.h - the folder of compiled programs does not grow for ever.
 */
#ifndef CLI_CACHE_LIMIT_H
#define CLI_CACHE_LIMIT_H

#include <stdint.h>
#include <time.h>

#include "base/err.h"

struct cache_limit {
	time_t age;    /* seconds: what was not used for so long is removed */
	uint64_t size; /* bytes: with more, what was not used for longest, until 3/4 are left */
	time_t recent; /* seconds: what was used since then stays in any case */
};

/* What the manual says. */
extern const struct cache_limit cache_limit_usual;

/*
 * Used is what has the time of a use (compile/compile_private.h: touch).  Nobody
 * else may use the folder meanwhile.  @now: as time(NULL).  What cannot be
 * removed stays; -ENOMEM, or the folder cannot be read.
 */
int cache_limit_apply(const char *folder, const struct cache_limit *limit, time_t now,
		      struct err *err);

#endif
