#include "cli/cache_limit.h"

#include <errno.h>
#include <fts.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"

#define DAY   (24 * 60 * 60)
#define BLOCK 512 /* of st_blocks, see stat(3type) */

const struct cache_limit cache_limit_usual = {
	.age = 30 * (time_t)DAY, .size = UINT64_C(512) << 20, .recent = 10 * 60};

/* A program's folder, or a file beside it, or an object. */
struct entry {
	char *path;
	time_t used;
	uint64_t size;
};

struct entries {
	struct entry *items;
	size_t count;
	uint64_t size;
};

static void entries_release(struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		free(entries->items[i].path);
	free(entries->items);
}

static bool is_lock(const FTSENT *e)
{
	return e->fts_namelen > 5 && strcmp(e->fts_name + e->fts_namelen - 5, ".lock") == 0;
}

/* The folder itself and that of the objects are none, nor what begins with a dot. */
static bool begins_entry(const FTSENT *e)
{
	if (e->fts_info == FTS_DP || e->fts_name[0] == '.')
		return false;
	if (e->fts_level == 1)
		return strcmp(e->fts_name, "objects") != 0;
	return e->fts_level == 2 && strcmp(e->fts_parent->fts_name, "objects") == 0;
}

static int add(struct entries *entries, const FTSENT *e)
{
	struct entry *entry = mem_append(&entries->items, &entries->count, sizeof(*entry));

	if (!entry)
		return -ENOMEM;
	/* Whoever needs a lock again makes it again. */
	*entry = (struct entry){.path = mem_strdup(e->fts_path),
				.used = is_lock(e) ? 0 : e->fts_statp->st_mtime};
	return entry->path ? 0 : -ENOMEM;
}

/* What is in a folder belongs to it: the walk gives it behind. */
static int look(struct entries *entries, const FTSENT *e)
{
	uint64_t size = (uint64_t)e->fts_statp->st_blocks * BLOCK;
	int rc = begins_entry(e) ? add(entries, e) : 0;

	if (rc || e->fts_info == FTS_DP || !entries->count)
		return rc;
	entries->items[entries->count - 1].size += size;
	entries->size += size;
	return 0;
}

static int list(const char *folder, struct entries *entries)
{
	cleanup_free char *root = mem_strdup(folder);
	char *roots[] = {root, NULL};
	FTS *walk = root && !fault_point("fts_open")
			    ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL)
			    : NULL;
	const FTSENT *e;
	int rc = walk ? 0 : -ENOMEM;

	while (!rc && (e = fts_read(walk)))
		if (e->fts_info != FTS_NS && e->fts_info != FTS_ERR && e->fts_info != FTS_DNR)
			rc = look(entries, e);
	if (walk)
		fts_close(walk);
	return rc;
}

static int by_use(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->used > y->used) - (x->used < y->used);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	remove(path);
	return 0;
}

static void apply(struct entries *entries, const struct cache_limit *limit, time_t now)
{
	uint64_t wanted = entries->size > limit->size ? limit->size / 4 * 3 : entries->size;

	qsort(entries->items, entries->count, sizeof(*entries->items), by_use);
	for (size_t i = 0; i < entries->count; i++) {
		const struct entry *entry = &entries->items[i];

		if (entry->used + limit->recent >= now)
			break;
		if (entry->used + limit->age >= now && entries->size <= wanted)
			break;
		nftw(entry->path, remove_one, 16, FTW_PHYS | FTW_DEPTH);
		entries->size -= entry->size;
	}
}

int cache_limit_apply(const char *folder, const struct cache_limit *limit, time_t now,
		      struct err *err)
{
	struct entries entries = {0};
	int rc = list(folder, &entries);

	if (rc)
		err_errno(err, rc, "%s", folder);
	else if (entries.count)
		apply(&entries, limit, now);
	entries_release(&entries);
	return rc;
}
