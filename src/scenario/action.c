#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/util.h"
#include "scenario/reader.h"
#include "scenario/values.h"

/* `do`: one action, what belongs to it, and whom it strikes. */

static struct action_spec *set_kind(const struct key_row *row, void *target)
{
	struct action_spec *action = target;

	action->kind = (enum action_kind)row->word;
	return action;
}

static void read_errno(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	take_errno(reader, value, &set_kind(row, target)->error);
}

static void read_return(struct reader *reader, const struct node *value, const struct key_row *row,
			void *target)
{
	struct action_spec *action = set_kind(row, target);
	char *text = take_text(reader, value, "a number");
	const char *needed = text ? parse_signed(text, &action->value) : NULL;

	if (needed)
		complain_value(reader, value, text, needed);
	free(text);
}

static void read_short_at(struct reader *reader, const struct node *value,
			  const struct key_row *row, void *target)
{
	struct action_spec *action = target;

	(void)row;
	take_unsigned(reader, value, 1, UINT64_MAX - 1, &action->bytes);
}

/* clang-format off */
static const struct key_row short_rows[] = {
	{ .name = "at", .read = read_short_at, .type = &type_count, .flags = KEY_REQUIRED,
	  .summary = "the transfer ends after this byte" },
};
/* clang-format on */
const struct key_table short_table = {
	.name = "short",
	.owner = "`short`",
	.rows = short_rows,
	.count = ARRAY_SIZE(short_rows),
};

static void read_short(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	struct action_spec *action = set_kind(row, target);
	char *text = NULL;
	const char *needed = NULL;

	action->cut = SHORT_BYTES;
	if (value->kind == NODE_MAP)
		map_read(reader, value, value->pos, &short_table, action);
	else
		text = take_text(reader, value, "a number of bytes, `half` or {at: 7}");
	if (text && strcmp(text, "half") == 0)
		action->cut = SHORT_HALF;
	else if (text)
		needed = parse_unsigned(text, 1, UINT64_MAX - 1, &action->bytes);
	if (needed)
		complain_value(reader, value, text,
			       "a number of bytes from 1 on, `half` or {at: 7}");
	free(text);
}

static void read_signal(struct reader *reader, const struct node *value, const struct key_row *row,
			void *target)
{
	take_signal(reader, value, &set_kind(row, target)->signal);
}

static void read_time(struct reader *reader, const struct node *value, const struct key_row *row,
		      void *target)
{
	read_duration(reader, value, row, &set_kind(row, target)->time_ns);
}

static void read_stop(struct reader *reader, const struct node *value, const struct key_row *row,
		      void *target)
{
	struct action_spec *action = set_kind(row, target);
	char *text = take_text(reader, value, "`forever` or a duration");
	const char *needed = NULL;

	if (text && strcmp(text, "forever") == 0)
		action->time_ns = STOP_FOREVER;
	else if (text)
		needed = parse_duration(text, &action->time_ns);
	if (needed || (text && !action->time_ns))
		complain_value(reader, value, text, "`forever` or a duration such as 2s");
	free(text);
}

static void read_exact_word(struct reader *reader, const struct node *value, const char *word)
{
	char *text = take_text(reader, value, word);

	if (text && strcmp(text, word) != 0)
		complain(reader, value, "`%s`: expected `%s`", text, word);
	free(text);
}

static void read_close_peer(struct reader *reader, const struct node *value,
			    const struct key_row *row, void *target)
{
	set_kind(row, target);
	read_exact_word(reader, value, "all");
}

static void read_shutdown(struct reader *reader, const struct node *value,
			  const struct key_row *row, void *target)
{
	static const struct vocab_row rows[] = {
		{"read", "", false}, {"write", "", false}, {"both", "", false}};
	static const int hows[] = {SHUT_RD, SHUT_WR, SHUT_RDWR};
	static const struct vocab ends = {"end", rows, ARRAY_SIZE(rows)};
	int how;

	how = take_word(reader, value, &ends);
	set_kind(row, target)->shutdown_how = how < 0 ? 0 : hows[how];
}

