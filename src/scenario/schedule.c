#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/util.h"
#include "scenario/reader.h"

/* `schedule`: one interleaving, as `ipcfault explore` names it, and what it was seen to show. */

/* Its shape only: what the parts of it mean, the run knows. */
static bool looks_like_turns(const char *text)
{
	size_t len = strspn(text, "0123456789:,");

	return text[len] == '/' && text[len + 1] >= '0' && text[len + 1] <= '9' &&
	       text[strspn(text, "0123456789abcdefghijklmnopqrstuvwxyz:,/~!@=+.-")] == '\0';
}

static void read_turns(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	char *text = take_text(reader, value, "a schedule");

	(void)row;
	if (text && !looks_like_turns(text)) {
		complain_value(reader, value, text, "a schedule such as 12:2,30:1/41");
		free(text);
		return;
	}
	if (text)
		set_text(target, text);
}

static void read_shows(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	(void)row;
	take_findings(reader, value, target);
}

static bool is_digest(const char *text)
{
	return strlen(text) == 16 && text[strspn(text, "0123456789abcdef")] == '\0';
}

static void add_code(struct reader *reader, const struct node *key, const struct node *value,
		     struct schedule_spec *schedule)
{
	char *text = take_text(reader, value, "16 digits");
	struct matrix_value *slot;

	if (find_process(reader, key->text, strlen(key->text)) == INDEX_NONE)
		complain_at(reader, key->pos, nearest_process(reader, key->text),
			    "unknown process `%s`", key->text);
	else if (text && !is_digest(text))
		complain_value(reader, value, text,
			       "16 digits from 0 to f, as explore writes them");
	else if (text) {
		slot = add_item(reader, &schedule->code, &schedule->code_count, sizeof(*slot));
		if (slot) {
			*slot = (struct matrix_value){mem_strdup(key->text), text};
			reader->oom |= !slot->name;
			text = NULL;
		}
	}
	free(text);
}

static void read_code(struct reader *reader, const struct node *value, const struct key_row *row,
		      void *target)
{
	(void)row;
	if (!need_map(reader, value))
		return;
	for (size_t i = 0; i + 1 < value->count && !is_enough(reader); i += 2)
		add_code(reader, value->items[i], value->items[i + 1], target);
}

/* clang-format off */
static const struct value_type turns_type = {
	.json = "{\"type\": \"string\", \"pattern\": \"^[0-9:,]*/[0-9]\"}" };
static const struct value_type code_type = { .values = &type_any, .named = true };

#define FIELD(f) .offset = offsetof(struct schedule_spec, f)
static const struct key_row schedule_rows[] = {
	{ .name = "turns", .read = read_turns, .type = &turns_type, FIELD(turns), .flags = KEY_REQUIRED,
	  .summary = "who goes on at which step, of how many: 12:2,30:1/41" },
	{ .name = "shows", .read = read_shows, .type = &type_findings, FIELD(shows),
	  .summary = "what it showed; a run that shows none of it proves nothing" },
	{ .name = "code", .read = read_code, .type = &code_type,
	  .summary = "a digest of each process's program as it was then" },
};
#undef FIELD
/* clang-format on */
const struct key_table schedule_table = {
	.name = "schedule",
	.owner = "`schedule`",
	.rows = schedule_rows,
	.count = ARRAY_SIZE(schedule_rows),
};

void read_schedule(struct reader *reader, const struct node *value, const struct key_row *row,
		   void *target)
{
	struct schedule_spec *schedule = target;

	schedule->pos = value->pos;
	if (value->kind == NODE_TEXT)
		read_turns(reader, value, row, &schedule->turns);
	else
		map_read(reader, value, value->pos, &schedule_table, schedule);
	if (map_value(reader->root, "faults"))
		complain(reader, value, "a schedule is taken without `faults`");
	if (map_value(reader->root, "channels"))
		complain(reader, value,
			 "a schedule is taken without `channels`: the programs make their own");
}
