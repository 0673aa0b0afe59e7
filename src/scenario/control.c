#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/util.h"
#include "scenario/reader.h"

/*
 * `control`: the same scenario with processes that have the bug, and what
 * must be found there.  A replaced process keeps what it does not change.
 */

static struct caught_spec *add_caught(struct reader *reader, struct control_spec *control,
				      struct pos pos, int process)
{
	struct caught_spec *caught =
		add_item(reader, &control->caught, &control->caught_count, sizeof(*caught));

	if (caught) {
		caught->pos = pos;
		caught->process = process;
	}
	return caught;
}

static void read_caught_map(struct reader *reader, const struct node *map,
			    struct control_spec *control)
{
	if (need_map(reader, map) && !map->count)
		complain(reader, map, "what must be caught?");
	for (size_t i = 0; i + 1 < map->count && !is_enough(reader); i += 2) {
		const struct node *key = map->items[i];
		int process = find_process(reader, key->text, strlen(key->text));
		struct caught_spec *caught;

		if (process == INDEX_NONE) {
			complain_at(reader, key->pos, nearest_process(reader, key->text),
				    "unknown process `%s`", key->text);
			continue;
		}
		caught = add_caught(reader, control, key->pos, process);
		if (caught)
			take_findings(reader, map->items[i + 1], caught->kinds);
	}
}

/* `deadlock`, `[sigpipe, killed]`, or a mapping from processes to such. */
static void read_caught(struct reader *reader, const struct node *value, const struct key_row *row,
			void *target)
{
	struct caught_spec *caught;

	(void)row;
	if (value->kind == NODE_MAP) {
		read_caught_map(reader, value, target);
		return;
	}
	caught = add_caught(reader, target, value->pos, INDEX_NONE);
	if (caught)
		take_findings(reader, value, caught->kinds);
}

/* The node of the process itself, read once more into the control. */
static void read_original(struct reader *reader, const char *name, struct process_spec *process)
{
	const struct node *processes = map_value(reader->root, "processes");

	read_process(reader, map_key(processes, name), map_value(processes, name), process);
}

static void read_replaced(struct reader *reader, const struct node *key, const struct node *value,
			  int index, void *target)
{
	struct control_spec *control = target;
	struct process_spec *process = &control->processes[index];

	if (process->name) /* given twice; said already */
		return;
	read_original(reader, key->text, process);
	process->name = mem_strdup(key->text);
	if (!process->name)
		reader->oom = true;
	read_replacement(reader, key, value, process);
}

/* clang-format off */
static const struct value_type findings_map = { .values = &type_findings };
static const struct value_type *const caught_any[] = { &type_findings, &findings_map, NULL };
static const struct value_type caught_type = { .any = caught_any };
static const struct value_type process_type = { .table = &replacement_table };
static const struct value_type build_type = { .table = &control_build_table };
#define FIELD(f) .offset = offsetof(struct control_spec, f)
static const struct key_row control_rows[] = {
	{ .name = "caught", .read = read_caught, .type = &caught_type, .flags = KEY_REQUIRED,
	  .summary = "what must be found: a finding, a list of alternatives, or {process: finding}" },
	{ .name = "build", .read = read_control_build, .type = &build_type, FIELD(build),
	  .summary = "other sources, flags or command for `build`" },
};
/* clang-format on */
const struct key_table control_table = {
	.name = "control",
	.owner = "`control`",
	.rows = control_rows,
	.count = ARRAY_SIZE(control_rows),
	.read_process = read_replaced,
	.process_type = &process_type,
};

static bool has_replacement(const struct scenario *s)
{
	for (size_t i = 0; i < s->process_count; i++)
		if (s->control.processes[i].name)
			return true;
	return false;
}

void read_control(struct reader *reader, const struct node *value, const struct key_row *row,
		  void *target)
{
	struct control_spec *control = target;
	const struct scenario *s = reader->scenario;
	size_t before = reader->complaints;

	(void)row;
	control->present = true;
	control->pos = value->pos;
	control->processes = mem_zalloc(s->process_count * sizeof(*control->processes));
	if (!control->processes) {
		reader->oom = true;
		return;
	}
	map_read(reader, value, value->pos, &control_table, control);
	if (reader->complaints == before && !has_replacement(s) && !control->build.present)
		complain(reader, value, "`control` replaces no process: it would be the same run");
}
