#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/util.h"
#include "scenario/reader.h"
#include "scenario/values.h"

static void strings_clear(struct strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->items[i]);
	free(strings->items);
	*strings = (struct strings){0};
}

/* A list is an argv, a text is for the shell. */
static void read_run(struct reader *reader, const struct node *value, const struct key_row *row,
		     void *target)
{
	struct process_spec *process = target;

	strings_clear(&process->argv);
	set_text(&process->shell, NULL);
	if (value->kind == NODE_TEXT && !node_is_null(value))
		read_text(reader, value, row, &process->shell);
	else
		read_argv(reader, value, row, &process->argv);
	if (process->argv.count && !*process->argv.items[0])
		complain(reader, value, "the name of the program is empty");
}

static void read_env_value(struct reader *reader, const struct node *value, struct env_spec *env)
{
	if (!node_is_null(value))
		env->value = take_text(reader, value, "a text");
}

static struct env_spec *env_slot(struct reader *reader, struct process_spec *process,
				 const char *name)
{
	struct env_spec *env;

	for (size_t i = 0; i < process->env_count; i++)
		if (strcmp(process->env[i].name, name) == 0) {
			set_text(&process->env[i].value, NULL);
			return &process->env[i];
		}
	env = add_item(reader, &process->env, &process->env_count, sizeof(*env));
	if (!env)
		return NULL;
	env->name = mem_strdup(name);
	if (env->name)
		return env;
	process->env_count--;
	reader->oom = true;
	return NULL;
}

#define ENV_MAX 500

static void read_env(struct reader *reader, const struct node *value, const struct key_row *row,
		     void *target)
{
	(void)row;
	if (!need_map(reader, value))
		return;
	if (value->count / 2 > ENV_MAX) {
		complain(reader, value, "more than %d are too many", ENV_MAX);
		return;
	}
	for (size_t i = 0; i + 1 < value->count && !is_enough(reader); i += 2) {
		const struct node *key = value->items[i];
		struct env_spec *env;

		if (!*key->text || strchr(key->text, '=')) {
			complain(reader, key, "`%s` cannot be the name of a variable", key->text);
			continue;
		}
		env = env_slot(reader, target, key->text);
		if (env)
			read_env_value(reader, value->items[i + 1], env);
	}
}

static bool read_limit_value(struct reader *reader, const struct node *value, uint64_t *ret)
{
	char *text = take_text(reader, value, "a limit");
	const char *needed = text ? parse_size(text, ret) : NULL;

	if (needed)
		complain_value(reader, value, text, needed);
	free(text);
	return text && !needed;
}

bool read_limit_pair(struct reader *reader, const struct node *key, const struct node *value,
		     struct limit_spec *ret)
{
	int kind = vocab_find(&limit_vocab, key->text);

	if (kind < 0) {
		complain_at(reader, key->pos, vocab_nearest(&limit_vocab, key->text),
			    "unknown limit `%s`", key->text);
		return false;
	}
	ret->kind = (enum limit_kind)kind;
	return read_limit_value(reader, value, &ret->value);
}

static void read_limits(struct reader *reader, const struct node *value, const struct key_row *row,
			void *target)
{
	struct process_spec *process = target;

	(void)row;
	if (!need_map(reader, value))
		return;
	free(process->limits);
	process->limits = NULL;
	process->limit_count = 0;
	for (size_t i = 0; i + 1 < value->count && !is_enough(reader); i += 2) {
		struct limit_spec limit = {0}, *slot;

		if (!read_limit_pair(reader, value->items[i], value->items[i + 1], &limit))
			continue;
		slot = add_item(reader, &process->limits, &process->limit_count, sizeof(*slot));
		if (!slot)
			return;
		*slot = limit;
	}
}

static void read_start_of(struct reader *reader, const struct node *value,
			  const struct key_row *row, void *target)
{
	struct process_spec *process = target;

	(void)row;
	process->start.of = take_process(reader, value);
}

static void read_start_fault(struct reader *reader, const struct node *value,
			     const struct key_row *row, void *target)
{
	struct process_spec *process = target;

	(void)row;
	process->start.fault = take_fault(reader, value);
}

