#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/util.h"
#include "scenario/reader.h"
#include "scenario/values.h"

/* `expect`: what each process, and the run as a whole, must come to. */

#define STATUS_MAX 255

static void add_status(struct reader *reader, const struct node *node, struct process_expect *p)
{
	uint64_t status;
	int *slot;

	if (!take_unsigned(reader, node, 0, STATUS_MAX, &status))
		return;
	slot = add_item(reader, &p->statuses, &p->status_count, sizeof(*slot));
	if (slot)
		*slot = (int)status;
}

static bool is_any(struct reader *reader, const struct node *node)
{
	return node->kind == NODE_TEXT && strcmp(node->text, "any") == 0 &&
	       spend_node(reader, node);
}

/* A status, a list of them, or `any`. */
static void read_exit(struct reader *reader, const struct node *value, const struct key_row *row,
		      void *target)
{
	struct process_expect *p = target;

	(void)row;
	p->exit = EXIT_STATUS;
	if (is_any(reader, value))
		p->exit = EXIT_ANY;
	else if (value->kind == NODE_TEXT)
		add_status(reader, value, p);
	else if (need_list(reader, value) && !value->count)
		complain(reader, value, "which statuses? the list is empty");
	else if (value->kind == NODE_LIST)
		for (size_t i = 0; i < value->count && !is_enough(reader); i++)
			add_status(reader, value->items[i], p);
}

static void read_killed(struct reader *reader, const struct node *value, const struct key_row *row,
			void *target)
{
	struct process_expect *p = target;

	(void)row;
	p->exit = EXIT_KILLED;
	take_signal(reader, value, &p->signal);
}

static void read_alive(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	struct process_expect *p = target;
	bool alive;

	p->exit = EXIT_ALIVE;
	read_true(reader, value, row, &alive);
}

/* clang-format off */
static const struct value_type exit_type = {
	.json = "{\"anyOf\": [{\"const\": \"any\"}, {\"type\": \"integer\", \"minimum\": 0, \"maximum\": 255},"
		" {\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"integer\", \"minimum\": 0, \"maximum\": 255}},"
		" {\"type\": \"string\", \"pattern\": \"^[0-9]+$|\\\\$\\\\{\"}]}" };

#define FIELD(f) .offset = offsetof(struct process_expect, f)
static const struct key_row process_expect_rows[] = {
	{ .name = "exit", .read = read_exit, .type = &exit_type, .group = 1,
	  .summary = "exit status: 0, [0, 3] or any; default: 0" },
	{ .name = "killed", .read = read_killed, .type = &type_signal, .group = 1,
	  .summary = "it dies of this signal" },
	{ .name = "alive", .read = read_alive, .type = &type_true, .group = 1,
	  .summary = "it still runs at the end" },
	{ .name = "stdout", .read = read_match, .type = &type_match, FIELD(out),
	  .summary = "what it prints to stdout" },
	{ .name = "stderr", .read = read_match, .type = &type_match, FIELD(err),
	  .summary = "what it prints to stderr" },
};
#undef FIELD
static const struct key_group process_expect_groups[] = { { "end of a process", false } };
/* clang-format on */
const struct key_table process_expect_table = {
	.name = "process-expectation",
	.owner = "a process",
	.rows = process_expect_rows,
	.count = ARRAY_SIZE(process_expect_rows),
	.groups = process_expect_groups,
	.group_count = 1,
};

static bool is_captured(const struct stdio_spec *spec)
{
	return spec->kind == STDIO_DEFAULT;
}

static void check_output(struct reader *reader, const struct node *map, const char *key,
			 const struct stdio_spec *spec)
{
	const struct node *node = map_key(map, key);

	if (!node || is_captured(spec))
		return;
	if (spec->kind == STDIO_CHANNEL)
		complain(reader, node,
			 "its %s goes to the channel `%s`: there is nothing to compare", key,
			 reader->scenario->channels[spec->channel].name);
	else
		complain(reader, node, "its %s goes to a file: use `files`", key);
}

static void read_expected_process(struct reader *reader, const struct node *key,
				  const struct node *value, int process, void *target)
{
	struct expect_spec *expect = target;
	struct process_expect *p = &expect->processes[process];
	const struct process_spec *spec = &reader->scenario->processes[process];

	p->pos = key->pos;
	map_read(reader, value, key->pos, &process_expect_table, p);
	check_output(reader, value, "stdout", &spec->out);
	check_output(reader, value, "stderr", &spec->err);
}

static void add_file(struct reader *reader, const struct node *key, const struct node *value,
		     struct expect_spec *expect)
{
	struct file_expect *file =
		add_item(reader, &expect->files, &expect->file_count, sizeof(*file));

	if (!file)
		return;
	file->pos = key->pos;
	read_text(reader, key, NULL, &file->path);
	if (value->kind == NODE_TEXT && !value->quoted && strcmp(value->text, "absent") == 0)
		file->absent = true;
	else
		read_match(reader, value, NULL, &file->content);
}

static void read_files(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	(void)row;
	if (!need_map(reader, value))
		return;
	for (size_t i = 0; i + 1 < value->count && !is_enough(reader); i += 2)
		add_file(reader, value->items[i], value->items[i + 1], target);
}

static void read_objects(struct reader *reader, const struct node *value, const struct key_row *row,
			 void *target)
{
	char *text = take_text(reader, value, "`none`");

	(void)row;
	if (text && strcmp(text, "none") != 0)
		complain(reader, value, "`%s`: expected `none`", text);
	else if (text)
		*(bool *)target = true;
	free(text);
}