static void read_true_action(struct reader *reader, const struct node *value,
			     const struct key_row *row, void *target)
{
	read_true(reader, value, row, &set_kind(row, target)->on);
}

static void read_on_off(struct reader *reader, const struct node *value, const struct key_row *row,
			void *target)
{
	read_bool(reader, value, row, &set_kind(row, target)->on);
}

static void read_capacity(struct reader *reader, const struct node *value,
			  const struct key_row *row, void *target)
{
	read_size(reader, value, row, &set_kind(row, target)->bytes);
}

/* A length that may be 0. */
static void read_length(struct reader *reader, const struct node *value, const struct key_row *row,
			void *target)
{
	struct action_spec *action = set_kind(row, target);
	char *text = take_text(reader, value, "a size");
	const char *needed = text ? parse_size(text, &action->bytes) : NULL;

	if (needed)
		complain_value(reader, value, text, needed);
	free(text);
}

static void read_bits(struct reader *reader, const struct node *value, const struct key_row *row,
		      void *target)
{
	struct action_spec *action = target;

	(void)row;
	take_unsigned(reader, value, 1, UINT32_MAX, &action->bytes);
}

/* clang-format off */
static const struct key_row corrupt_rows[] = {
	{ .name = "bits", .read = read_bits, .type = &type_count, .flags = KEY_REQUIRED,
	  .summary = "so many bits flip" },
};
/* clang-format on */
const struct key_table corrupt_table = {
	.name = "corrupt",
	.owner = "`corrupt`",
	.rows = corrupt_rows,
	.count = ARRAY_SIZE(corrupt_rows),
};

static void read_corrupt(struct reader *reader, const struct node *value, const struct key_row *row,
			 void *target)
{
	map_read(reader, value, value->pos, &corrupt_table, set_kind(row, target));
}

static void read_limit(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	struct action_spec *action = set_kind(row, target);

	if (!need_map(reader, value))
		return;
	if (value->count != 2)
		complain(reader, value, "expected one limit, such as {nofile: 8}");
	else
		read_limit_pair(reader, value->items[0], value->items[1], &action->limit);
}

static void read_when(struct reader *reader, const struct node *value, const struct key_row *row,
		      void *target)
{
	int when = take_word(reader, value, &when_vocab);

	(void)row;
	if (when >= 0)
		*(enum signal_when *)target = (enum signal_when)when;
}

#define BURST_MAX 1000000

static void read_burst(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	uint64_t burst;

	(void)row;
	if (take_unsigned(reader, value, 1, BURST_MAX, &burst))
		*(unsigned *)target = (unsigned)burst;
}

/* A channel, or a process with the parts that a selector has. */
static void read_of(struct reader *reader, const struct node *value, const struct key_row *row,
		    void *target)
{
	struct action_spec *action = target;
	char *text = take_text(reader, value, "a channel or a process");
	const char *near;
	bool is_process;

	(void)row;
	if (!text)
		return;
	action->of_channel = find_channel(reader, text);
	is_process = find_process(reader, text, strcspn(text, "/")) != INDEX_NONE;
	if (is_process) { /* which of the two is known when the action is */
		take_selector(reader, value, &action->of_process);
	} else if (action->of_channel == INDEX_NONE) {
		near = nearest_process(reader, text);
		complain_at(reader, value->pos, near ? near : nearest_channel(reader, text),
			    "`%s` is neither a process nor a channel", text);
	}
	free(text);
}

