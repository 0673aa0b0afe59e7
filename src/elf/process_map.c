#include "elf/process_map.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "sys/procfs.h"

#define DELETED " (deleted)"

/* A piece of a file in the process. */
struct mapping {
	uint64_t start, end, offset;
	dev_t dev;
	ino_t ino;
	bool deleted;
	char path[PATH_MAX];
};

/* What reading one process needs all the way down. */
struct reader {
	struct image_set *set;
	int proc_fd;
	pid_t pid;
	struct process_map map;
};

static void mapping_from(const struct procfs_map *from, struct mapping *ret)
{
	char *suffix;

	ret->start = from->start;
	ret->end = from->end;
	ret->offset = from->offset;
	ret->dev = makedev(from->device_major, from->device_minor);
	ret->ino = from->inode;
	snprintf(ret->path, sizeof(ret->path), "%s", from->path);
	suffix = strstr(ret->path, DELETED);
	ret->deleted = suffix && !suffix[strlen(DELETED)];
	if (ret->deleted)
		*suffix = '\0';
}

static bool is_mapped_file(const struct stat *st, const struct mapping *mapping)
{
	return S_ISREG(st->st_mode) && st->st_ino == mapping->ino && st->st_dev == mapping->dev;
}

/* The image that an earlier run read, found without opening anything. */
static struct image *find_cached(const struct reader *reader, const struct mapping *mapping)
{
	cleanup_free char *path = mem_printf("%d/root%s", reader->pid, mapping->path);
	struct stat st;

	if (!path || mapping->deleted || fstatat(reader->proc_fd, path, &st, 0) != 0 ||
	    !is_mapped_file(&st, mapping))
		return NULL;
	return image_set_find(reader->set, &st);
}

static int open_regular(int proc_fd, const char *path)
{
	/* what took the place of the file may be a FIFO */
	cleanup_close int fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return -1;
	return TAKE_FD(fd);
}

/* The inode itself, which needs CAP_CHECKPOINT_RESTORE; else what its name leads to now. */
static int open_mapped(const struct reader *reader, const struct mapping *mapping, bool *ret_sure)
{
	cleanup_free char *exact = mem_printf("%d/map_files/%" PRIx64 "-%" PRIx64, reader->pid,
					      mapping->start, mapping->end);
	cleanup_free char *named = mem_printf("%d/root%s", reader->pid, mapping->path);
	cleanup_free char *program = mem_printf("%d/exe", reader->pid);
	int fd;

	if (!exact || !named || !program)
		return -1;
	*ret_sure = true;
	fd = open_regular(reader->proc_fd, exact);
	if (fd >= 0)
		return fd;
	*ret_sure = false;
	fd = mapping->deleted ? -1 : open_regular(reader->proc_fd, named);
	return fd >= 0 ? fd : open_regular(reader->proc_fd, program);
}

/* Overlay filesystems show one device in maps and another in stat: then the bytes decide. */
static bool has_same_head(const struct reader *reader, const struct image *image, uint64_t bias)
{
	unsigned char head[1024];
	struct iovec local = {head, sizeof(head)};
	uint64_t start = image_span(image).start + bias;
	struct iovec remote = {(void *)start, sizeof(head)}; /* NOLINT(performance-no-int-to-ptr) */
	ssize_t n = process_vm_readv(reader->pid, &local, 1, &remote, 1, 0);

	return n > 0 && image_begins_with(image, head, (size_t)n);
}

static int get_image(struct reader *reader, const struct mapping *mapping, struct image **ret_image,
		     bool *ret_sure)
{
	struct stat st;
	int fd;

	*ret_sure = true;
	*ret_image = strcmp(mapping->path, "[vdso]") == 0 ? image_set_vdso(reader->set)
							  : find_cached(reader, mapping);
	if (*ret_image || mapping->path[0] != '/')
		return 0;
	fd = open_mapped(reader, mapping, ret_sure);
	if (fd < 0)
		return 0;
	if (fstat(fd, &st) == 0 && is_mapped_file(&st, mapping))
		*ret_sure = true;
	return image_set_add(reader->set, fd, mapping->path, ret_image, NULL);
}

