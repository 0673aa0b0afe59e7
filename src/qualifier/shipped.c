#include "qualifier/shipped.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "elf/loops.h"
#include "elf/stores.h"

/* A store of one image, by line. */
struct stored {
	struct image_store store;
	uint64_t function;
	struct source_place source;
};

struct code {
	struct image *image;
	struct stored *items;
	size_t count;
	struct err *err;
};

static struct source_place source_of(struct image *image, uint64_t address)
{
	struct image_position at;

	if (!image_position_at(image, address, &at))
		return (struct source_place){.file = NULL};
	return (struct source_place){at.file, (unsigned)at.line, (unsigned)at.column};
}

static int read_function(void *context, const struct image_function *function)
{
	struct code *code = context;
	struct code_range range = {function->address, function->address + function->size};
	struct image_store *stores = NULL;
	size_t count = 0;
	int rc;

	if (!function->size || !source_of(code->image, function->address + 1).file)
		return 0;
	rc = image_stores_of(code->image, range, &stores, &count, code->err);
	for (size_t i = 0; !rc && i < count; i++) {
		struct stored *to = mem_append(&code->items, &code->count, sizeof(*to));

		if (!to)
			rc = -ENOMEM;
		else
			*to = (struct stored){stores[i], function->address,
					      source_of(code->image, stores[i].address)};
	}
	free(stores);
	return rc;
}

/* --- swapped ------------------------------------------------------------- */

static const struct stored *next_of(const struct code *code, const struct access *a,
				    const struct stored *behind)
{
	const struct stored *from = behind ? behind + 1 : code->items;

	for (; from && from < code->items + code->count; from++)
		if (from->store.size == a->size && source_is_same(&from->source, &a->source))
			return from;
	return NULL;
}

/* @second stands before @first, and nothing branches between them. */
static bool is_swapped(const struct code *code, const struct access *first,
		       const struct access *second)
{
	for (const struct stored *b = next_of(code, second, NULL); b; b = next_of(code, second, b))
		for (const struct stored *a = next_of(code, first, b); a;
		     a = next_of(code, first, a))
			if (a->function == b->function && a->store.straight == b->store.straight)
				return true;
	return false;
}

static bool is_plain_store(const struct access *a, const char *program)
{
	return a->is_write && (a->kind == SEGMENT_PLAIN || a->kind == SEGMENT_RANGE) &&
	       a->source.line && strcmp(a->module, program) == 0;
}

static bool are_two_words(const struct access *a, const struct access *b)
{
	return a->object == b->object && a->process == b->process &&
	       (a->offset + a->size <= b->offset || b->offset + b->size <= a->offset) &&
	       a->source.line != b->source.line;
}

static int add(struct differences *list, enum difference_kind kind, const struct access *at,
	       const struct access *other, uint64_t after)
{
	struct difference *d = mem_append(&list->items, &list->count, sizeof(*d));

	if (!d)
		return -ENOMEM;
	*d = (struct difference){.kind = kind,
				 .at = at,
				 .other = other,
				 .before = at->count,
				 .after = after,
				 .witnessed = at->changed,
				 .is_doubtful = true};
	return 0;
}

static int find_swapped(const struct code *optimised, const struct accesses *plain,
			const struct access *second, const char *program, struct differences *list)
{
	for (size_t i = 0; i < plain->count; i++) {
		const struct access *first = &plain->items[i];

		if (is_plain_store(first, program) && are_two_words(first, second) &&
		    first->first < second->first && is_swapped(optimised, first, second))
			return add(list, STORES_SWAPPED, second, first, second->count);
	}
	return 0;
}

/* --- torn ---------------------------------------------------------------- */

static size_t count_stores(const struct code *code, const struct access *a)
{
	size_t count = 0;

	for (const struct stored *s = code->items; s && s < code->items + code->count; s++)
		count += source_is_same(&s->source, &a->source) &&
			 (!a->source.column || !s->source.column ||
			  s->source.column == a->source.column);
	return count;
}

/* What another process has read of it tells its name: the store is of a whole struct. */
static const struct access *reader_of(const struct accesses *plain, const struct access *store)
{
	const struct access *reader = NULL;

	for (size_t i = 0; i < plain->count; i++) {
		const struct access *a = &plain->items[i];

		if (!a->is_write && a->object == store->object && a->process != store->process &&
		    a->offset >= store->offset &&
		    a->offset + a->size <= store->offset + store->size &&
		    (!reader || a->first < reader->first))
			reader = a;
	}
	return reader;
}

static int find_torn(const struct code *as_written, const struct code *optimised,
		     const struct accesses *plain, const struct access *store,
		     struct differences *list)
{
	size_t before = count_stores(as_written, store), after = count_stores(optimised, store);
	int rc;

	if (store->size < 16 || !before || !after || before == after || !reader_of(plain, store))
		return 0;
	rc = add(list, STORES_TORN, store, NULL, after);
	if (!rc) {
		list->items[list->count - 1].before = before;
		list->items[list->count - 1].named = reader_of(plain, store);
	}
	return rc;
}

static bool is_first_of_its_line(const struct accesses *plain, const struct access *at)
{
	for (const struct access *a = plain->items; a < at; a++)
		if (a->is_write && a->object == at->object &&
		    source_is_same(&a->source, &at->source))
			return false;
	return true;
}

int shipped_find(const struct shipped *shipped, const struct accesses *plain, const char *program,
		 struct differences *differences, struct err *err)
{
	struct code as_written = {.image = shipped->as_written, .err = err};
	struct code optimised = {.image = shipped->optimised, .err = err};
	int rc = image_each_function(as_written.image, read_function, &as_written);

	rc = rc ? rc : image_each_function(optimised.image, read_function, &optimised);
	for (size_t i = 0; !rc && i < plain->count; i++) {
		const struct access *a = &plain->items[i];

		if (!is_plain_store(a, program) || !a->changed || !is_first_of_its_line(plain, a))
			continue;
		rc = find_swapped(&optimised, plain, a, program, differences);
		rc = rc ? rc : find_torn(&as_written, &optimised, plain, a, differences);
	}
	free(as_written.items);
	free(optimised.items);
	return rc ? err_errno(err, rc, "code") : 0;
}
