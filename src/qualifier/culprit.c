#include "qualifier/culprit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"

static void place_release(struct culprit_place *place)
{
	free(place->file);
	free(place->function);
	free(place->level);
	free(place->other);
}

static void culprit_release(struct culprit *culprit)
{
	for (size_t i = 0; i < culprit->place_count; i++)
		place_release(&culprit->places[i]);
	free(culprit->places);
	free(culprit->stale.file);
	free(culprit->stale.function);
	free(culprit->stale.level);
	free(culprit->path);
	free(culprit->cells);
	field_release(&culprit->field);
}

void culprits_release(struct culprits *culprits)
{
	for (size_t i = 0; i < culprits->count; i++)
		culprit_release(&culprits->items[i]);
	free(culprits->items);
	*culprits = (struct culprits){.items = NULL};
}

static const char *short_path(const char *path)
{
	return strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
}

/* --- the field ----------------------------------------------------------- */

struct accesses_of_word {
	struct field_access *items;
	size_t count;
};

/* All places of the source that use the word tell what it is, each once. */
static int collect(const struct accesses *plain, const struct access *at,
		   struct accesses_of_word *ret)
{
	for (size_t i = 0; i < plain->count; i++) {
		const struct access *a = &plain->items[i];
		struct field_access *to;

		if (a->object != at->object || a->offset != at->offset || a->size != at->size ||
		    a->kind == SEGMENT_RANGE)
			continue;
		to = mem_append(&ret->items, &ret->count, sizeof(*to));
		if (!to)
			return -ENOMEM;
		*to = (struct field_access){.file = a->source.file,
					    .line = a->source.line,
					    .column = a->source.column,
					    .is_write = a->is_write,
					    .is_variable = plain->objects[a->object]->kind ==
							   SEGMENT_VARIABLES,
					    .offset = a->offset,
					    .size = a->size};
	}
	return 0;
}

static int name_by_offset(const struct counts_object *object, uint64_t offset, struct field *field)
{
	*field = (struct field){.kind = FIELD_MEMBER};
	field->name =
		mem_printf("%s+%" PRIu64, *object->path ? object->path : "shared memory", offset);
	return field->name ? 0 : -ENOMEM;
}

static int find_field(const struct accesses *plain, const struct access *at,
		      struct image_set *images, struct field *ret_field, struct err *err)
{
	struct image *image = accesses_image(images, at->module);
	struct accesses_of_word word = {0};
	int rc = collect(plain, at, &word);

	rc = rc ? rc : image ? field_find(image, word.items, word.count, ret_field, err) : -ENOENT;
	free(word.items);
	if (rc == -ENOENT)
		rc = name_by_offset(plain->objects[at->object], at->offset, ret_field);
	return rc;
}

static bool is_same_field(const struct field *a, const struct field *b)
{
	if (a->line != b->line || !a->file != !b->file || strcmp(a->name, b->name) != 0)
		return false;
	/* The compilers put the folder in front of it differently. */
	return !a->file || strcmp(short_path(a->file), short_path(b->file)) == 0;
}

/* Takes @field over. */
static struct culprit *culprit_of(struct culprits *culprits, struct field *field,
				  const struct counts_object *object)
{
	struct culprit *culprit;

	for (size_t i = 0; i < culprits->count; i++)
		if (is_same_field(&culprits->items[i].field, field)) {
			field_release(field);
			return &culprits->items[i];
		}
	culprit = mem_append(&culprits->items, &culprits->count, sizeof(*culprit));
	if (!culprit) {
		field_release(field);
		return NULL;
	}
	*culprit = (struct culprit){.field = *field,
				    .object = object->kind,
				    .path = mem_strdup(object->path),
				    .is_doubtful = true};
	return culprit->path ? culprit : NULL;
}

/* --- places -------------------------------------------------------------- */

static bool has_place(const struct culprit *culprit, const struct difference *d)
{
	for (size_t i = 0; i < culprit->place_count; i++) {
		const struct culprit_place *p = &culprit->places[i];

		if (p->kind == d->kind && p->is_write == d->at->is_write &&
		    p->line == d->at->source.line &&
		    strcmp(short_path(p->file), short_path(d->at->source.file)) == 0)
			return true;
	}
	return false;
}

