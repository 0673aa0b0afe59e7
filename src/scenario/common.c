#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "scenario/reader.h"
#include "scenario/values.h"
#include "sys/names.h"

/* Readers of schema rows that several tables use, and their types. */

void read_text(struct reader *reader, const struct node *value, const struct key_row *row,
	       void *target)
{
	char *text = take_text(reader, value, "a text");

	(void)row;
	if (text && !*text) {
		complain(reader, value, "expected a text, not an empty one");
		free(text);
		return;
	}
	if (text)
		set_text(target, text);
}

static void add_text(struct reader *reader, const struct node *node, struct strings *strings)
{
	char *text = take_text(reader, node, "a text");
	char **slot;

	if (!text)
		return;
	slot = add_item(reader, &strings->items, &strings->count, sizeof(*slot));
	if (slot)
		*slot = text;
	else
		free(text);
}

static void add_texts(struct reader *reader, const struct node *list, struct strings *strings)
{
	if (!need_list(reader, list))
		return;
	for (size_t i = 0; i < list->count && !is_enough(reader); i++)
		add_text(reader, list->items[i], strings);
}

void read_strings(struct reader *reader, const struct node *value, const struct key_row *row,
		  void *target)
{
	(void)row;
	if (value->kind == NODE_TEXT)
		add_text(reader, value, target);
	else
		add_texts(reader, value, target);
}

static void add_copy(struct reader *reader, const char *text, struct strings *strings)
{
	char **slot = add_item(reader, &strings->items, &strings->count, sizeof(*slot));

	if (slot && !(*slot = mem_strdup(text)))
		reader->oom = true;
}

void read_argv(struct reader *reader, const struct node *value, const struct key_row *row,
	       void *target)
{
	struct strings *argv = target;

	if (value->kind == NODE_LIST && !value->count)
		complain(reader, value, "`%s` needs at least the name of a program", key_name(row));
	if (value->kind == NODE_TEXT && !node_is_null(value)) {
		add_copy(reader, "/bin/sh", argv);
		add_copy(reader, "-c", argv);
		add_text(reader, value, argv);
	} else if (value->kind == NODE_LIST) {
		add_texts(reader, value, argv);
	} else {
		complain_type(reader, value, "a list or a text for the shell");
	}
}

typedef const char *number_parser(const char *text, uint64_t *ret);

static void read_positive(struct reader *reader, const struct node *value, number_parser *parse,
			  uint64_t *target)
{
	char *text = take_text(reader, value, "a value");
	uint64_t number = 0;
	const char *needed = text ? parse(text, &number) : NULL;

	if (needed)
		complain_value(reader, value, text, needed);
	else if (text && !number)
		complain(reader, value, "`%s`: expected more than nothing", text);
	else if (text)
		*target = number;
	free(text);
}

void read_duration(struct reader *reader, const struct node *value, const struct key_row *row,
		   void *target)
{
	(void)row;
	read_positive(reader, value, parse_duration, target);
}

void read_size(struct reader *reader, const struct node *value, const struct key_row *row,
	       void *target)
{
	(void)row;
	read_positive(reader, value, parse_size, target);
}

void read_bool(struct reader *reader, const struct node *value, const struct key_row *row,
	       void *target)
{
	char *text = take_text(reader, value, "true or false");
	const char *needed = text ? parse_bool(text, target) : NULL;

	(void)row;
	if (needed)
		complain_value(reader, value, text, needed);
	free(text);
}

void read_true(struct reader *reader, const struct node *value, const struct key_row *row,
	       void *target)
{
	char *text = take_text(reader, value, "true");
	bool on = true;
	const char *needed = text ? parse_bool(text, &on) : NULL;

	if (needed)
		complain_value(reader, value, text, "true");
	else if (!on)
		complain(reader, value, "`%s: %s`: leave the key out instead", key_name(row), text);
	else if (text)
		*(bool *)target = true;
	free(text);
}

void read_ignored(struct reader *reader, const struct node *value, const struct key_row *row,
		  void *target)
{
	(void)reader;
	(void)value;
	(void)row;
	(void)target;
}

/* What ${tmp} and the like stand for is known to the run only, which compiles no patterns anew. */
static const char *run_variable(const char *pattern)
{
	return strstr(pattern, "${");
}

static bool check_pattern(struct reader *reader, const struct node *node, const char *pattern)
{
	char why[128];

	if (run_variable(pattern)) {
		complain(reader, node, "only `vars` and `matrix` can be used in a pattern");
		return false;
	}
	if (!check_regex(pattern, why, sizeof(why)))
		return true;
	complain(reader, node, "not a POSIX extended regular expression: %s", why);
	return false;
}

static void match_text(struct reader *reader, const struct node *value, struct match *match)
{
	char *text = take_text(reader, value, "a text to look for");

	if (!text)
		return;
	match->kind = MATCH_CONTAINS;
	if (is_regex(text)) {
		size_t len = strlen(text) - 2;

		memmove(text, text + 1, len);
		text[len] = '\0';
		match->kind = MATCH_REGEX;
		check_pattern(reader, value, text);
	} else if (!*text) {
		complain(reader, value, "an empty text is always there: use {equals: \"\"}");
	}
	set_text(&match->text, text);
}

static key_reader read_match_text, read_same_as;

