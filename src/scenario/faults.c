#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "scenario/reader.h"

static void read_at(struct reader *reader, const struct node *value, const struct key_row *row,
		    void *target)
{
	struct trigger_spec *at = target;

	(void)row;
	at->pos = value->pos;
	at->process.process = INDEX_NONE;
	at->after = INDEX_NONE;
	at->on.channel = INDEX_NONE;
	map_read(reader, value, value->pos, &trigger_table, at);
	if (at->count.kind == COUNT_LIST && !at->count.list_count) {
		uint64_t *first =
			add_item(reader, &at->count.list, &at->count.list_count, sizeof(*first));

		if (first)
			*first = 1;
	}
}

static void read_do(struct reader *reader, const struct node *value, const struct key_row *row,
		    void *target)
{
	struct action_spec *action = target;

	(void)row;
	action->pos = value->pos;
	action->burst = 1;
	action->of_process.process = INDEX_NONE;
	action->of_channel = INDEX_NONE;
	map_read(reader, value, value->pos, &action_table, action);
}

/* clang-format off */
static const struct value_type at_type = { .table = &trigger_table };
static const struct value_type do_type = { .table = &action_table };
#define FIELD(f) .offset = offsetof(struct fault_spec, f)
static const struct key_row fault_rows[] = {
	{ .name = "name", .read = read_ignored, .type = &type_text,
	  .summary = "how reports and other faults call it; default: fault 1, fault 2, …" },
	{ .name = "at", .read = read_at, .type = &at_type, FIELD(at), .flags = KEY_REQUIRED,
	  .summary = "when it fires" },
	{ .name = "do", .read = read_do, .type = &do_type, FIELD(action), .flags = KEY_REQUIRED,
	  .summary = "what happens" },
};
/* clang-format on */
const struct key_table fault_table = {
	.name = "fault",
	.owner = "a fault",
	.rows = fault_rows,
	.count = ARRAY_SIZE(fault_rows),
};

/* A signal in a later phase comes then. */
static void default_when(const struct node *action, struct fault_spec *fault)
{
	if (map_key(action, "when"))
		return;
	if (fault->at.phase == PHASE_BLOCKED)
		fault->action.when = WHEN_BLOCKED;
	else if (fault->at.phase == PHASE_EXIT)
		fault->action.when = WHEN_AFTER;
}

static void read_fault(struct reader *reader, const struct node *node, struct fault_spec *fault)
{
	size_t before = reader->complaints;
	const struct node *at = map_value(node, "at"), *action = map_value(node, "do");

	fault->at.after = fault->at.process.process = INDEX_NONE;
	fault->action.of_process.process = INDEX_NONE;
	map_read(reader, node, node->pos, &fault_table, fault);
	if (reader->complaints != before || reader->oom)
		return;
	check_fault(reader, at, action, fault);
	default_when(action, fault);
}

void read_faults(struct reader *reader, const struct node *value, const struct key_row *row,
		 void *target)
{
	struct scenario *s = reader->scenario;

	(void)row;
	(void)target;
	if (!need_list(reader, value))
		return;
	for (size_t i = 0; i < value->count && i < s->fault_count && !is_enough(reader); i++)
		read_fault(reader, value->items[i], &s->faults[i]);
}
