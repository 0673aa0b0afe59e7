#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/util.h"
#include "scenario/reader.h"

/*
 * `build`: its compilers and levels are two more names of the matrix, below all
 * others, unless one case is to compare them all (`same-at-every-level`).
 */

static const char *const default_compilers[] = {"gcc", "clang"};
static const char *const default_levels[] = {"-O0", "-O1", "-O2", "-O3", "-Os"};

/* One of the two lists, as the file has it or as it is by default. */
struct axis {
	const struct node *given; /* NULL: not; a text or a list */
	const char *const *defaults;
	size_t count;
};

static const struct node *build_node(const struct reader *reader)
{
	const struct node *node = map_value(reader->root, "build");

	return node && node->kind == NODE_MAP ? node : NULL;
}

static struct axis axis_of(const struct reader *reader, const char *name,
			   const char *const *defaults, size_t count)
{
	const struct node *build = build_node(reader);
	const struct node *given = build ? map_value(build, name) : NULL;

	if (!given || (given->kind == NODE_LIST && !given->count))
		return (struct axis){NULL, defaults, count};
	return (struct axis){given, NULL, given->kind == NODE_LIST ? given->count : 1};
}

static struct axis compilers_of(const struct reader *reader)
{
	return axis_of(reader, "compilers", default_compilers, ARRAY_SIZE(default_compilers));
}

static struct axis levels_of(const struct reader *reader)
{
	return axis_of(reader, "levels", default_levels, ARRAY_SIZE(default_levels));
}

/* Wrong types are told of when the list is read. */
static const char *axis_value(const struct axis *axis, size_t i)
{
	const struct node *node = axis->given;

	if (!node)
		return axis->defaults[i];
	if (node->kind == NODE_LIST)
		node = node->items[i];
	return node->kind == NODE_TEXT ? node->text : "";
}

static bool compares_all(const struct reader *reader)
{
	const struct node *expect = map_value(reader->root, "expect");
	const struct node *same = expect && expect->kind == NODE_MAP
					  ? map_value(expect, "same-at-every-level")
					  : NULL;

	return same && same->kind == NODE_TEXT && strcmp(same->text, "true") == 0;
}

size_t build_combinations(const struct reader *reader)
{
	if (!build_node(reader) || compares_all(reader))
		return 1;
	return compilers_of(reader).count * levels_of(reader).count;
}

static void add_text(struct reader *reader, struct strings *list, const char *text)
{
	char **slot = add_item(reader, &list->items, &list->count, sizeof(*slot));

	if (slot && !(*slot = mem_strdup(text)))
		reader->oom = true;
}

static void add_value(struct reader *reader, const char *name, const char *value)
{
	struct scenario *s = reader->scenario;
	struct matrix_value *slot = add_item(reader, &s->matrix, &s->matrix_count, sizeof(*slot));

	if (!slot)
		return;
	slot->name = mem_strdup(name);
	slot->value = mem_strdup(value);
	if (!slot->name || !slot->value)
		reader->oom = true;
}

/* All of them, or the one of this combination. */
static void choose(struct reader *reader, const struct axis *axis, size_t i, const char *name,
		   struct strings *list)
{
	if (compares_all(reader)) {
		for (i = 0; i < axis->count; i++)
			add_text(reader, list, axis_value(axis, i));
		return;
	}
	add_text(reader, list, axis_value(axis, i));
	add_value(reader, name, axis_value(axis, i));
}

void bind_build(struct reader *reader, size_t combination)
{
	struct axis compilers = compilers_of(reader), levels = levels_of(reader);
	struct build_spec *build = &reader->scenario->build;

	if (!build_node(reader))
		return;
	combination %= build_combinations(reader);
	choose(reader, &compilers, combination / levels.count, "compiler", &build->compilers);
	choose(reader, &levels, combination % levels.count, "level", &build->levels);
}

/* The lists that bind_build() has used already; here their shape. */
static void check_texts(struct reader *reader, const struct node *value, const struct key_row *row,
			void *target)
{
	struct strings texts = {0};

	(void)target;
	read_strings(reader, value, row, &texts);
	if (value->kind == NODE_LIST && !value->count)
		complain(reader, value, "`%s` is empty", key_name(row));
	for (size_t i = 0; i < texts.count; i++)
		free(texts.items[i]);
	free(texts.items);
}

/* clang-format off */
#define FIELD(f) .offset = offsetof(struct build_spec, f)
static const struct key_row build_rows[] = {
	{ .name = "sources", .read = read_strings, .type = &type_texts, FIELD(sources), .flags = KEY_REQUIRED,
	  .summary = "the source files of one program, called like the first; with `command` all that it needs" },
	{ .name = "compilers", .read = check_texts, .type = &type_texts,
	  .summary = "the compilers to use; default: gcc and clang" },
	{ .name = "levels", .read = check_texts, .type = &type_texts,
	  .summary = "the levels of optimisation; default: -O0 -O1 -O2 -O3 -Os" },
	{ .name = "flags", .read = read_strings, .type = &type_texts, FIELD(flags),
	  .summary = "further flags, such as -pthread" },
	{ .name = "command", .read = read_text, .type = &type_text, FIELD(command),
	  .summary = "for sh -c in a copy of the sources: how to build instead, with ${cc} and ${cflags}" },
};
/* clang-format on */
const struct key_table build_table = {
	.name = "build",
	.owner = "`build`",
	.rows = build_rows,
	.count = ARRAY_SIZE(build_rows),
};

void read_build(struct reader *reader, const struct node *value, const struct key_row *row,
		void *target)
{
	struct build_spec *build = target;

	(void)row;
	build->present = true;
	build->pos = value->pos;
	map_read(reader, value, value->pos, &build_table, build);
}

/* clang-format off */
static const struct key_row control_build_rows[] = {
	{ .name = "sources", .read = read_strings, .type = &type_texts, FIELD(sources),
	  .summary = "instead of those of `build`" },
	{ .name = "flags", .read = read_strings, .type = &type_texts, FIELD(flags),
	  .summary = "after those of `build`" },
	{ .name = "command", .read = read_text, .type = &type_text, FIELD(command),
	  .summary = "instead of that of `build`" },
};
/* clang-format on */
const struct key_table control_build_table = {
	.name = "control-build",
	.owner = "`build` of the control",
	.rows = control_build_rows,
	.count = ARRAY_SIZE(control_build_rows),
};

static void add_all(struct reader *reader, const struct strings *from, struct strings *to)
{
	for (size_t i = 0; i < from->count; i++)
		add_text(reader, to, from->items[i]);
}

void read_control_build(struct reader *reader, const struct node *value, const struct key_row *row,
			void *target)
{
	const struct build_spec *from = &reader->scenario->build;
	struct build_spec *build = target;

	(void)row;
	if (!from->present) {
		complain(reader, value, "there is no `build` that this could change");
		return;
	}
	build->present = true;
	build->pos = value->pos;
	add_all(reader, &from->compilers, &build->compilers);
	add_all(reader, &from->levels, &build->levels);
	add_all(reader, &from->flags, &build->flags);
	map_read(reader, value, value->pos, &control_build_table, build);
	if (!build->sources.count)
		add_all(reader, &from->sources, &build->sources);
	if (!build->command && from->command) {
		build->command = mem_strdup(from->command);
		reader->oom |= !build->command;
	}
}
