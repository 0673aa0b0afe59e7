#include "cli/cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "compile/compile.h"
#include "sandbox/tmp.h"

static bool builds_any(const struct selection *selection)
{
	for (size_t i = 0; i < selection->count; i++)
		if (selection->cases[i].scenario->build.present)
			return true;
	return false;
}

/* Or it could be made. */
static bool may_write_to(const char *folder)
{
	cleanup_free char *path = mem_strdup(folder);
	char *slash;

	while (path && access(path, F_OK) && errno == ENOENT && (slash = strrchr(path, '/')))
		slash[slash == path ? 1 : 0] = '\0';
	return path && access(path, W_OK) == 0;
}

int cache_init(struct cache *cache, const struct selection *selection, struct err *err)
{
	cleanup_free char *folder = NULL;

	*cache = (struct cache){.folder = NULL};
	if (!builds_any(selection))
		return 0;
	folder = compile_cache_folder();
	if (folder && may_write_to(folder)) {
		cache->folder = TAKE_PTR(folder);
		return 0;
	}
	cache->temporary = true;
	return tmp_make(NULL, &cache->folder, err);
}

void cache_release(struct cache *cache)
{
	if (cache->folder && cache->temporary)
		tmp_remove(cache->folder, NULL);
	free(cache->folder);
	*cache = (struct cache){.folder = NULL};
}
