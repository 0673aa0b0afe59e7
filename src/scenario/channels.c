#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "base/util.h"
#include "scenario/reader.h"
#include "scenario/values.h"

/*
 * A channel is a word (`pipe`) or a mapping with the word and what belongs to
 * it (`{pipe: {capacity: 4096}}`, `{fifo: path}`).
 */

static void read_capacity(struct reader *reader, const struct node *value,
			  const struct key_row *row, void *target)
{
	struct channel *channel = target;

	if (channel->kind != CHANNEL_PIPE && channel->kind != CHANNEL_FIFO)
		complain(reader, value, "only a pipe has a capacity");
	read_size(reader, value, row, &channel->capacity);
}

static void read_count(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	(void)row;
	take_unsigned(reader, value, 1, INT32_MAX, target);
}

/* An object that its program has still to give a size is empty. */
static void read_length(struct reader *reader, const struct node *value, const struct key_row *row,
			void *target)
{
	char *text = take_text(reader, value, "a size");
	const char *needed = text ? parse_size(text, target) : NULL;

	(void)row;
	if (needed)
		complain_value(reader, value, text, needed);
	free(text);
}

/* clang-format off */
#define FIELD(f) .offset = offsetof(struct channel, f)
static const struct key_row options_rows[] = {
	{ .name = "capacity", .read = read_capacity, .type = &type_size,
	  .summary = "size of its buffer, rounded up to a page; else the kernel's default" },
};
static const struct key_row mq_rows[] = {
	{ .name = "maxmsg", .read = read_count, .type = &type_count, FIELD(maxmsg),
	  .summary = "messages that fit in" },
	{ .name = "msgsize", .read = read_size, .type = &type_size, FIELD(msgsize),
	  .summary = "longest message, in bytes" },
};
static const struct key_row shm_rows[] = {
	{ .name = "size", .read = read_length, .type = &type_size, FIELD(size),
	  .flags = KEY_REQUIRED, .summary = "size in bytes" },
	{ .name = "capacity", .read = read_size, .type = &type_size, FIELD(capacity),
	  .summary = "room on the file system that it lies on; else plenty" },
};
/* clang-format on */

const struct key_table channel_options_table = {
	.name = "pipe-options",
	.owner = "the pipe",
	.rows = options_rows,
	.count = ARRAY_SIZE(options_rows),
};
const struct key_table mq_table = {
	.name = "queue-options",
	.owner = "the queue",
	.rows = mq_rows,
	.count = ARRAY_SIZE(mq_rows),
};
const struct key_table shm_table = {
	.name = "size-option",
	.owner = "the object",
	.rows = shm_rows,
	.count = ARRAY_SIZE(shm_rows),
};

static void set_kind(const struct key_row *row, struct channel *channel)
{
	channel->kind = (enum channel_kind)row->word;
}

static void read_pipe(struct reader *reader, const struct node *value, const struct key_row *row,
		      void *target)
{
	set_kind(row, target);
	map_read(reader, value, value->pos, &channel_options_table, target);
}

static void read_fifo(struct reader *reader, const struct node *value, const struct key_row *row,
		      void *target)
{
	struct channel *channel = target;

	set_kind(row, channel);
	read_text(reader, value, row, &channel->path);
}

static void read_socketpair(struct reader *reader, const struct node *value,
			    const struct key_row *row, void *target)
{
	static const struct vocab_row rows[] = {
		{"stream", "", false}, {"dgram", "", false}, {"seqpacket", "", false}};
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
	static const struct vocab words = {"type of socket", rows, ARRAY_SIZE(rows)};
	struct channel *channel = target;
	int type = take_word(reader, value, &words);

	set_kind(row, channel);
	channel->socket_type = type < 0 ? SOCK_STREAM : types[type];
}

static void read_tcp(struct reader *reader, const struct node *value, const struct key_row *row,
		     void *target)
{
	static const struct vocab_row rows[] = {{"loopback", "", false}};
	static const struct vocab places = {"address", rows, ARRAY_SIZE(rows)};

	set_kind(row, target);
	take_word(reader, value, &places);
}

