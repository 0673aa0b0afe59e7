#include "qualifier/field.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "elf/declared.h"

void field_release(struct field *field)
{
	free(field->name);
	free(field->identifier);
	free(field->type);
	free(field->file);
	*field = (struct field){.name = NULL};
}

struct line {
	char *text; /* NULL: the source is not there */
	const struct field_access *access;
};

struct search {
	const struct field_access *accesses;
	struct line *lines;
	size_t count;
	struct field best;
	int score;
};

/* --- source lines -------------------------------------------------------- */

static char *read_line(const char *path, unsigned number)
{
	cleanup_fclose FILE *file = path ? fopen(path, "re") : NULL;
	char *text = NULL;
	size_t size = 0;

	for (unsigned i = 0; file && i < number; i++)
		if (getline(&text, &size, file) < 0) {
			free(text);
			return NULL;
		}
	if (!file)
		return NULL;
	return text;
}

static bool is_word(int c)
{
	return isalnum(c) || c == '_';
}

/*
 * How well @identifier stands where the compilers say that an access is: for
 * reads in front of the member or at it, for stores at the `=` behind it.
 */
static int fit(const struct line *line, const char *identifier)
{
	const char *text = line->text, *found, *nearest = NULL;
	size_t len = strlen(identifier), column = line->access->column;
	const char *at = text && column && column <= strlen(text) ? text + column - 1 : NULL;

	for (found = text; found && (found = strstr(found, identifier)); found += len) {
		if ((found > text && is_word(found[-1])) || is_word(found[len]))
			continue;
		if (!nearest || (at && line->access->is_write ? found < at : found <= at + 3))
			nearest = found;
		if (at && !line->access->is_write && found >= at)
			break;
	}
	if (!nearest)
		return 0;
	if (!at)
		return 2;
	if (line->access->is_write) /* the last one before the = */
		return nearest < at && !memchr(nearest + len, '>', (size_t)(at - nearest)) &&
				       !memchr(nearest + len, '.', (size_t)(at - nearest))
			       ? 6
			       : 2;
	for (found = at; found < nearest && !is_word(*found); found++)
		;
	return found == nearest ? 6 : nearest > at ? 4 : 2;
}

/* --- layout -------------------------------------------------------------- */

/* Is @offset that of an element, @rest what is left without the dimensions? */
static bool is_element(const struct declared *d, uint64_t rest)
{
	for (size_t i = 0; i < d->dimension_count; i++) {
		uint64_t stride = d->dimensions[i].stride, count = d->dimensions[i].count;
		uint64_t index = stride ? rest / stride : 0;

		if (count && index >= count)
			index = count - 1;
		rest -= index * stride;
	}
	return rest == 0;
}

/* 3: at this offset of an owner that the mapping begins with; 1: of one that lies behind. */
static int place(const struct declared *d, uint64_t offset)
{
	if (offset >= d->offset && is_element(d, offset - d->offset))
		return 3;
	if (d->owner_size && offset >= d->offset &&
	    is_element(d, (offset - d->offset) % d->owner_size))
		return 2;
	return offset >= d->offset ? 1 : 0;
}

static int score_member(const struct search *search, const struct declared *d)
{
	int score = 0, best = 0;

	for (size_t i = 0; i < search->count; i++) {
		const struct field_access *a = &search->accesses[i];
		int fits = fit(&search->lines[i], d->identifier);

		if (a->size == d->size && fits > best)
			best = fits;
	}
	for (size_t i = 0; i < search->count; i++) {
		const struct field_access *a = &search->accesses[i];
		int lies = place(d, a->offset);

		if (!lies || a->size < d->size)
			return 0;
		if (a->size == d->size)
			score = 10 * best + lies;
	}
	/* Without a line that tells, only a place that fits all. */
	return best || score == 3 ? score : 0;
}

/* `int *flag = mmap(...)`: what a pointer points to, called by the pointer's name. */
static int score_target(const struct search *search, const struct declared *d)
{
	int best = 0;

	for (size_t i = 0; i < search->count; i++) {
		int fits = fit(&search->lines[i], d->identifier);

		if (search->accesses[i].size == d->target_size && fits > best)
			best = fits;
	}
	return best ? 10 * best - 5 : 0;
}

static int score_variable(const struct search *search, const struct declared *d)
{
	uint64_t start = d->address + d->offset;

	for (size_t i = 0; i < search->count; i++)
		if (search->accesses[i].is_variable && search->accesses[i].offset >= start &&
		    is_element(d, search->accesses[i].offset - start))
			return d->dimension_count ? 50 : 100;
	return 0;
}

static int score_of(const struct search *search, const struct declared *d)
{
	int score;

	if (search->accesses[0].is_variable)
		return d->kind == DECLARED_GLOBAL && d->address ? score_variable(search, d) : 0;
	if (d->kind == DECLARED_MEMBER)
		score = score_member(search, d);
	else
		score = d->target_size ? score_target(search, d) : 0;
	return d->is_system && score ? 1 : score;
}

static char *name_of(const struct declared *d)
{
	if (d->kind == DECLARED_MEMBER && *d->owner)
		return mem_printf("%s.%s", d->owner, d->path);
	return mem_printf("%s%s", d->target_size && d->kind != DECLARED_MEMBER ? "*" : "", d->path);
}

static int take(struct field *field, const struct declared *d, bool is_variable)
{
	static const enum field_kind kinds[] = {
		[DECLARED_MEMBER] = FIELD_MEMBER,
		[DECLARED_GLOBAL] = FIELD_GLOBAL,
		[DECLARED_LOCAL] = FIELD_LOCAL,
	};

	field_release(field);
	*field = (struct field){.kind = kinds[d->kind],
				.name = is_variable ? mem_strdup(d->path) : name_of(d),
				.identifier = mem_strdup(d->identifier),
				.type = mem_strdup(d->type),
				.file = mem_strdup(d->file),
				.line = (unsigned)d->line,
				.column = (unsigned)d->column,
				.is_volatile = d->is_volatile,
				.is_atomic = d->is_atomic,
				.is_pointer = d->is_pointer};
	return field->name && field->identifier && field->type && field->file ? 0 : -ENOMEM;
}

static int look(void *context, const struct declared *d)
{
	struct search *search = context;
	int score = score_of(search, d);

	/* Of equal ones that with a name: "slot.state", not the same as "ring.slots.state". */
	if (score <= search->score)
		return 0;
	search->score = score;
	return take(&search->best, d, search->accesses[0].is_variable);
}

int field_find(struct image *image, const struct field_access *accesses, size_t count,
	       struct field *ret_field, struct err *err)
{
	struct search search = {.accesses = accesses, .count = count};
	int rc;

	if (!count)
		return -ENOENT;
	search.lines = mem_zalloc(count * sizeof(*search.lines));
	if (!search.lines)
		return err_errno(err, -ENOMEM, "variables");
	for (size_t i = 0; i < count; i++) {
		search.lines[i].access = &accesses[i];
		search.lines[i].text = read_line(accesses[i].file, accesses[i].line);
	}
	rc = image_each_declared(image, look, &search);
	for (size_t i = 0; i < count; i++)
		free(search.lines[i].text);
	free(search.lines);
	if (!rc && !search.score)
		rc = -ENOENT;
	if (rc) {
		field_release(&search.best);
		return rc == -ENOENT ? rc : err_errno(err, rc, "variables");
	}
	*ret_field = search.best;
	return 0;
}
