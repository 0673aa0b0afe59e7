#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "scenario/reader.h"
#include "scenario/values.h"

/* The keys of a whole scenario.  They are read in the order of this table. */

static void read_title(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	read_text(reader, value, row, target);
	if (*(char **)target && strpbrk(*(char **)target, "\n\r"))
		complain(reader, value, "a title is one line");
}

static void read_mechanism(struct reader *reader, const struct node *value,
			   const struct key_row *row, void *target)
{
	int mechanism = take_word(reader, value, &mechanism_vocab);

	(void)row;
	if (mechanism >= 0)
		*(enum mechanism *)target = (enum mechanism)mechanism;
}

static void read_model(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	int model = take_word(reader, value, &model_vocab);

	(void)row;
	if (model >= 0)
		*(enum fault_model *)target = (enum fault_model)model;
}

#define REPEAT_MAX 1000000

static void read_repeat(struct reader *reader, const struct node *value, const struct key_row *row,
			void *target)
{
	uint64_t repeat;

	(void)row;
	if (take_unsigned(reader, value, 1, REPEAT_MAX, &repeat))
		*(unsigned *)target = (unsigned)repeat;
}

static void read_seed(struct reader *reader, const struct node *value, const struct key_row *row,
		      void *target)
{
	struct scenario *s = target;

	(void)row;
	s->seed_given = take_unsigned(reader, value, 0, UINT64_MAX, &s->seed);
}

/* What matrix.c has used already; here its shape. */
static void read_map(struct reader *reader, const struct node *value, const struct key_row *row,
		     void *target)
{
	(void)row;
	(void)target;
	need_map(reader, value);
}

/* clang-format off */
static const struct value_type mechanism_type = { .name = "mechanism", .words = &mechanism_vocab };
static const struct value_type vars_type = { .values = &type_any, .named = true };
static const struct value_type matrix_list = {
	.json = "{\"type\": \"array\", \"minItems\": 1,"
		" \"items\": {\"type\": [\"string\", \"number\", \"boolean\"]}}" };
static const struct value_type matrix_type = { .values = &matrix_list, .named = true };
static const struct value_type channel_word = { .name = "channel-kind", .words = &channel_vocab };
static const struct value_type channel_map = { .table = &channel_table };
static const struct value_type *const channel_any[] = { &channel_word, &channel_map, NULL };
static const struct value_type channel_type = { .any = channel_any };
static const struct value_type channels_type = { .values = &channel_type, .named = true };
static const struct value_type process_type = { .table = &process_table };
static const struct value_type processes_type = { .values = &process_type, .named = true };
static const struct value_type build_type = { .table = &build_table };
static const struct value_type fault_type = { .table = &fault_table };
static const struct value_type faults_type = { .items = &fault_type };
static const struct value_type expect_type = { .table = &expect_table };
static const struct value_type control_type = { .table = &control_table };
static const struct value_type schedule_map = { .table = &schedule_table };
static const struct value_type *const schedule_any[] = { &type_text, &schedule_map, NULL };
static const struct value_type schedule_type = { .any = schedule_any };
static const struct value_type model_type = { .name = "model", .words = &model_vocab };

#define FIELD(f) .offset = offsetof(struct scenario, f)
static const struct key_row scenario_rows[] = {
	{ .name = "scenario", .read = read_title, .type = &type_text, FIELD(title), .flags = KEY_REQUIRED,
	  .summary = "the title" },
	{ .name = "mechanism", .read = read_mechanism, .type = &mechanism_type, FIELD(mechanism), .flags = KEY_REQUIRED,
	  .summary = "what it is about; `process` = no mechanism in particular" },
	{ .name = "about", .read = read_text, .type = &type_text, FIELD(about),
	  .summary = "a longer text for readers" },
	{ .name = "tags", .read = read_strings, .type = &type_texts, FIELD(tags),
	  .summary = "words to select it by (--tag)" },
	{ .name = "needs", .read = read_strings, .type = &type_texts, FIELD(needs),
	  .summary = "what it cannot run without: valgrind, userns, …; else it is skipped" },
	{ .name = "vars", .read = read_map, .type = &vars_type,
	  .summary = "texts for ${name}" },
	{ .name = "matrix", .read = read_map, .type = &matrix_type,
	  .summary = "lists of values for ${name}; each combination is a case" },
	{ .name = "model", .read = read_model, .type = &model_type, FIELD(model),
	  .summary = "`kernel` refuses what Linux cannot do, `adversarial` allows it; default: kernel" },
	{ .name = "channels", .read = read_channels, .type = &channels_type,
	  .summary = "what the harness makes and hands out" },
	{ .name = "processes", .read = read_processes, .type = &processes_type, .flags = KEY_REQUIRED,
	  .summary = "the programs to run, by name" },
	{ .name = "build", .read = read_build, .type = &build_type, FIELD(build),
	  .summary = "one program, many compilations" },
	{ .name = "faults", .read = read_faults, .type = &faults_type,
	  .summary = "what goes wrong, and when; none: only watch" },
	{ .name = "expect", .read = read_expect, .type = &expect_type, FIELD(expect),
	  .summary = "what must come of it" },
	{ .name = "control", .read = read_control, .type = &control_type, FIELD(control),
	  .summary = "programs with the bug, and what must be caught there" },
	{ .name = "schedule", .read = read_schedule, .type = &schedule_type, FIELD(schedule),
	  .summary = "an interleaving that `ipcfault explore` has found: the run takes it" },
	{ .name = "deadline", .read = read_duration, .type = &type_duration, FIELD(deadline_ns),
	  .summary = "the whole run; at it, it is a hang; default 10s" },
	{ .name = "repeat", .read = read_repeat, .type = &type_count, FIELD(repeat),
	  .summary = "so many runs, with the seeds seed, seed+1, …; default 1" },
	{ .name = "seed", .read = read_seed, .type = &type_number,
	  .summary = "of everything that is drawn by lot" },
};
/* clang-format on */
const struct key_table scenario_table = {
	.name = "scenario",
	.owner = "a scenario",
	.rows = scenario_rows,
	.count = ARRAY_SIZE(scenario_rows),
};