/* A file that cannot be read is left out; -ENOMEM is the only failure. */
static int add_module(struct reader *reader, const struct mapping *mapping)
{
	struct process_map *map = &reader->map;
	struct image *image = NULL;
	struct code_range span;
	struct module *module;
	uint64_t bias;
	bool sure;

	if (get_image(reader, mapping, &image, &sure) == -ENOMEM)
		return -ENOMEM;
	if (!image || !image_bias(image, mapping->start, mapping->offset, &bias) ||
	    (!sure && !has_same_head(reader, image, bias)))
		return 0;
	for (size_t i = 0; i < map->module_count; i++) {
		if (map->modules[i].image == image && map->modules[i].bias == bias)
			return 0; /* another piece of the same */
	}
	module = mem_append(&map->modules, &map->module_count, sizeof(*module));
	if (!module)
		return -ENOMEM;
	span = image_span(image);
	*module = (struct module){
		.image = image, .bias = bias, .start = span.start + bias, .end = span.end + bias};
	module->path = mem_strdup(mapping->path);
	return module->path ? 0 : -ENOMEM;
}

static int see_mapping(void *context, const struct procfs_map *from)
{
	struct reader *reader = context;
	struct mapping mapping;

	if (!from->executable)
		return 0;
	mapping_from(from, &mapping);
	return add_module(reader, &mapping);
}

static int read_all(struct reader *reader, struct err *err)
{
	struct procfs_auxv auxv;
	int r = procfs_each_map(reader->proc_fd, reader->pid, see_mapping, reader);

	if (r == -ENOMEM)
		return err_set(err, r, "out of memory");
	if (r == 0)
		r = procfs_auxv(reader->proc_fd, reader->pid, &auxv);
	if (r != 0)
		return err_errno(err, r, "cannot read what process %d has mapped", reader->pid);
	reader->map.entry = auxv.entry;
	reader->map.loader = auxv.base;
	return 0;
}

static bool module_has(const struct module *module, uint64_t address)
{
	return address >= module->start && address < module->end;
}

/* One that exports write() is a C library as well. */
static bool is_loader_only(struct image *image)
{
	struct code_range *ranges;
	size_t count;

	if (image_find_functions(image, "write", false, &ranges, &count, NULL) != 0)
		return false;
	free(ranges);
	return count == 0;
}

static void mark_modules(struct process_map *map)
{
	for (size_t i = 0; i < map->module_count; i++) {
		struct module *module = &map->modules[i];
		const char *soname = image_soname(module->image);
		bool named = soname && strncmp(soname, "ld-linux", strlen("ld-linux")) == 0;

		module->is_program = map->entry && module_has(module, map->entry);
		if (named || (map->loader && module_has(module, map->loader)))
			module->is_loader = is_loader_only(module->image);
	}
}

static int by_start(const void *a, const void *b)
{
	const struct module *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

int process_map_read(struct image_set *set, int proc_fd, pid_t pid, struct process_map *ret_map,
		     struct err *err)
{
	struct reader reader = {set, proc_fd, pid, PROCESS_MAP_INIT};
	int r;

	reader.map.pid = pid;
	r = read_all(&reader, err);
	if (r != 0) {
		process_map_release(&reader.map);
		return r;
	}
	if (reader.map.module_count)
		qsort(reader.map.modules, reader.map.module_count, sizeof(*reader.map.modules),
		      by_start);
	mark_modules(&reader.map);
	*ret_map = reader.map;
	return 0;
}

void process_map_release(struct process_map *map)
{
	for (size_t i = 0; i < map->module_count; i++)
		free(map->modules[i].path);
	free(map->modules);
	*map = (struct process_map)PROCESS_MAP_INIT;
}

const struct module *process_map_module(const struct process_map *map, uint64_t address)
{
	for (size_t i = 0; i < map->module_count; i++) {
		if (module_has(&map->modules[i], address))
			return &map->modules[i];
	}
	return NULL;
}

bool process_map_in_loader(const struct process_map *map, uint64_t address)
{
	const struct module *module = process_map_module(map, address);

	return module && module->is_loader;
}