/* clang-format off */
static const struct key_row after_rows[] = {
	{ .name = "output", .read = read_match, .type = &type_match,
	  .offset = offsetof(struct process_spec, start.output), .group = 1,
	  .summary = "text to wait for in what the process `of` prints" },
	{ .name = "fault", .read = read_start_fault, .type = &type_text, .group = 1,
	  .summary = "fault to wait for" },
	{ .name = "of", .read = read_start_of, .type = &type_name,
	  .summary = "process that prints `output`" },
};
/* clang-format on */
static const struct key_group after_groups[] = {{"event", true}};
const struct key_table start_after_table = {
	.name = "start-after",
	.owner = "`after`",
	.rows = after_rows,
	.count = ARRAY_SIZE(after_rows),
	.groups = after_groups,
	.group_count = 1,
};

static void read_start_after(struct reader *reader, const struct node *value,
			     const struct key_row *row, void *target)
{
	struct process_spec *process = target;
	const struct node *of = map_key(value, "of");

	(void)row;
	map_read(reader, value, value->pos, &start_after_table, process);
	if (map_key(value, "fault") && of)
		complain(reader, of, "`of` belongs to `output`");
	else if (map_key(value, "output") && !of)
		complain(reader, value, "`output` needs `of`: the process that prints it");
	if (process->start.output.kind > MATCH_REGEX)
		complain(reader, map_value(value, "output"), "expected a text or a /pattern/");
}

/* clang-format off */
static const struct value_type after_type = { .table = &start_after_table };
static const struct key_row start_rows[] = {
	{ .name = "after", .read = read_start_after, .type = &after_type, .flags = KEY_REQUIRED,
	  .summary = "what to wait for" },
};
/* clang-format on */
const struct key_table start_table = {
	.name = "start",
	.owner = "`start`",
	.rows = start_rows,
	.count = ARRAY_SIZE(start_rows),
};

static void read_start(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	struct process_spec *process = target;

	(void)row;
	process->start.of = process->start.fault = INDEX_NONE;
	map_read(reader, value, value->pos, &start_table, process);
}

#define NODES_MAX 1024

static void read_node(struct reader *reader, const struct node *value, const struct key_row *row,
		      void *target)
{
	char *text = take_text(reader, value, "a NUMA node: node0, node1, …");
	unsigned number;
	char rest;

	(void)row;
	if (text && (sscanf(text, "node%4u%c", &number, &rest) != 1 || number >= NODES_MAX))
		complain_value(reader, value, text, "a NUMA node: node0, node1, …");
	else if (text)
		*(unsigned *)target = number + 1;
	free(text);
}

/* clang-format off */
static const struct value_type node_type = {
	.name = "numa-node", .json = "{\"type\": \"string\", \"pattern\": \"^node[0-9]+$\"}" };
static const struct key_row place_rows[] = {
	{ .name = "process", .read = read_node, .type = &node_type,
	  .offset = offsetof(struct process_spec, place.process),
	  .summary = "node whose processors it may use" },
	{ .name = "memory", .read = read_node, .type = &node_type,
	  .offset = offsetof(struct process_spec, place.memory),
	  .summary = "node that its memory comes from" },
};
/* clang-format on */
const struct key_table place_table = {
	.name = "place",
	.owner = "`place`",
	.rows = place_rows,
	.count = ARRAY_SIZE(place_rows),
};

static void read_place(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	struct process_spec *process = target;

	(void)row;
	process->place.process = process->place.memory = 0;
	if (!map_read(reader, value, value->pos, &place_table, process) &&
	    value->kind == NODE_MAP && !value->count)
		complain(reader, value, "`place` needs `process` or `memory`");
}

static void read_under(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	int under = take_word(reader, value, &under_vocab);

	(void)row;
	if (under >= 0)
		*(enum under *)target = (enum under)under;
}

#define COPIES_MAX 1000

static void read_copies(struct reader *reader, const struct node *value, const struct key_row *row,
			void *target)
{
	uint64_t copies;

	(void)row;
	if (take_unsigned(reader, value, 1, COPIES_MAX, &copies))
		*(unsigned *)target = (unsigned)copies;
}

