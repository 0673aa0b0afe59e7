#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "scenario/reader.h"
#include "scenario/values.h"
#include "sys/syscalls.h"

/* `at`: one trigger, any filters, one count. */

static int compare_ints(const void *left, const void *right)
{
	const int *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static void sort_calls(struct trigger_spec *at)
{
	size_t count = 0;

	if (!at->call_count)
		return;
	qsort(at->calls, at->call_count, sizeof(int), compare_ints);
	for (size_t i = 0; i < at->call_count; i++)
		if (!count || at->calls[count - 1] != at->calls[i])
			at->calls[count++] = at->calls[i];
	at->call_count = count;
}

static void add_call(struct reader *reader, struct trigger_spec *at, int id)
{
	int *slot = add_item(reader, &at->calls, &at->call_count, sizeof(*slot));

	if (slot)
		*slot = id;
}

static void add_named(struct reader *reader, struct trigger_spec *at, int id)
{
	int *slot = add_item(reader, &at->named, &at->named_count, sizeof(*slot));

	if (slot)
		*slot = id;
	add_call(reader, at, id);
}

static void add_family(struct reader *reader, struct trigger_spec *at, unsigned family)
{
	at->families |= family;
	for (int id = 0; id < (int)syscall_count(); id++)
		if (syscall_get(id)->families & family)
			add_call(reader, at, id);
}

#define WORD_CALLS_MAX 16 /* calls that one function of C can make */

static void read_call_name(struct reader *reader, const struct node *node, struct trigger_spec *at)
{
	char *text = take_text(reader, node, "a system call");
	unsigned family = text ? call_family_from_name(text) : 0;
	int ids[WORD_CALLS_MAX];
	size_t found = text ? syscall_ids_from_word(text, ids, WORD_CALLS_MAX) : 0;
	size_t count;
	const char *const *words = syscall_words(&count);

	if (family)
		add_family(reader, at, family);
	else if (found)
		for (size_t i = 0; i < found && i < WORD_CALLS_MAX; i++)
			add_named(reader, at, ids[i]);
	else if (text)
		complain_at(reader, node->pos, nearest_word(text, words, count),
			    "unknown system call `%s`", text);
	free(text);
}

#define CALLS_MAX 1000 /* words in one list */

static void read_call(struct reader *reader, const struct node *value, const struct key_row *row,
		      void *target)
{
	struct trigger_spec *at = target;

	at->kind = (enum trigger_kind)row->word;
	if (value->kind == NODE_TEXT)
		read_call_name(reader, value, at);
	else if (need_list(reader, value) && !value->count)
		complain(reader, value, "which calls? the list is empty");
	else if (value->kind == NODE_LIST && value->count > CALLS_MAX)
		complain(reader, value, "more than %d are too many", CALLS_MAX);
	else if (value->kind == NODE_LIST)
		for (size_t i = 0; i < value->count && !is_enough(reader); i++)
			read_call_name(reader, value->items[i], at);
	sort_calls(at);
}

static void take_code_place(struct reader *reader, const struct node *value, char **slot)
{
	char *text = take_text(reader, value, "a function");
	const char *needed = text ? check_code_place(text) : NULL;

	if (needed)
		complain_value(reader, value, text, needed);
	if (text && !needed)
		set_text(slot, text);
	else
		free(text);
}

static void read_function(struct reader *reader, const struct node *value,
			  const struct key_row *row, void *target)
{
	struct trigger_spec *at = target;

	at->kind = (enum trigger_kind)row->word;
	take_code_place(reader, value, &at->function);
}

static void read_lock(struct reader *reader, const struct node *value, const struct key_row *row,
		      void *target)
{
	struct trigger_spec *at = target;
	char *text = take_text(reader, value, "`held`");

	at->kind = (enum trigger_kind)row->word;
	if (text && strcmp(text, "held") != 0)
		complain_value(reader, value, text, "`held`");
	free(text);
}

static void read_access(struct reader *reader, const struct node *value, const struct key_row *row,
			void *target)
{
	struct trigger_spec *at = target;

	at->kind = (enum trigger_kind)row->word;
	at->channel = take_channel(reader, value);
	if (at->channel != INDEX_NONE &&
	    reader->scenario->channels[at->channel].kind != CHANNEL_SHM &&
	    reader->scenario->channels[at->channel].kind != CHANNEL_FILE)
		complain(reader, value, "`access` needs a channel that can be mapped: shm or file");
}

static void read_output(struct reader *reader, const struct node *value, const struct key_row *row,
			void *target)
{
	struct trigger_spec *at = target;

	at->kind = (enum trigger_kind)row->word;
	if (value->kind == NODE_MAP)
		complain_type(reader, value, "a text or a /pattern/");
	else
		read_match(reader, value, row, &at->output);
}

static void read_elapsed(struct reader *reader, const struct node *value, const struct key_row *row,
			 void *target)
{
	struct trigger_spec *at = target;

	at->kind = (enum trigger_kind)row->word;
	read_duration(reader, value, row, &at->elapsed_ns);
}

static void read_started(struct reader *reader, const struct node *value, const struct key_row *row,
			 void *target)
{
	struct trigger_spec *at = target;
	bool unused;

	at->kind = (enum trigger_kind)row->word;
	read_true(reader, value, row, &unused);
}

static void read_after(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	struct trigger_spec *at = target;

	at->kind = (enum trigger_kind)row->word;
	at->after = take_fault(reader, value);
}

static void read_phase(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	int phase = take_word(reader, value, &phase_vocab);

	(void)row;
	if (phase >= 0)
		*(enum phase *)target = (enum phase)phase;
}

static void read_steps(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	struct trigger_spec *at = target;

	(void)row;
	take_unsigned(reader, value, 0, UINT32_MAX, &at->steps);
}

static void read_selector(struct reader *reader, const struct node *value,
			  const struct key_row *row, void *target)
{
	(void)row;
	take_selector(reader, value, target);
}

static void read_on_fd(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	struct on_spec *on = target;
	uint64_t fd;

	(void)row;
	on->kind = ON_FD;
	if (take_unsigned(reader, value, 0, INT32_MAX, &fd))
		on->fd = (int)fd;
}

/* clang-format off */
static const struct key_row on_rows[] = {
	{ .name = "fd", .read = read_on_fd, .type = &type_number, .flags = KEY_REQUIRED,
	  .summary = "the number of a descriptor" },
};
/* clang-format on */
const struct key_table on_table = {
	.name = "on",
	.owner = "`on`",
	.rows = on_rows,
	.count = ARRAY_SIZE(on_rows),
};

static const char *nearest_on(struct reader *reader, const char *text)
{
	const char *channel = nearest_channel(reader, text);

	return channel ? channel : vocab_nearest(&fd_kind_vocab, text);
}

static void read_on_word(struct reader *reader, const struct node *value, struct on_spec *on)
{
	char *text = take_text(reader, value, "a channel, a kind or a path");
	int kind = text ? vocab_find(&fd_kind_vocab, text) : -1;

	if (!text)
		return;
	on->channel = find_channel(reader, text);
	if (on->channel != INDEX_NONE) {
		on->kind = ON_CHANNEL;
	} else if (kind >= 0) {
		on->kind = ON_FD_KIND;
		on->fd_kind = (enum fd_kind)kind;
	} else if (strpbrk(text, "/*?[$")) {
		on->kind = ON_PATH;
		set_text(&on->glob, text);
		return;
	} else {
		complain_at(reader, value->pos, nearest_on(reader, text),
			    "`%s` is no channel, no kind of descriptor and no path", text);
	}
	free(text);
}

static void read_on(struct reader *reader, const struct node *value, const struct key_row *row,
		    void *target)
{
	(void)row;
	if (value->kind == NODE_MAP)
		map_read(reader, value, value->pos, &on_table, target);
	else
		read_on_word(reader, value, target);
}

static void read_site(struct reader *reader, const struct node *value, const struct key_row *row,
		      void *target)
{
	(void)row;
	take_code_place(reader, value, target);
}

/* A number is the n-th thread, anything else the name of one. */
static void read_thread(struct reader *reader, const struct node *value, const struct key_row *row,
			void *target)
{
	struct trigger_spec *at = target;
	char *text = NULL;
	uint64_t number;

	read_text(reader, value, row, &text);
	if (text && !parse_unsigned(text, 1, INT32_MAX, &number)) {
		at->thread = (int)number;
		free(text);
	} else if (text && strcmp(text, "0") == 0) {
		complain(reader, value, "threads count from 1");
		free(text);
	} else if (text) {
		set_text(&at->thread_name, text);
	}
}

/* clang-format off */
static const struct value_type call_name = {
	.name = "system-call", .list = syscall_words, .pattern = "\\$\\{" };
static const struct value_type call_list = { .items = &call_name };
static const struct value_type *const call_any_types[] = { &call_name, &call_list, NULL };
static const struct value_type call_type = { .any = call_any_types };
static const struct value_type held_type = { .json = "{\"const\": \"held\"}" };
static const struct value_type phase_type = { .name = "phase", .words = &phase_vocab };
static const struct value_type on_map = { .table = &on_table };
static const struct value_type *const on_any[] = { &type_text, &on_map, NULL };
static const struct value_type on_type = { .any = on_any };
static const struct value_type nth_type = {
	.json = "{\"anyOf\": [{\"type\": \"integer\", \"minimum\": 1},"
		" {\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"integer\", \"minimum\": 1}},"
		" {\"type\": \"string\", \"pattern\": \"^[0-9]+([.][.][0-9]*)?$|\\\\$\\\\{\"}]}" };
static const struct value_type chance_type = {
	.json = "{\"anyOf\": [{\"type\": \"number\", \"exclusiveMinimum\": 0, \"maximum\": 1},"
		" {\"type\": \"string\", \"pattern\": \"^[0-9.e-]+$|\\\\$\\\\{\"}]}" };

enum { GROUP_TRIGGER = 1, GROUP_COUNT };
#define WORD(word_, read_, type_) \
	{ .words = &trigger_vocab, .word = (word_), .read = (read_), .type = (type_), .group = GROUP_TRIGGER }
#define FIELD(f) .offset = offsetof(struct trigger_spec, f)
static const struct key_row trigger_rows[] = {
	WORD(TRIGGER_CALL, read_call, &call_type),
	WORD(TRIGGER_FUNCTION, read_function, &type_text),
	WORD(TRIGGER_LOCK, read_lock, &held_type),
	WORD(TRIGGER_ACCESS, read_access, &type_name),
	WORD(TRIGGER_OUTPUT, read_output, &type_text),
	WORD(TRIGGER_ELAPSED, read_elapsed, &type_duration),
	WORD(TRIGGER_STARTED, read_started, &type_true),
	WORD(TRIGGER_AFTER, read_after, &type_text),
	{ .name = "phase", .read = read_phase, .type = &phase_type, FIELD(phase),
	  .summary = "where in the call or the function; default: entry" },
	{ .name = "steps", .read = read_steps, .type = &type_number,
	  .summary = "with `lock`: so many instructions later" },
	{ .name = "process", .read = read_selector, .type = &type_selector, FIELD(process),
	  .summary = "in this process and its descendants: NAME, NAME/main, NAME/child[2]" },
	{ .name = "on", .read = read_on, .type = &on_type, FIELD(on),
	  .summary = "on this channel, kind of descriptor, {fd: 5}, or path (a glob)" },
	{ .name = "site", .read = read_site, .type = &type_text, FIELD(site),
	  .summary = "with this function, or file.c:42, on the call stack" },
	{ .name = "thread", .read = read_thread, .type = &type_text,
	  .summary = "in this thread: a number from 1 on, or its name" },
	{ .name = "nth", .read = read_nth, .type = &nth_type, FIELD(count), .group = GROUP_COUNT,
	  .summary = "which of the moments: 3, [3, 7], 3..7, 3..; default: the first" },
	{ .name = "every", .read = read_every, .type = &type_count, FIELD(count), .group = GROUP_COUNT,
	  .summary = "every so many moments" },
	{ .name = "chance", .read = read_chance, .type = &chance_type, FIELD(count), .group = GROUP_COUNT,
	  .summary = "each moment with this probability, from the seed" },
};
_Static_assert(ARRAY_SIZE(trigger_rows) == TRIGGER_MAX_ + 9, "each trigger, and nine more keys");
static const struct key_group trigger_groups[] = { { "trigger", true }, { "count", false } };
/* clang-format on */
const struct key_table trigger_table = {
	.name = "at",
	.owner = "`at`",
	.noun = "trigger or filter",
	.rows = trigger_rows,
	.count = ARRAY_SIZE(trigger_rows),
	.groups = trigger_groups,
	.group_count = ARRAY_SIZE(trigger_groups),
};