/* clang-format off */
static const struct value_type short_map = { .table = &short_table };
static const struct value_type half_type = { .json = "{\"const\": \"half\"}" };
static const struct value_type *const short_any[] = { &type_count, &half_type, &short_map, NULL };
static const struct value_type short_type = { .any = short_any };
static const struct value_type forever_type = { .json = "{\"const\": \"forever\"}" };
static const struct value_type *const stop_any[] = { &forever_type, &type_duration, NULL };
static const struct value_type stop_type = { .any = stop_any };
static const struct value_type all_type = { .json = "{\"const\": \"all\"}" };
static const struct value_type shutdown_type = { .json = "{\"enum\": [\"read\", \"write\", \"both\"]}" };
static const struct value_type corrupt_type = { .table = &corrupt_table };
static const struct value_type limit_type = {
	.keys = &limit_vocab, .values = &type_size, .only_one = true };
static const struct value_type when_type = { .name = "when", .words = &when_vocab };

enum { GROUP_ACTION = 1 };
#define WORD(word_, read_, type_) \
	{ .words = &action_vocab, .word = (word_), .read = (read_), .type = (type_), .group = GROUP_ACTION }
#define FIELD(f) .offset = offsetof(struct action_spec, f)
static const struct key_row action_rows[] = {
	WORD(ACTION_ERRNO, read_errno, &type_errno),
	WORD(ACTION_ERRNO_AFTER, read_errno, &type_errno),
	WORD(ACTION_RETURN, read_return, &type_number),
	WORD(ACTION_SHORT, read_short, &short_type),
	WORD(ACTION_SIGNAL, read_signal, &type_signal),
	WORD(ACTION_PULSE, read_time, &type_duration),
	WORD(ACTION_KILL, read_signal, &type_signal),
	WORD(ACTION_DELAY, read_time, &type_duration),
	WORD(ACTION_STOP, read_stop, &stop_type),
	WORD(ACTION_CLOSE_PEER, read_close_peer, &all_type),
	WORD(ACTION_SHUTDOWN, read_shutdown, &shutdown_type),
	WORD(ACTION_RESET, read_true_action, &type_true),
	WORD(ACTION_CAPACITY, read_capacity, &type_size),
	WORD(ACTION_FILL, read_true_action, &type_true),
	WORD(ACTION_DRAIN, read_true_action, &type_true),
	WORD(ACTION_TRUNCATE, read_length, &type_size),
	WORD(ACTION_UNLINK, read_true_action, &type_true),
	WORD(ACTION_REMOVE, read_true_action, &type_true),
	WORD(ACTION_CORRUPT, read_corrupt, &corrupt_type),
	WORD(ACTION_TEAR, read_capacity, &type_size),
	WORD(ACTION_DROP, read_true_action, &type_true),
	WORD(ACTION_DUPLICATE, read_true_action, &type_true),
	WORD(ACTION_REORDER, read_true_action, &type_true),
	WORD(ACTION_TRUNCATE_MESSAGE, read_length, &type_size),
	WORD(ACTION_LOSE_FDS, read_true_action, &type_true),
	WORD(ACTION_LIMIT, read_limit, &limit_type),
	WORD(ACTION_WAKE, read_true_action, &type_true),
	WORD(ACTION_NONBLOCK, read_on_off, &type_bool),
	{ .name = "when", .read = read_when, .type = &when_type, FIELD(when),
	  .summary = "with `signal`: at which moment of the call; default: pending" },
	{ .name = "nested", .read = read_bool, .type = &type_bool, FIELD(nested),
	  .summary = "with `signal`: while a handler runs" },
	{ .name = "burst", .read = read_burst, .type = &type_count, FIELD(burst),
	  .summary = "with `signal`: so many of them, default 1" },
	{ .name = "of", .read = read_of, .type = &type_text,
	  .summary = "strike this channel or process instead of the one of the trigger" },
};
_Static_assert(ARRAY_SIZE(action_rows) == ACTION_MAX_ + 4, "each action, and four more keys");
static const struct key_group action_groups[] = { { "action", true } };
/* clang-format on */
const struct key_table action_table = {
	.name = "do",
	.owner = "`do`",
	.noun = "action",
	.rows = action_rows,
	.count = ARRAY_SIZE(action_rows),
	.groups = action_groups,
	.group_count = 1,
};
