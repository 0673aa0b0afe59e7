#include "engine/maps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "sys/procfs.h"

#define SYSV_PATH "/SYSV" /* ipc/shm.c: and the key; the inode is the id */

static bool is_sysv(const struct procfs_map *map)
{
	return strncmp(map->path, SYSV_PATH, strlen(SYSV_PATH)) == 0 && map->shared;
}

/*
 * The device numbers of maps are those of the file system, which on btrfs and
 * overlayfs are not what stat(2) says: then the path decides.
 */
static bool shows(const struct procfs_map *map, const struct fd_object *object)
{
	if (is_sysv(map))
		return object->kind == FD_KIND_SHM_SYSV && map->inode == object->ino;
	if (!map->inode || object->kind == FD_KIND_SHM_SYSV || map->inode != object->ino)
		return false;
	return makedev(map->device_major, map->device_minor) == object->dev ||
	       strcmp(map->path, object->path) == 0;
}

static struct mapping mapping_of(const struct procfs_map *map)
{
	return (struct mapping){.start = map->start,
				.end = map->end,
				.offset = map->offset,
				.readable = map->readable,
				.writable = map->writable,
				.executable = map->executable,
				.shared = map->shared};
}

static struct fd_object object_of(const struct procfs_map *map)
{
	struct fd_object object = {.kind = FD_KIND_FILE,
				   .dev = makedev(map->device_major, map->device_minor),
				   .ino = map->inode,
				   .flags = O_RDWR};
	struct stat st;

	if (is_sysv(map))
		return sysv_object(FD_KIND_SHM_SYSV, (int)map->inode);
	snprintf(object.path, sizeof(object.path), "%s", map->path);
	if (stat(map->path, &st) == 0 && st.st_ino == map->inode)
		object.dev = st.st_dev;
	return object;
}

struct place {
	uint64_t addr;
	struct fd_object object;
	struct mapping mapping;
};

static int contains(void *ctx, const struct procfs_map *map)
{
	struct place *place = ctx;

	if (place->addr < map->start || place->addr >= map->end)
		return 0;
	if (!map->inode)
		return -ENOENT;
	place->object = object_of(map);
	place->mapping = mapping_of(map);
	return 1;
}

int map_object_at(struct engine *e, pid_t tid, uint64_t addr, struct fd_object *ret_object,
		  struct mapping *ret_mapping)
{
	struct place place = {.addr = addr};
	int rc = procfs_each_map(e->options.proc_fd, tid, contains, &place);

	if (rc <= 0)
		return rc ? rc : -ENOENT;
	*ret_object = place.object;
	if (ret_mapping)
		*ret_mapping = place.mapping;
	return 0;
}

struct search {
	const struct fd_object *object;
	struct mapping *mappings;
	size_t count;
};

static int collect(void *ctx, const struct procfs_map *map)
{
	struct search *search = ctx;
	struct mapping *mapping;

	if (!shows(map, search->object))
		return 0;
	mapping = mem_append(&search->mappings, &search->count, sizeof(*mapping));
	if (!mapping)
		return -ENOMEM;
	*mapping = mapping_of(map);
	return 0;
}

int map_find(struct engine *e, const struct process *p, const struct fd_object *object,
	     struct mapping **ret_mappings, size_t *ret_count)
{
	struct search search = {.object = object};
	int rc = procfs_each_map(e->options.proc_fd, p->tgid, collect, &search);

	if (rc) {
		free(search.mappings);
		return rc;
	}
	*ret_mappings = search.mappings;
	*ret_count = search.count;
	return 0;
}

static bool can_store(struct engine *e, const struct process *p, const struct fd_object *object)
{
	cleanup_free struct mapping *mappings = NULL;
	size_t count;

	if (map_find(e, p, object, &mappings, &count))
		return false;
	for (size_t i = 0; i < count; i++)
		if (mappings[i].shared && mappings[i].writable)
			return true;
	return false;
}

bool map_has_other_writer(struct engine *e, const struct fd_object *object, pid_t but)
{
	cleanup_free struct fd_holder *holders = NULL;
	size_t count = 0;

	for (const struct process *p = e->processes; p; p = p->next)
		if (!p->exited && p->tgid != but && can_store(e, p, object))
			return true;
	if (fd_holders(e, object, 1u << O_WRONLY | 1u << O_RDWR, &holders, &count))
		return false;
	for (size_t i = 0; i < count; i++)
		if (holders[i].process->tgid != but)
			return true;
	return false;
}

/* proc(5), map_files: needs CAP_CHECKPOINT_RESTORE. */
int map_open(struct engine *e, const struct process *p, const struct fd_object *object)
{
	cleanup_free struct mapping *mappings = NULL;
	char path[80];
	size_t count;
	int fd, rc = map_find(e, p, object, &mappings, &count);

	if (rc)
		return rc;
	if (!count)
		return -ENOENT;
	snprintf(path, sizeof(path), "%d/map_files/%llx-%llx", p->tgid,
		 (unsigned long long)mappings[0].start, (unsigned long long)mappings[0].end);
	fd = openat(e->options.proc_fd, path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}
