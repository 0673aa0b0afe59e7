#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "scenario/reader.h"
#include "scenario/values.h"

/* stdin, stdout, stderr and `fds`. */

static void set_stdio(struct stdio_spec *spec, enum stdio_kind kind, char *text)
{
	spec->kind = kind;
	set_text(&spec->text, text);
}

static void read_input_text(struct reader *reader, const struct node *value,
			    const struct key_row *row, void *target)
{
	char *text = take_text(reader, value, "a text");

	(void)row;
	if (text)
		set_stdio(target, STDIO_TEXT, text);
}

static void read_stdio_file(struct reader *reader, const struct node *value,
			    const struct key_row *row, void *target)
{
	char *text = NULL;

	read_text(reader, value, row, &text);
	if (text)
		set_stdio(target, STDIO_FILE, text);
}

/* clang-format off */
static const struct key_row stdin_rows[] = {
	{ .name = "text", .read = read_input_text, .type = &type_any, .group = 1,
	  .summary = "the input itself" },
	{ .name = "file", .read = read_stdio_file, .type = &type_text, .group = 1,
	  .summary = "a file to read" },
};
static const struct key_row stdio_rows[] = {
	{ .name = "file", .read = read_stdio_file, .type = &type_text, .flags = KEY_REQUIRED,
	  .summary = "a file to write; what was in it goes" },
};
static const struct key_group stdin_groups[] = { { "source of the input", true } };
/* clang-format on */

const struct key_table stdin_table = {
	.name = "stdin",
	.owner = "`stdin`",
	.rows = stdin_rows,
	.count = ARRAY_SIZE(stdin_rows),
	.groups = stdin_groups,
	.group_count = 1,
};
const struct key_table stdio_table = {
	.name = "stdout",
	.owner = "an output",
	.rows = stdio_rows,
	.count = ARRAY_SIZE(stdio_rows),
};

static bool is_port(struct reader *reader, int channel)
{
	return reader->scenario->channels[channel].kind == CHANNEL_TCP;
}

static void complain_port(struct reader *reader, const struct node *value, const char *name)
{
	complain(reader, value, "`%s` is a port: it has no descriptors, give ${%s} to the program",
		 name, name);
}

/* A word is a channel; what looks like a path is a file. */
static void read_stdio_word(struct reader *reader, const struct node *value,
			    struct stdio_spec *spec)
{
	char *text = take_text(reader, value, "a channel or a file");
	int channel = text ? find_channel(reader, text) : INDEX_NONE;

	if (channel != INDEX_NONE && is_port(reader, channel)) {
		complain_port(reader, value, text);
	} else if (channel != INDEX_NONE) {
		set_stdio(spec, STDIO_CHANNEL, NULL);
		spec->channel = channel;
	} else if (text && strpbrk(text, "/.$")) {
		set_stdio(spec, STDIO_FILE, text);
		return;
	} else if (text) {
		complain_at(reader, value->pos, nearest_channel(reader, text),
			    "unknown channel `%s`; a file needs a path such as ./%s", text, text);
	}
	free(text);
}

void read_stdio(struct reader *reader, const struct node *value, const struct key_row *row,
		void *target)
{
	struct stdio_spec *spec = target;
	bool is_input = strcmp(key_name(row), "stdin") == 0;

	spec->pos = value->pos;
	if (value->kind == NODE_MAP)
		map_read(reader, value, value->pos, is_input ? &stdin_table : &stdio_table, spec);
	else
		read_stdio_word(reader, value, spec);
}

static bool split_end(struct reader *reader, const struct node *value, char *text,
		      enum channel_end *ret_end)
{
	char *dot = strrchr(text, '.');

	*ret_end = END_BOTH;
	if (!dot)
		return true;
	if (strcmp(dot, ".read") == 0) {
		*ret_end = END_READ;
	} else if (strcmp(dot, ".write") == 0) {
		*ret_end = END_WRITE;
	} else {
		complain(reader, value, "`%s`: the ends of a channel are `.read` and `.write`",
			 text);
		return false;
	}
	*dot = '\0';
	return true;
}

/* Of which a process wants the one or the other. */
static bool has_two_ends(struct reader *reader, int channel)
{
	enum channel_kind kind = reader->scenario->channels[channel].kind;

	return kind == CHANNEL_PIPE || kind == CHANNEL_SOCKETPAIR;
}

/* `data.read` */
static bool read_end(struct reader *reader, const struct node *value, struct fd_spec *spec)
{
	char *text = take_text(reader, value, "an end of a channel, such as data.read");
	bool good = text && split_end(reader, value, text, &spec->end);

	spec->channel = good ? find_channel(reader, text) : INDEX_NONE;
	if (good && spec->channel == INDEX_NONE) {
		complain_at(reader, value->pos, nearest_channel(reader, text),
			    "unknown channel `%s`", text);
		good = false;
	} else if (good && is_port(reader, spec->channel)) {
		complain_port(reader, value, text);
		good = false;
	} else if (good && spec->end == END_BOTH && has_two_ends(reader, spec->channel)) {
		complain(reader, value, "which end? `%s.read` or `%s.write`", text, text);
		good = false;
	}
	free(text);
	return good;
}

#define FD_MAX 65535

static bool read_fd_number(struct reader *reader, const struct node *key, int *ret)
{
	uint64_t fd;
	const char *needed = parse_unsigned(key->text, 0, FD_MAX, &fd);

	if (needed) {
		complain_value(reader, key, key->text, needed);
		return false;
	}
	if (fd < 3) {
		complain(reader, key, "`%s`: use `stdin`, `stdout` or `stderr`", key->text);
		return false;
	}
	*ret = (int)fd;
	return true;
}

void read_fds(struct reader *reader, const struct node *value, const struct key_row *row,
	      void *target)
{
	struct process_spec *process = target;

	(void)row;
	if (!need_map(reader, value))
		return;
	free(process->fds);
	process->fds = NULL;
	process->fd_count = 0;
	for (size_t i = 0; i + 1 < value->count && !is_enough(reader); i += 2) {
		struct fd_spec spec = {0}, *slot;

		if (!read_fd_number(reader, value->items[i], &spec.fd) ||
		    !read_end(reader, value->items[i + 1], &spec))
			continue;
		slot = add_item(reader, &process->fds, &process->fd_count, sizeof(*slot));
		if (!slot)
			return;
		*slot = spec;
	}
}