static void take_finding(struct reader *reader, const struct node *node, bool kinds[FINDING_MAX_])
{
	int kind = take_word(reader, node, &finding_vocab);

	if (kind >= 0)
		kinds[kind] = true;
}

void take_findings(struct reader *reader, const struct node *value, bool kinds[FINDING_MAX_])
{
	if (value->kind == NODE_TEXT)
		take_finding(reader, value, kinds);
	else if (need_list(reader, value) && !value->count)
		complain(reader, value, "which findings? the list is empty");
	else if (value->kind == NODE_LIST)
		for (size_t i = 0; i < value->count && !is_enough(reader); i++)
			take_finding(reader, value->items[i], kinds);
}

static void read_allow(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	(void)row;
	take_findings(reader, value, target);
}

static void read_same_level(struct reader *reader, const struct node *value,
			    const struct key_row *row, void *target)
{
	read_bool(reader, value, row, target);
	if (!map_value(reader->root, "build"))
		complain(reader, value, "`same-at-every-level` needs `build`");
}

static void read_survives(struct reader *reader, const struct node *value,
			  const struct key_row *row, void *target)
{
	int word = take_word(reader, value, &survival_vocab);

	(void)row;
	if (word >= 0)
		*(enum survival *)target = (enum survival)word;
}

/* clang-format off */
static const struct value_type survival_type = {
	.json = "{\"enum\": [true, false, \"true\", \"false\", \"same\", \"end\"]}" };
static const struct value_type files_type = { .values = &type_match };
static const struct value_type objects_type = { .json = "{\"const\": \"none\"}" };
static const struct value_type finding_type = { .name = "finding", .words = &finding_vocab };
static const struct value_type finding_list = { .items = &finding_type };
static const struct value_type *const findings_any[] = { &finding_type, &finding_list, NULL };
const struct value_type type_findings = { .name = "findings", .any = findings_any };
static const struct value_type process_type = { .table = &process_expect_table };

#define FIELD(f) .offset = offsetof(struct expect_spec, f)
static const struct key_row expect_rows[] = {
	{ .name = "within", .read = read_duration, .type = &type_duration, FIELD(within_ns),
	  .summary = "the whole run takes no longer" },
	{ .name = "same-output", .read = read_bool, .type = &type_bool, FIELD(same_output),
	  .summary = "each stdout is as in the run without faults, which is made first" },
	{ .name = "survives", .read = read_survives, .type = &survival_type, FIELD(survives),
	  .summary = "each process ends as without faults, and prints the same (true) or not (end), or fails with a message" },
	{ .name = "files", .read = read_files, .type = &files_type,
	  .summary = "contents of files: path: text, {equals: …}, {file: …}, {same-as: fault-free} or absent" },
	{ .name = "objects", .read = read_objects, .type = &objects_type, FIELD(no_objects),
	  .summary = "`none`: no IPC object or file is left behind" },
	{ .name = "check", .read = read_argv, .type = &type_command, FIELD(check),
	  .summary = "a program to run at the end; exit status 0 = fine" },
	{ .name = "recovers", .read = read_duration, .type = &type_duration, FIELD(recovers_ns),
	  .summary = "once the faults have ended, the fault-free result is reached within this" },
	{ .name = "allow", .read = read_allow, .type = &type_findings, FIELD(allow),
	  .summary = "findings that are none here" },
	{ .name = "same-at-every-level", .read = read_same_level, .type = &type_bool, FIELD(same_at_every_level),
	  .summary = "with `build`: all compilations behave alike" },
};
/* clang-format on */
const struct key_table expect_table = {
	.name = "expect",
	.owner = "`expect`",
	.noun = "process or expectation",
	.rows = expect_rows,
	.count = ARRAY_SIZE(expect_rows),
	.read_process = read_expected_process,
	.process_type = &process_type,
};

/* A process that a fault kills on purpose may end in any way. */
static bool is_killed(const struct scenario *s, size_t process)
{
	for (size_t i = 0; i < s->fault_count; i++) {
		const struct action_spec *action = &s->faults[i].action;
		int of = action->of_process.process;

		if (action->kind != ACTION_KILL)
			continue;
		if (of == INDEX_NONE)
			of = s->faults[i].at.process.process;
		if (of == (int)process || of == INDEX_NONE)
			return true;
	}
	return false;
}

void default_expectations(struct reader *reader)
{
	struct scenario *s = reader->scenario;

	if (!s->expect.processes && s->process_count)
		s->expect.processes = mem_zalloc(s->process_count * sizeof(*s->expect.processes));
	if (!s->expect.processes && s->process_count) {
		reader->oom = true;
		return;
	}
	/* With `survives` only how the killed one itself ends is left out: by who was killed. */
	for (size_t i = 0; i < s->process_count && !s->expect.survives; i++)
		if (s->expect.processes[i].exit == EXIT_DEFAULT && is_killed(s, i))
			s->expect.processes[i].exit = EXIT_ANY;
}

void read_expect(struct reader *reader, const struct node *value, const struct key_row *row,
		 void *target)
{
	struct expect_spec *expect = target;

	(void)row;
	expect->pos = value->pos;
	expect->processes =
		mem_zalloc(reader->scenario->process_count * sizeof(*expect->processes));
	if (!expect->processes)
		reader->oom = true;
	else
		map_read(reader, value, value->pos, &expect_table, expect);
}