static char *function_of(const struct access *access, struct image_set *images)
{
	struct image *image = accesses_image(images, access->module);
	struct image_function function = {0};

	if (!image || !image_function_at(image, access->place - 1, &function))
		return NULL;
	return mem_strdup(function.name);
}

static int add_place(struct culprit *culprit, const struct difference *d,
		     const struct accesses *plain, struct image_set *images, const char *level,
		     struct err *err)
{
	struct culprit_place *p;
	struct field other = {0};
	int rc = 0;

	if (has_place(culprit, d))
		return 0;
	p = mem_append(&culprit->places, &culprit->place_count, sizeof(*p));
	if (!p)
		return err_errno(err, -ENOMEM, "variables");
	*p = (struct culprit_place){.kind = d->kind,
				    .is_write = d->at->is_write,
				    .line = d->at->source.line,
				    .before = d->before,
				    .after = d->after,
				    .file = mem_strdup(d->at->source.file),
				    .level = mem_strdup(level),
				    .function = function_of(d->at, images)};
	if (d->other)
		rc = find_field(plain, d->other, images, &other, err);
	p->other = other.name;
	other.name = NULL;
	field_release(&other);
	return rc ? rc : p->file && p->level ? 0 : err_errno(err, -ENOMEM, "variables");
}

static int add_cell(struct culprit *culprit, size_t cell)
{
	size_t *slot;

	if (culprit->cell_count && culprit->cells[culprit->cell_count - 1] == cell)
		return 0;
	slot = mem_append(&culprit->cells, &culprit->cell_count, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	*slot = cell;
	return 0;
}

static bool is_volatile_elsewhere(const struct accesses *plain, const struct access *at)
{
	for (size_t i = 0; i < plain->count; i++) {
		const struct access *a = &plain->items[i];

		if (a->object == at->object && a->process != at->process &&
		    a->kind == SEGMENT_VOLATILE && a->offset < at->offset + at->size &&
		    at->offset < a->offset + a->size)
			return true;
	}
	return false;
}

static bool is_same_word(const struct access *a, const struct access *b)
{
	return a->object == b->object && a->offset == b->offset && a->size == b->size;
}

/* The first one that is known is enough. */
static int add_stale(struct culprit *culprit, const struct access *at,
		     const struct culprit_runs *runs)
{
	struct culprit_stale *stale = &culprit->stale;

	for (size_t i = 0; !stale->file && i < runs->optimised->count; i++) {
		const struct access *a = &runs->optimised->items[i];
		/* What was moved in front of a loop may have no line of its own. */
		const struct access *where = a->source.file && a->source.line ? a : at;

		if (!a->is_stale || !is_same_word(a, at))
			continue;
		*stale = (struct culprit_stale){.file = mem_strdup(where->source.file),
						.function = function_of(where, runs->images),
						.line = where->source.line,
						.value = a->value,
						.now = a->now,
						.level = mem_strdup(runs->level)};
		if (!stale->file || !stale->level)
			return -ENOMEM;
	}
	return 0;
}

static int add_difference(struct culprits *culprits, const struct difference *d,
			  const struct culprit_runs *runs, struct err *err)
{
	struct field field = {0};
	struct culprit *culprit;
	int rc = find_field(runs->plain, d->named ? d->named : d->at, runs->images, &field, err);

	if (rc)
		return rc;
	culprit = culprit_of(culprits, &field, runs->plain->objects[d->at->object]);
	if (!culprit || add_cell(culprit, runs->cell) || add_stale(culprit, d->at, runs))
		return err_errno(err, -ENOMEM, "variables");
	culprit->is_doubtful &= d->is_doubtful;
	culprit->has_volatile_partner |= is_volatile_elsewhere(runs->plain, d->at);
	return add_place(culprit, d, runs->plain, runs->images, runs->level, err);
}

int culprits_add(struct culprits *culprits, const struct differences *differences,
		 const struct culprit_runs *runs, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < differences->count; i++)
		rc = add_difference(culprits, &differences->items[i], runs, err);
	return rc;
}

