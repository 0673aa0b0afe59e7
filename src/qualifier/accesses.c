#include "qualifier/accesses.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "elf/declared.h"
#include "elf/loops.h"

struct image *accesses_image(struct image_set *images, const char *path)
{
	struct image *image = NULL;
	int fd = *path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	struct stat st;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0)
		image = image_set_find(images, &st);
	if (image) {
		close(fd);
		return image;
	}
	return image_set_add(images, fd, path, &image, NULL) ? NULL : image;
}

bool source_is_same(const struct source_place *a, const struct source_place *b)
{
	return a->file && b->file && a->line == b->line && strcmp(a->file, b->file) == 0;
}

/* The call stands before its return address. */
static struct source_place source_of(struct image *image, uint64_t place)
{
	struct image_position at;

	if (!image || !image_position_at(image, place - 1, &at))
		return (struct source_place){.file = NULL};
	return (struct source_place){at.file, (unsigned)at.line, (unsigned)at.column};
}

/* --- objects ------------------------------------------------------------- */

static const char *last_part(const char *path)
{
	return strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
}

/* The programs lie in another folder, and files are made anew in each run. */
static bool is_same_object(const struct counts_object *a, const struct counts_object *b)
{
	return a && a->kind == b->kind && *a->path &&
	       strcmp(last_part(a->path), last_part(b->path)) == 0;
}

/* Its place among those of its kind that have no name in the other run. */
static size_t rank_of(const struct counts *counts, size_t index)
{
	size_t rank = 0;

	for (size_t i = 0; i < index; i++)
		rank += counts->objects[i].kind == counts->objects[index].kind;
	return rank;
}

static size_t number_of(const struct counts *counts, size_t index, const struct accesses *reference)
{
	size_t rank = rank_of(counts, index);

	for (size_t i = 0; i < reference->object_count; i++)
		if (reference->objects[i] &&
		    is_same_object(reference->objects[i], &counts->objects[index]))
			return i;
	for (size_t i = 0; i < reference->object_count; i++)
		if (reference->objects[i] &&
		    reference->objects[i]->kind == counts->objects[index].kind && !rank--)
			return i;
	return reference->object_count + index;
}

static int take_objects(const struct counts *counts, const struct accesses *reference,
			struct accesses *a, size_t *numbers)
{
	a->object_count = counts->object_count + (reference ? reference->object_count : 0);
	a->objects = mem_zalloc((a->object_count + 1) * sizeof(*a->objects));
	if (!a->objects)
		return -ENOMEM;
	for (size_t i = 0; i < counts->object_count; i++) {
		numbers[i] = reference ? number_of(counts, i, reference) : i;
		a->objects[numbers[i]] = &counts->objects[i];
	}
	return 0;
}

/* --- variables: their addresses differ from program to program ------------ */

struct variable {
	char *path, *file;
	int line;
	uint64_t start, end;
};

struct variables {
	struct variable *items;
	size_t count;
};

static void variables_release(struct variables *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].path);
		free(list->items[i].file);
	}
	free(list->items);
}

static int take_variable(void *context, const struct declared *d)
{
	struct variables *list = context;
	struct variable *v;
	uint64_t size = d->size;

	if (!d->address)
		return 0;
	for (size_t i = 0; i < d->dimension_count; i++)
		size = d->dimensions[i].stride * d->dimensions[i].count > size
			       ? d->dimensions[i].stride * d->dimensions[i].count
			       : size;
	v = mem_append(&list->items, &list->count, sizeof(*v));
	if (!v)
		return -ENOMEM;
	*v = (struct variable){.path = mem_strdup(d->path),
			       .file = mem_strdup(d->file),
			       .line = d->line,
			       .start = d->address + d->offset,
			       .end = d->address + d->offset + size};
	return v->path && v->file ? 0 : -ENOMEM;
}

static const struct variable *variable_at(const struct variables *list, uint64_t address)
{
	for (size_t i = 0; i < list->count; i++)
		if (address >= list->items[i].start && address < list->items[i].end)
			return &list->items[i];
	return NULL;
}

static const struct variable *same_variable(const struct variables *list, const struct variable *v)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].line == v->line && strcmp(list->items[i].path, v->path) == 0 &&
		    strcmp(list->items[i].file, v->file) == 0)
			return &list->items[i];
	return NULL;
}

