#include "cli/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "cli/cache_limit.h"
#include "compile/compile.h"
#include "sandbox/tmp.h"

#define PAUSE 600 /* seconds, before it is tidied up again */

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

/* Waits while somebody tidies up.  -1: without it nothing is removed, and all else works. */
static int lock_shared(const char *folder)
{
	cleanup_free char *path = mem_printf("%s/.users", folder);
	int fd = path && compile_make_folder(folder) == 0
			 ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666)
			 : -1;

	while (fd >= 0 && flock(fd, LOCK_SH))
		if (errno != EINTR) {
			close(fd);
			return -1;
		}
	return fd;
}

/* The time of the file is when that was done last. */
static void limit(const struct cache *cache)
{
	struct err err = ERR_INIT;
	time_t now = time(NULL);
	struct stat st;

	if (flock(cache->users, LOCK_EX | LOCK_NB) || fstat(cache->users, &st) ||
	    (st.st_size && st.st_mtime + PAUSE > now))
		return;
	/* It is but tidying: whatever goes wrong with it is no matter of the cases. */
	cache_limit_apply(cache->folder, &cache_limit_usual, now, &err);
	if (!st.st_size && write(cache->users, "\n", 1) < 0)
		return;
	futimens(cache->users, NULL);
}

int cache_init(struct cache *cache, const struct selection *selection, struct err *err)
{
	cleanup_free char *folder = NULL;

	*cache = (struct cache){.users = -1};
	if (!builds_any(selection))
		return 0;
	folder = compile_cache_folder();
	if (folder && may_write_to(folder)) {
		cache->users = lock_shared(folder);
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
	else if (cache->folder && cache->users >= 0)
		limit(cache);
	if (cache->users >= 0)
		close(cache->users);
	free(cache->folder);
	*cache = (struct cache){.users = -1};
}