/* clang-format off */
static const struct value_type fault_free = { .json = "{\"const\": \"fault-free\"}" };
static const struct key_row match_rows[] = {
	{ .name = "equals", .read = read_match_text, .type = &type_any, .group = 1,
	  .summary = "exactly this text" },
	{ .name = "file", .read = read_match_text, .type = &type_text, .group = 1,
	  .summary = "the same bytes as that file" },
	{ .name = "same-as", .read = read_same_as, .type = &fault_free, .group = 1,
	  .summary = "`fault-free`: as in the run without faults, which is made first" },
};
/* clang-format on */
static const struct key_group match_groups[] = {{"way to compare", true}};
const struct key_table match_table = {
	.name = "text-match",
	.owner = "a comparison",
	.rows = match_rows,
	.count = sizeof(match_rows) / sizeof(match_rows[0]),
	.groups = match_groups,
	.group_count = 1,
};

static void read_match_text(struct reader *reader, const struct node *value,
			    const struct key_row *row, void *target)
{
	struct match *match = target;
	bool equals = row == &match_rows[0];
	char *text = take_text(reader, value, "a text");

	if (!text)
		return;
	if (!equals && !*text)
		complain(reader, value, "expected a path, not an empty text");
	match->kind = equals ? MATCH_EQUALS : MATCH_FILE;
	set_text(&match->text, text);
}

static void read_same_as(struct reader *reader, const struct node *value, const struct key_row *row,
			 void *target)
{
	struct match *match = target;
	char *text = take_text(reader, value, "`fault-free`");

	(void)row;
	if (text && strcmp(text, "fault-free") != 0)
		complain(reader, value, "`same-as` knows `fault-free` only");
	else if (text)
		match->kind = MATCH_FAULT_FREE;
	free(text);
}

void read_match(struct reader *reader, const struct node *value, const struct key_row *row,
		void *target)
{
	struct match *match = target;

	(void)row;
	match->pos = value->pos;
	if (value->kind == NODE_MAP)
		map_read(reader, value, value->pos, &match_table, match);
	else
		match_text(reader, value, match);
}

/* clang-format off */
const struct value_type type_any = { .json = "{\"type\": [\"string\", \"number\", \"boolean\"]}" };
const struct value_type type_text = {
	.name = "text",
	.json = "{\"type\": [\"string\", \"number\", \"boolean\"], \"minLength\": 1}" };
const struct value_type type_name = {
	.json = "{\"type\": \"string\", \"pattern\": \"^[A-Za-z0-9_-]+$\"}" };
static const struct value_type text_list = { .items = &type_any };
static const struct value_type *const texts_any[] = { &type_any, &text_list, NULL };
const struct value_type type_texts = { .name = "texts", .any = texts_any };
static const struct value_type argv_list = {
	.json = "{\"type\": \"array\", \"minItems\": 1,"
		" \"items\": {\"type\": [\"string\", \"number\", \"boolean\"]}}" };
static const struct value_type *const command_any[] = { &type_text, &argv_list, NULL };
const struct value_type type_command = { .name = "command", .any = command_any };
const struct value_type type_bool = {
	.name = "bool",
	.json = "{\"anyOf\": [{\"type\": \"boolean\"}, {\"enum\": [\"yes\", \"no\"]},"
		" {\"type\": \"string\", \"pattern\": \"\\\\$\\\\{\"}]}" };
const struct value_type type_true = { .json = "{\"enum\": [true, \"yes\"]}" };
const struct value_type type_count = {
	.name = "count",
	.json = "{\"anyOf\": [{\"type\": \"integer\", \"minimum\": 1},"
		" {\"type\": \"string\", \"pattern\": \"^[0-9]+$|\\\\$\\\\{\"}]}" };
const struct value_type type_number = {
	.name = "number",
	.json = "{\"anyOf\": [{\"type\": \"integer\"},"
		" {\"type\": \"string\", \"pattern\": \"^-?[0-9]+$|\\\\$\\\\{\"}]}" };
const struct value_type type_duration = {
	.name = "duration",
	.json = "{\"type\": \"string\","
		" \"pattern\": \"^[0-9]+([.][0-9]{1,9})?(us|ms|s|m)$|\\\\$\\\\{\"}" };
const struct value_type type_size = {
	.name = "size",
	.json = "{\"anyOf\": [{\"type\": \"integer\", \"minimum\": 1},"
		" {\"type\": \"string\", \"pattern\": \"^[0-9]+[KMG]?$|\\\\$\\\\{\"}]}" };
static const struct value_type match_map = { .table = &match_table };
static const struct value_type *const match_any[] = { &type_text, &match_map, NULL };
const struct value_type type_match = { .name = "match", .any = match_any };
const struct value_type type_errno = {
	.name = "errno", .list = errno_words, .pattern = "^E[A-Z0-9]+$|\\$\\{" };
const struct value_type type_signal = {
	.name = "signal", .list = signal_words, .pattern = "^SIGRT(MIN[+]|MAX-)[0-9]+$|\\$\\{" };
const struct value_type type_selector = {
	.name = "selector",
	.json = "{\"type\": \"string\","
		" \"pattern\": \"^[A-Za-z0-9_-]+(/main|/child\\\\[[0-9]+\\\\])?$|\\\\$\\\\{\"}" };
/* clang-format on */