/* --- words --------------------------------------------------------------- */

static void print_count(FILE *out, uint64_t count, const char *what)
{
	fprintf(out, "%" PRIu64 " %s%s", count, what, count == 1 ? "" : "s");
}

static void print_place(FILE *out, const struct culprit_place *p)
{
	fprintf(out, "\n  %s:%u%s%s%s: ", short_path(p->file), p->line, p->function ? " (" : "",
		p->function ? p->function : "", p->function ? ")" : "");
	if (p->kind == STORES_SWAPPED) {
		fprintf(out, "at %s stored before %s, which stands in front of it", p->level,
			p->other ? p->other : "another word");
		return;
	}
	print_count(out, p->before, p->is_write ? "store" : "read");
	fputs(" at -O0, ", out);
	if (p->after)
		fprintf(out, "%" PRIu64, p->after);
	else
		fputs("none", out);
	fprintf(out, " at %s: %s", p->level, difference_text(p->kind));
	if (p->other)
		fprintf(out, ", %s", p->other);
}

static void print_stale(FILE *out, const struct culprit_stale *s)
{
	fprintf(out,
		"\n  stuck at %s with a stale value: %s:%u%s%s%s has read %" PRIu64 ", and %" PRIu64
		" is there",
		s->level, short_path(s->file), s->line, s->function ? " (" : "",
		s->function ? s->function : "", s->function ? ")" : "", s->value, s->now);
}

static bool begins_with(const char *text, const char *head)
{
	return strncmp(text, head, strlen(head)) == 0;
}

/* A mapped device, or a file that its other user treats as one. */
static bool is_for_a_device(const struct culprit *culprit)
{
	if (culprit->object != SEGMENT_FILE || !*culprit->path ||
	    begins_with(culprit->path, "/dev/shm/") || begins_with(culprit->path, "/memfd:"))
		return false;
	return begins_with(culprit->path, "/dev/") || culprit->has_volatile_partner;
}

static bool has_kind(const struct culprit *culprit, enum difference_kind kind)
{
	for (size_t i = 0; i < culprit->place_count; i++)
		if (culprit->places[i].kind == kind)
			return true;
	return false;
}

static void print_cure(FILE *out, const struct culprit *culprit)
{
	const char *type = culprit->field.type ? culprit->field.type : "its type";

	if (has_kind(culprit, READS_CACHED))
		fputs("\n  as it is written the value is fetched again: if it is checked first and "
		      "used then,\n  read it once, into a local variable",
		      out);
	fputs("\n  mend: ", out);
	if (culprit->object == SEGMENT_VARIABLES) {
		fprintf(out,
			"`volatile sig_atomic_t`, as a signal handler and the main flow share it");
		if (strcmp(type, "int") != 0 && strcmp(type, "sig_atomic_t") != 0)
			fprintf(out, " (is %s)", type);
		return;
	}
	if (is_for_a_device(culprit)) {
		fprintf(out,
			"`volatile`: who uses the mapped file %s takes each access for one of a "
			"device;\n"
			"  what is to be seen in order besides it must be volatile too, or behind "
			"a "
			"barrier",
			short_path(culprit->path));
		return;
	}
	fprintf(out,
		"`_Atomic`: store with memory_order_release, read with memory_order_acquire;\n"
		"  `volatile` alone keeps the access but orders nothing: the compiler and the\n"
		"  processor may still move what the word stands for across it");
}

char *culprit_text(const struct culprit *culprit)
{
	const struct field *field = &culprit->field;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	bool failed;

	if (!out)
		return NULL;
	fputs(field->name, out);
	if (field->file)
		fprintf(out, " (%s%s%s:%u)", field->type ? field->type : "",
			field->type ? ", " : "", short_path(field->file), field->line);
	fprintf(out, " lacks a qualifier:");
	for (size_t i = 0; i < culprit->place_count; i++)
		print_place(out, &culprit->places[i]);
	if (culprit->stale.file)
		print_stale(out, &culprit->stale);
	print_cure(out, culprit);
	failed = ferror(out);
	if (fclose(out) == 0 && !failed)
		return text;
	free(text);
	return NULL;
}