/* False: the reference does not have it. */
static bool move_variable(struct access *a, const struct variables *here,
			  const struct variables *there)
{
	const struct variable *v = variable_at(here, a->offset),
			      *w = v ? same_variable(there, v) : NULL;

	if (w)
		a->offset = w->start + (a->offset - v->start);
	return w;
}

static bool is_known_word(const struct accesses *reference, const struct access *a)
{
	for (size_t i = 0; i < reference->count; i++) {
		const struct access *r = &reference->items[i];

		if (r->object == a->object && r->offset < a->offset + a->size &&
		    a->offset < r->offset + r->size)
			return true;
	}
	return false;
}

/* Of one program: the variables in @a that belong to the object @number. */
static int align_variables(struct accesses *a, size_t number, struct image_set *images,
			   const struct accesses *reference)
{
	struct image *image = accesses_image(images, a->objects[number]->path);
	const struct counts_object *other =
		number < reference->object_count ? reference->objects[number] : NULL;
	struct image *other_image = other ? accesses_image(images, other->path) : NULL;
	struct variables here = {0}, there = {0};
	size_t kept = 0;
	int rc = image ? image_each_declared(image, take_variable, &here) : 0;

	if (!rc && other_image)
		rc = image_each_declared(other_image, take_variable, &there);
	for (size_t i = 0; !rc && i < a->count; i++)
		if (a->items[i].object != number || (move_variable(&a->items[i], &here, &there) &&
						     is_known_word(reference, &a->items[i])))
			a->items[kept++] = a->items[i];
	if (!rc)
		a->count = kept;
	variables_release(&here);
	variables_release(&there);
	return rc;
}

/* --- sites --------------------------------------------------------------- */

/* A call of a function of the program. */
struct edge {
	uint64_t from, to; /* where the functions begin */
	unsigned loops;
};

struct search {
	struct accesses *accesses;
	struct image *image;
	struct err *err;
	struct edge *edges;
	size_t edge_count;
	size_t first_site; /* of this image */
};

/* 1 a store, 0 a read, -1 something else. */
static int access_of(struct image *image, uint64_t target)
{
	const char *name = image_name_at(image, target);

	if (!name || strncmp(name, "__tsan_", strlen("__tsan_")) != 0)
		return -1;
	name += strlen("__tsan_");
	if (strncmp(name, "unaligned_", strlen("unaligned_")) == 0)
		name += strlen("unaligned_");
	if (strncmp(name, "write", strlen("write")) == 0)
		return 1;
	return strncmp(name, "read", strlen("read")) == 0 ? 0 : -1;
}

static int take_call(struct search *search, uint64_t function, const struct image_call *call)
{
	struct accesses *a = search->accesses;
	int access = access_of(search->image, call->target);
	struct edge *edge;
	struct site *site;

	if (access < 0) {
		edge = mem_append(&search->edges, &search->edge_count, sizeof(*edge));
		if (edge)
			*edge = (struct edge){function, call->target, call->loops};
		return edge ? 0 : -ENOMEM;
	}
	site = mem_append(&a->sites, &a->site_count, sizeof(*site));
	if (site)
		*site = (struct site){.is_write = access,
				      .source = source_of(search->image, call->after),
				      .module = image_name(search->image),
				      .function = function,
				      .place = call->after,
				      .loops = call->loops};
	return site ? 0 : -ENOMEM;
}

static int take_sites(void *context, const struct image_function *function)
{
	struct search *search = context;
	cleanup_free struct image_call *calls = NULL;
	size_t count = 0;
	struct code_range range = {function->address, function->address + function->size};
	int rc;

	if (!function->size || !source_of(search->image, function->address + 1).file)
		return 0;
	rc = image_calls_of(search->image, range, &calls, &count, search->err);
	for (size_t i = 0; !rc && i < count; i++)
		rc = take_call(search, function->address, &calls[i]);
	return rc;
}

/* The most loops around calls that lead to @function. */
static unsigned loops_around(const struct search *search, uint64_t function, unsigned depth)
{
	unsigned most = 0;

	for (size_t i = 0; depth && i < search->edge_count; i++) {
		const struct edge *e = &search->edges[i];
		unsigned loops;

		if (e->to != function || e->from == function)
			continue;
		loops = e->loops + loops_around(search, e->from, depth - 1);
		most = loops > most ? loops : most;
	}
	return most;
}

