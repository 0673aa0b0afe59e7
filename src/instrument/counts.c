#include "instrument/counts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"

int counts_segment_new(uint32_t flags, int *ret_fd, struct err *err)
{
	const struct {
		uint32_t magic, version, flags;
	} head = {SEGMENT_MAGIC, SEGMENT_VERSION, flags};
	cleanup_close int fd = fault_point("memfd_create") ? -1 : memfd_create("ipcfault", 0);

	if (fd < 0 || ftruncate(fd, sizeof(struct segment)) < 0 ||
	    pwrite(fd, &head, sizeof(head), 0) != (ssize_t)sizeof(head))
		return err_errno(err, errno ? -errno : -ENOMEM, "control segment");
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* --- sorting ------------------------------------------------------------- */

#define COMPARE(a, b)                                                                              \
	do {                                                                                       \
		if ((a) != (b))                                                                    \
			return (a) < (b) ? -1 : 1;                                                 \
	} while (0)

static int compare_objects(const void *left, const void *right)
{
	const struct counts_object *a = left, *b = right;

	COMPARE(a->kind, b->kind);
	COMPARE(a->dev, b->dev);
	COMPARE(a->id, b->id);
	return 0;
}

static int compare_counts(const void *left, const void *right)
{
	const struct count *a = left, *b = right;

	COMPARE(a->object, b->object);
	COMPARE(a->offset, b->offset);
	COMPARE(a->size, b->size);
	COMPARE(a->is_write, b->is_write);
	COMPARE(a->kind, b->kind);
	COMPARE(a->is_in_handler, b->is_in_handler);
	COMPARE(a->process, b->process);
	COMPARE(a->place, b->place);
	return strcmp(a->module, b->module);
}

/* --- reading: nothing in the segment is believed, the programs can write there -------------- */

static uint32_t used(const uint32_t *counter, uint32_t max)
{
	uint32_t count = __atomic_load_n(counter, __ATOMIC_ACQUIRE);

	return count < max ? count : max - 1;
}

static int map_segment(int fd, int protection, struct segment **ret_segment, struct err *err)
{
	struct segment *segment;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_errno(err, -errno, "control segment");
	if (st.st_size != sizeof(*segment))
		return err_set(err, -EPROTO, "not a control segment");
	segment = mmap(NULL, sizeof(*segment), protection, MAP_SHARED, fd, 0);
	if (segment == MAP_FAILED)
		return err_errno(err, -errno, "control segment");
	if (segment->magic != SEGMENT_MAGIC || segment->version != SEGMENT_VERSION) {
		munmap(segment, sizeof(*segment));
		return err_set(err, -EPROTO, "not a control segment");
	}
	*ret_segment = segment;
	return 0;
}

static const char *path_of(const char *path)
{
	return memchr(path, '\0', SEGMENT_PATH) ? path : "";
}

static const char *module_path(const struct segment *segment, uint32_t module)
{
	return module > 0 && module < SEGMENT_MODULES ? path_of(segment->modules[module].path) : "";
}

static int read_processes(struct counts *counts)
{
	const struct segment *segment = counts->segment;
	uint32_t last = used(&segment->processes_used, SEGMENT_PROCESSES);

	counts->processes = mem_zalloc((last + 1) * sizeof(*counts->processes));
	if (!counts->processes)
		return -ENOMEM;
	for (uint32_t i = 1; i <= last; i++)
		counts->processes[i - 1] = (struct counts_process){
			.pid = __atomic_load_n(&segment->processes[i].pid, __ATOMIC_ACQUIRE),
			.parent = segment->processes[i].parent,
			.program = module_path(segment, segment->processes[i].module),
		};
	counts->process_count = last;
	return 0;
}

static int read_objects(struct counts *counts)
{
	const struct segment *segment = counts->segment;
	uint32_t last = used(&segment->objects_used, SEGMENT_OBJECTS);

	counts->objects = mem_zalloc((last + 1) * sizeof(*counts->objects));
	if (!counts->objects)
		return -ENOMEM;
	for (uint32_t i = __atomic_load_n(&segment->objects_head, __ATOMIC_ACQUIRE);
	     i > 0 && i <= last && counts->object_count < last; i = segment->objects[i].next)
		counts->objects[counts->object_count++] = (struct counts_object){
			.kind = segment->objects[i].kind,
			.dev = segment->objects[i].dev,
			.id = segment->objects[i].id,
			.path = path_of(segment->objects[i].path),
		};
	qsort(counts->objects, counts->object_count, sizeof(*counts->objects), compare_objects);
	return 0;
}

static const struct counts_object *find_object(const struct counts *counts, uint32_t index)
{
	const struct segment_object *object = &counts->segment->objects[index];
	const struct counts_object key = {
		.kind = object->kind, .dev = object->dev, .id = object->id};

	return bsearch(&key, counts->objects, counts->object_count, sizeof(key), compare_objects);
}

static int read_row(struct counts *counts, const struct segment_row *row)
{
	const struct segment_key *key = &row->key;
	const struct counts_object *object = key->object > 0 && key->object < SEGMENT_OBJECTS
						     ? find_object(counts, key->object)
						     : NULL;
	struct count *item;

	if (!object || key->process == 0 || key->process > counts->process_count)
		return 0;
	item = mem_append(&counts->items, &counts->count, sizeof(*item));
	if (!item)
		return -ENOMEM;
	*item = (struct count){
		.object = object,
		.offset = key->offset,
		.size = key->size,
		.is_write = key->flags & SEGMENT_WRITE,
		.is_in_handler = key->flags & SEGMENT_IN_HANDLER,
		.kind = key->kind,
		.process = &counts->processes[key->process - 1],
		.module = module_path(counts->segment, key->module),
		.place = key->place,
		.first = __atomic_load_n(&row->first, __ATOMIC_RELAXED),
		.count = __atomic_load_n(&row->count, __ATOMIC_RELAXED),
		.changed = __atomic_load_n(&row->changed, __ATOMIC_RELAXED),
		.is_stale = row->is_stale,
		.value = row->value,
		.now = row->now,
	};
	return 0;
}

static int read_rows(struct counts *counts)
{
	const struct segment *segment = counts->segment;
	uint32_t last = used(&segment->rows_used, SEGMENT_ROWS), seen = 0;
	int rc = 0;

	for (size_t b = 0; b < SEGMENT_BUCKETS; b++)
		for (uint32_t i = __atomic_load_n(&segment->buckets[b], __ATOMIC_ACQUIRE);
		     !rc && i > 0 && i <= last && seen < last; i = segment->rows[i].next, seen++)
			if (__atomic_load_n(&segment->rows[i].count, __ATOMIC_RELAXED))
				rc = read_row(counts, &segment->rows[i]);
	return rc;
}

/* --- stuck processes ----------------------------------------------------- */

/* The last that has this number; 0 = none. */
static uint32_t find_process(const struct segment *segment, pid_t pid)
{
	for (uint32_t i = used(&segment->processes_used, SEGMENT_PROCESSES); i > 0; i--)
		if (segment->processes[i].pid == pid)
			return i;
	return 0;
}

static void look_at_row(struct segment_row *row,
			ssize_t (*read)(void *arg, uint64_t address, void *ret, size_t size),
			void *arg)
{
	uint32_t size = row->key.size;
	uint64_t now = 0; /* little-endian, as all that Linux runs the runtime on */

	if (row->key.flags & SEGMENT_WRITE || !row->address || size > sizeof(now) ||
	    read(arg, row->address, &now, size) != (ssize_t)size || now == row->value)
		return;
	row->now = now;
	row->is_stale = true;
}

int counts_note_stuck(int fd, pid_t pid,
		      ssize_t (*read)(void *arg, uint64_t address, void *ret, size_t size),
		      void *arg, struct err *err)
{
	struct segment *segment;
	uint32_t process, last;
	int rc = map_segment(fd, PROT_READ | PROT_WRITE, &segment, err);

	if (rc)
		return rc;
	process = find_process(segment, pid);
	last = used(&segment->rows_used, SEGMENT_ROWS);
	for (uint32_t i = 1; process && i <= last; i++)
		if (segment->rows[i].key.process == process)
			look_at_row(&segment->rows[i], read, arg);
	munmap(segment, sizeof(*segment));
	return 0;
}

/* --- variables ----------------------------------------------------------- */

static bool overlap(const struct count *a, const struct count *b)
{
	return a->object == b->object && a->offset < b->offset + b->size &&
	       b->offset < a->offset + a->size;
}

/* Handlers touch few words, and so the search goes over those. */
struct handled {
	const struct count **items;
	size_t count;
};

/* Of the same program: variables are not shared. */
static bool is_handled(const struct handled *handled, const struct count *count)
{
	for (size_t i = 0; i < handled->count; i++)
		if (handled->items[i]->process == count->process &&
		    overlap(handled->items[i], count))
			return true;
	return false;
}

static bool is_in_main_flow(const struct counts *counts, const struct count *handled)
{
	for (size_t i = 0; i < counts->count; i++) {
		const struct count *c = &counts->items[i];

		if (!c->is_in_handler && c->process == handled->process && overlap(c, handled))
			return true;
	}
	return false;
}

static int find_handled(const struct counts *counts, struct handled *handled)
{
	for (size_t i = 0; i < counts->count; i++) {
		const struct count *c = &counts->items[i], **slot;

		if (c->object->kind != SEGMENT_VARIABLES || !c->is_in_handler ||
		    !is_in_main_flow(counts, c))
			continue;
		slot = mem_append(&handled->items, &handled->count, sizeof(*slot));
		if (!slot)
			return -ENOMEM;
		*slot = c;
	}
	return 0;
}

static int keep_handlers_variables(struct counts *counts)
{
	cleanup_free bool *keep = mem_zalloc(counts->count * sizeof(*keep) + 1);
	struct handled handled = {0};
	size_t kept = 0;
	int rc = keep ? find_handled(counts, &handled) : -ENOMEM;

	for (size_t i = 0; !rc && i < counts->count; i++)
		keep[i] = counts->items[i].object->kind != SEGMENT_VARIABLES ||
			  is_handled(&handled, &counts->items[i]);
	free(handled.items);
	for (size_t i = 0; !rc && i < counts->count; i++)
		if (keep[i])
			counts->items[kept++] = counts->items[i];
	if (!rc)
		counts->count = kept;
	return rc;
}

static int read_counts(int fd, bool all, struct counts *ret_counts, struct err *err)
{
	struct counts counts = {0};
	int rc = map_segment(fd, PROT_READ, &counts.segment, err);

	if (rc)
		return rc;
	rc = read_processes(&counts);
	rc = rc ? rc : read_objects(&counts);
	rc = rc ? rc : read_rows(&counts);
	if (!rc && !all)
		rc = keep_handlers_variables(&counts);
	if (rc) {
		counts_release(&counts);
		return err_errno(err, rc, "counts");
	}
	if (counts.count)
		qsort(counts.items, counts.count, sizeof(*counts.items), compare_counts);
	counts.lost = __atomic_load_n(&counts.segment->lost, __ATOMIC_RELAXED);
	counts.unplaced = __atomic_load_n(&counts.segment->unplaced, __ATOMIC_RELAXED);
	*ret_counts = counts;
	return 0;
}

int counts_read(int fd, struct counts *ret_counts, struct err *err)
{
	return read_counts(fd, false, ret_counts, err);
}

int counts_read_all(int fd, struct counts *ret_counts, struct err *err)
{
	return read_counts(fd, true, ret_counts, err);
}

void counts_release(struct counts *counts)
{
	free(counts->items);
	free(counts->objects);
	free(counts->processes);
	if (counts->segment)
		munmap(counts->segment, sizeof(*counts->segment));
	*counts = (struct counts){0};
}