/* clang-format off */
static const struct value_type stdin_map = { .table = &stdin_table };
static const struct value_type *const stdin_any[] = { &type_text, &stdin_map, NULL };
static const struct value_type stdin_type = { .any = stdin_any };
static const struct value_type stdio_map = { .table = &stdio_table };
static const struct value_type *const stdio_any[] = { &type_text, &stdio_map, NULL };
static const struct value_type stdio_type = { .any = stdio_any };
static const struct value_type fds_type = {
	.json = "{\"type\": \"object\", \"additionalProperties\": false, \"patternProperties\":"
		" {\"^[0-9]+$\": {\"type\": \"string\", \"pattern\": \"^[A-Za-z0-9_-]+([.](read|write))?$\"}}}" };
static const struct value_type env_type = {
	.json = "{\"type\": \"object\", \"additionalProperties\":"
		" {\"type\": [\"string\", \"number\", \"boolean\", \"null\"]}}" };
static const struct value_type start_type = { .table = &start_table };
static const struct value_type place_type = { .table = &place_table };
static const struct value_type under_type = { .name = "under", .words = &under_vocab };
const struct value_type type_limits = {
	.name = "limits", .keys = &limit_vocab, .values = &type_size };

#define FIELD(f) .offset = offsetof(struct process_spec, f)
static const struct key_row process_rows[] = {
	{ .name = "run", .read = read_run, .type = &type_command, .flags = KEY_REQUIRED,
	  .summary = "the program: a list of arguments, or a text for sh -c" },
	{ .name = "stdin", .read = read_stdio, .type = &stdin_type, FIELD(in),
	  .summary = "channel, file or {text: …}; default /dev/null" },
	{ .name = "stdout", .read = read_stdio, .type = &stdio_type, FIELD(out),
	  .summary = "channel or file; captured by default" },
	{ .name = "stderr", .read = read_stdio, .type = &stdio_type, FIELD(err),
	  .summary = "channel or file; captured by default" },
	{ .name = "fds", .read = read_fds, .type = &fds_type,
	  .summary = "further descriptors: {3: data.read, 4: data.write}" },
	{ .name = "env", .read = read_env, .type = &env_type,
	  .summary = "environment variables; null removes one" },
	{ .name = "cwd", .read = read_text, .type = &type_text, FIELD(cwd),
	  .summary = "working directory; default: where ipcfault was started" },
	{ .name = "start", .read = read_start, .type = &start_type,
	  .summary = "start later: {after: {output: ready, of: server}} or {after: {fault: name}}" },
	{ .name = "place", .read = read_place, .type = &place_type,
	  .summary = "NUMA nodes: {process: node0, memory: node1}" },
	{ .name = "under", .read = read_under, .type = &under_type, FIELD(under),
	  .summary = "tool of valgrind to run it under" },
	{ .name = "limits", .read = read_limits, .type = &type_limits,
	  .summary = "resource limits: {nofile: 16}" },
	{ .name = "count", .read = read_copies, .type = &type_count, FIELD(copies),
	  .summary = "how many of it to start; default 1" },
};
/* clang-format on */
const struct key_table process_table = {
	.name = "process",
	.owner = "a process",
	.rows = process_rows,
	.count = ARRAY_SIZE(process_rows),
};
const struct key_table replacement_table = {
	.name = "replacement",
	.owner = "a process",
	.rows = process_rows,
	.count = ARRAY_SIZE(process_rows),
	.partial = true,
};

void read_process(struct reader *reader, const struct node *key, const struct node *value,
		  struct process_spec *process)
{
	process->copies = 1;
	process->start.of = process->start.fault = INDEX_NONE;
	process->pos = key->pos;
	map_read(reader, value, key->pos, &process_table, process);
}

void read_replacement(struct reader *reader, const struct node *key, const struct node *value,
		      struct process_spec *process)
{
	process->pos = key->pos;
	map_read(reader, value, key->pos, &replacement_table, process);
}

void read_processes(struct reader *reader, const struct node *value, const struct key_row *row,
		    void *target)
{
	(void)row;
	(void)target;
	if (!need_map(reader, value))
		return;
	if (!value->count)
		complain(reader, value, "there is no process to run");
	for (size_t i = 0; i + 1 < value->count && !is_enough(reader); i += 2) {
		const struct node *key = value->items[i];
		int process = find_process(reader, key->text, strlen(key->text));

		if (process != INDEX_NONE)
			read_process(reader, key, value->items[i + 1],
				     &reader->scenario->processes[process]);
	}
}