#define CALLERS_MAX 6 /* so deep, callers are looked at */

/* As written a function is called in a loop; optimised it is part of the loop. */
static void add_outer_loops(struct search *search)
{
	struct accesses *a = search->accesses;
	uint64_t known = 0;
	unsigned loops = 0;

	for (size_t i = search->first_site; i < a->site_count; i++) {
		if (a->sites[i].function != known || i == search->first_site)
			loops = loops_around(search, a->sites[i].function, CALLERS_MAX);
		known = a->sites[i].function;
		a->sites[i].loops += loops;
	}
}

static int search_image(struct search *search)
{
	int rc;

	search->first_site = search->accesses->site_count;
	rc = image_each_function(search->image, take_sites, search);
	if (!rc)
		add_outer_loops(search);
	free(search->edges);
	return rc;
}

/* Each program once: the libraries call the runtime through stubs, and have no sites. */
static int take_all_sites(const struct counts *counts, struct accesses *a, struct image_set *images,
			  struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < counts->process_count; i++) {
		const char *program = counts->processes[i].program;
		struct search search = {.accesses = a, .err = err};
		bool is_seen = false;

		for (size_t k = 0; k < i; k++)
			is_seen |= strcmp(counts->processes[k].program, program) == 0;
		search.image = is_seen ? NULL : accesses_image(images, program);
		if (search.image)
			rc = search_image(&search);
	}
	return rc;
}

/* --- all ----------------------------------------------------------------- */

const struct site *accesses_site(const struct accesses *a, const struct access *of)
{
	for (size_t i = 0; i < a->site_count; i++)
		if (a->sites[i].place == of->place && strcmp(a->sites[i].module, of->module) == 0)
			return &a->sites[i];
	return NULL;
}

static int take_items(const struct counts *counts, const size_t *numbers, struct accesses *a)
{
	for (size_t i = 0; i < counts->count; i++) {
		const struct count *c = &counts->items[i];
		struct access *item = mem_append(&a->items, &a->count, sizeof(*item));

		if (!item)
			return -ENOMEM;
		*item = (struct access){.object = numbers[c->object - counts->objects],
					.offset = c->offset,
					.size = c->size,
					.is_write = c->is_write,
					.is_in_handler = c->is_in_handler,
					.kind = c->kind,
					.process = (size_t)(c->process - counts->processes),
					.module = c->module,
					.place = c->place,
					.first = c->first,
					.count = c->count,
					.changed = c->changed,
					.is_stale = c->is_stale,
					.value = c->value,
					.now = c->now};
	}
	return 0;
}

/* Most are sites, and those know their lines already. */
static void take_sources(struct accesses *a, struct image_set *images)
{
	for (size_t i = 0; i < a->count; i++) {
		struct access *item = &a->items[i];
		const struct site *site = accesses_site(a, item);

		item->source = site ? site->source
				    : source_of(accesses_image(images, item->module), item->place);
	}
}

static int align_all(struct accesses *a, struct image_set *images, const struct accesses *reference)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < a->object_count; i++)
		if (a->objects[i] && a->objects[i]->kind == SEGMENT_VARIABLES)
			rc = align_variables(a, i, images, reference);
	return rc;
}

int accesses_read(const struct counts *counts, struct image_set *images,
		  const struct accesses *reference, struct accesses *ret_accesses, struct err *err)
{
	cleanup_free size_t *numbers = mem_zalloc((counts->object_count + 1) * sizeof(*numbers));
	struct accesses a = {0};
	int rc = numbers ? take_objects(counts, reference, &a, numbers) : -ENOMEM;

	rc = rc ? rc : take_items(counts, numbers, &a);
	if (!rc && reference)
		rc = align_all(&a, images, reference);
	rc = rc ? rc : take_all_sites(counts, &a, images, err);
	if (rc) {
		accesses_release(&a);
		return err_errno(err, rc, "accesses");
	}
	take_sources(&a, images);
	*ret_accesses = a;
	return 0;
}

void accesses_release(struct accesses *accesses)
{
	free(accesses->items);
	free(accesses->sites);
	free(accesses->objects);
	*accesses = (struct accesses){.items = NULL};
}