static void read_mq(struct reader *reader, const struct node *value, const struct key_row *row,
		    void *target)
{
	set_kind(row, target);
	map_read(reader, value, value->pos, &mq_table, target);
}

static void read_sized(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	set_kind(row, target);
	map_read(reader, value, value->pos, &shm_table, target);
}

/* clang-format off */
static const struct value_type pipe_options = { .table = &channel_options_table };
static const struct value_type mq_options = { .table = &mq_table };
static const struct value_type size_option = { .table = &shm_table };
static const struct value_type socket_type = { .json = "{\"enum\": [\"stream\", \"dgram\", \"seqpacket\"]}" };
static const struct value_type loopback = { .json = "{\"const\": \"loopback\"}" };

#define KIND(kind_, read_, type_) \
	{ .words = &channel_vocab, .word = (kind_), .read = (read_), .type = (type_), .group = 1 }
static const struct key_row channel_rows[] = {
	KIND(CHANNEL_PIPE, read_pipe, &pipe_options),
	KIND(CHANNEL_FIFO, read_fifo, &type_text),
	KIND(CHANNEL_SOCKETPAIR, read_socketpair, &socket_type),
	KIND(CHANNEL_TCP, read_tcp, &loopback),
	KIND(CHANNEL_MQ, read_mq, &mq_options),
	KIND(CHANNEL_SHM, read_sized, &size_option),
	KIND(CHANNEL_FILE, read_sized, &size_option),
	{ .name = "capacity", .read = read_capacity, .type = &type_size,
	  .summary = "with `fifo`: the size of its buffer" },
};
/* clang-format on */
_Static_assert(ARRAY_SIZE(channel_rows) == CHANNEL_MAX_ + 1, "each kind of channel, and capacity");

static const struct key_group channel_groups[] = {{"kind", true}};
const struct key_table channel_table = {
	.name = "channel",
	.owner = "a channel",
	.noun = "kind of channel",
	.rows = channel_rows,
	.count = ARRAY_SIZE(channel_rows),
	.groups = channel_groups,
	.group_count = 1,
};

/* A fifo without a path is called like the channel. */
static void read_kind_word(struct reader *reader, const struct node *value, struct channel *channel)
{
	int kind = take_word(reader, value, &channel_vocab);

	if (kind < 0)
		return;
	channel->kind = (enum channel_kind)kind;
	channel->socket_type = SOCK_STREAM;
	if (kind != CHANNEL_FIFO)
		return;
	set_text(&channel->path, mem_strdup(channel->name));
	if (!channel->path)
		reader->oom = true;
}

static struct channel *find_defined(struct reader *reader, const struct node *key)
{
	int index = find_channel(reader, key->text);

	return index == INDEX_NONE ? NULL : &reader->scenario->channels[index];
}

static void check_paths(struct reader *reader)
{
	const struct scenario *s = reader->scenario;

	for (size_t i = 0; i < s->channel_count; i++)
		for (size_t k = 0; k < i && s->channels[i].path; k++)
			if (s->channels[k].path &&
			    strcmp(s->channels[i].path, s->channels[k].path) == 0)
				complain_at(reader, s->channels[i].pos, NULL,
					    "`%s` and `%s` have the same path", s->channels[k].name,
					    s->channels[i].name);
}

void read_channels(struct reader *reader, const struct node *value, const struct key_row *row,
		   void *target)
{
	(void)row;
	(void)target;
	if (!need_map(reader, value))
		return;
	for (size_t i = 0; i + 1 < value->count && !is_enough(reader); i += 2) {
		struct channel *channel = find_defined(reader, value->items[i]);
		const struct node *kind = value->items[i + 1];

		if (!channel)
			continue;
		if (kind->kind == NODE_MAP)
			map_read(reader, kind, value->items[i]->pos, &channel_table, channel);
		else
			read_kind_word(reader, kind, channel);
	}
	check_paths(reader);
}
