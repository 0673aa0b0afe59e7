#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "sys/procfs.h"
#include "sys/procfs_internal.h"

bool procfs_map_parse(char *line, struct procfs_map *ret_map)
{
	struct procfs_map map = {.path = ""};
	char perms[5];
	int used = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 " %n", &map.start,
		   &map.end, perms, &map.offset, &map.device_major, &map.device_minor, &map.inode,
		   &used) != 7)
		return false;
	map.readable = perms[0] == 'r';
	map.writable = perms[1] == 'w';
	map.executable = perms[2] == 'x';
	map.shared = perms[3] == 's';
	line[strcspn(line, "\n")] = '\0';
	if (used)
		map.path = line + used;
	*ret_map = map;
	return true;
}

int procfs_each_map(int proc_fd, pid_t pid, int (*each)(void *ctx, const struct procfs_map *map),
		    void *ctx)
{
	cleanup_fclose FILE *file = procfs_fopen(proc_fd, pid, "maps");
	cleanup_free char *line = NULL;
	size_t room = 0, count = 0;

	if (!file)
		return -errno;
	for (; getline(&line, &room, file) >= 0; count++) {
		struct procfs_map map;
		int rc = procfs_map_parse(line, &map) ? each(ctx, &map) : 0;

		if (rc)
			return rc;
	}
	return count ? 0 : -ESRCH;
}

int procfs_auxv(int proc_fd, pid_t pid, struct procfs_auxv *ret_auxv)
{
	Elf64_auxv_t entries[64];
	struct procfs_auxv auxv = {0};
	ssize_t n = procfs_slurp(proc_fd, pid, "auxv", (char *)entries, sizeof(entries));
	size_t count = n > 0 ? (size_t)n / sizeof(*entries) : 0;

	if (n < 0)
		return (int)n;
	for (size_t i = 0; i < count; i++) {
		uint64_t value = entries[i].a_un.a_val;

		switch (entries[i].a_type) {
		case AT_ENTRY:
			auxv.entry = value;
			break;
		case AT_BASE:
			auxv.base = value;
			break;
		case AT_PHDR:
			auxv.phdr = value;
			break;
		case AT_PHNUM:
			auxv.phnum = value;
			break;
		case AT_SYSINFO_EHDR:
			auxv.vdso = value;
			break;
		default:
			break;
		}
	}
	if (!count) /* a zombie has none */
		return -ESRCH;
	*ret_auxv = auxv;
	return 0;
}

struct loader_search {
	uint64_t base;
	bool seen;
	uint64_t inode;
	unsigned device_major, device_minor;
	uint64_t lo, hi;
};

/* glibc's: ld-linux-x86-64.so.2, ld-2.31.so; musl's file is libc.so or ld-musl-… */
static bool is_only_loader(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	return strncmp(name, "ld-", strlen("ld-")) == 0 &&
	       strncmp(name, "ld-musl", strlen("ld-musl")) != 0;
}

static int look_for_loader(void *ctx, const struct procfs_map *map)
{
	struct loader_search *search = ctx;

	if (map->start == search->base) {
		if (!is_only_loader(map->path))
			return 1;
		search->seen = true;
		search->inode = map->inode;
		search->device_major = map->device_major;
		search->device_minor = map->device_minor;
	}
	if (!search->seen || !map->executable || map->inode != search->inode ||
	    map->device_major != search->device_major || map->device_minor != search->device_minor)
		return 0;
	if (!search->hi)
		search->lo = map->start;
	search->hi = map->end;
	return 0;
}

int procfs_loader_text(int proc_fd, pid_t pid, uint64_t base, uint64_t *ret_lo, uint64_t *ret_hi)
{
	struct loader_search search = {.base = base};
	int rc = base ? procfs_each_map(proc_fd, pid, look_for_loader, &search) : 0;

	if (rc < 0)
		return rc;
	if (rc || !search.hi)
		return 0;
	*ret_lo = search.lo;
	*ret_hi = search.hi;
	return 1;
}

static int look_for_loader_file(void *ctx, const struct procfs_map *map)
{
	struct loader_search *search = ctx;
	const char *slash = strrchr(map->path, '/');

	if (!map->executable || !slash || strncmp(slash, "/ld-linux", strlen("/ld-linux")) != 0)
		return 0;
	search->lo = map->start;
	search->hi = map->end;
	return 1;
}

bool procfs_find_loader(int proc_fd, pid_t pid, uint64_t *ret_lo, uint64_t *ret_hi)
{
	struct loader_search search = {.base = 0};

	if (procfs_each_map(proc_fd, pid, look_for_loader_file, &search) != 1)
		return false;
	*ret_lo = search.lo;
	*ret_hi = search.hi;
	return true;
}
