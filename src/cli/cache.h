/*
 * cache.h - where a session keeps the programs that `build:` makes.
 */
#ifndef CLI_CACHE_H
#define CLI_CACHE_H

#include <stdbool.h>

#include "cli/select.h"

struct cache {
	char *folder; /* NULL: no case of the session needs one */
	bool temporary;
	int users; /* a file that everybody has locked who uses the folder; -1 = none */
};

/*
 * The folder of the user (see compile_cache_folder()), or where there is none that we
 * may write to, one that cache_release() removes.  0 or a negative errno.
 */
int cache_init(struct cache *cache, const struct selection *selection, struct err *err);

/* And what is too much in it is removed (cache_limit.h), when nobody else uses it. */
void cache_release(struct cache *cache);

#endif
