#include "scenario/reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/expand.h"
#include "scenario/values.h"

void complain_at(struct reader *reader, struct pos pos, const char *suggestion, const char *fmt,
		 ...)
{
	va_list ap;

	reader->complaints++;
	va_start(ap, fmt);
	if (problems_add(reader->source->problems, reader->source->text, reader->source->len, pos,
			 suggestion, fmt, ap) < 0)
		reader->oom = true;
	va_end(ap);
}

void complain_value(struct reader *reader, const struct node *node, const char *text,
		    const char *needed)
{
	if (*text)
		complain(reader, node, "`%s`: expected %s", text, needed);
	else
		complain(reader, node, "expected %s, not an empty text", needed);
}

void complain_type(struct reader *reader, const struct node *node, const char *needed)
{
	complain(reader, node, "expected %s, not %s", needed, node_kind_name(node));
}

bool is_enough(const struct reader *reader)
{
	return reader->oom || reader->budget->exhausted || reader->source->problems->cut;
}

bool spend_node(struct reader *reader, const struct node *node)
{
	if (is_enough(reader))
		return false;
	if (reader->budget->nodes) {
		reader->budget->nodes--;
		return true;
	}
	complain(reader, node, "too many values, once aliases and the matrix are expanded");
	reader->budget->exhausted = true;
	return false;
}

bool need_text(struct reader *reader, const struct node *node, const char *needed)
{
	if (!spend_node(reader, node))
		return false;
	if (node->kind == NODE_TEXT && !node_is_null(node))
		return true;
	complain_type(reader, node, needed);
	return false;
}

bool need_list(struct reader *reader, const struct node *node)
{
	if (!spend_node(reader, node))
		return false;
	if (node->kind == NODE_LIST)
		return true;
	complain_type(reader, node, "a list");
	return false;
}

bool need_map(struct reader *reader, const struct node *node)
{
	if (!spend_node(reader, node))
		return false;
	if (node->kind == NODE_MAP)
		return true;
	complain_type(reader, node, "a mapping");
	return false;
}

/* The names that only the run knows. */
static const char *const run_names[] = {"harness", "tmp", "dir", "build", "cc", "cflags"};
#define RUN_NAME_COUNT (sizeof(run_names) / sizeof(run_names[0]))

bool is_run_name(const char *name)
{
	for (size_t i = 0; i < RUN_NAME_COUNT; i++)
		if (strcmp(run_names[i], name) == 0)
			return true;
	return false;
}

static const char *nearest_variable(struct reader *reader, const char *text)
{
	const struct scenario *s = reader->scenario;
	size_t count = 0, room = reader->binding_count + s->channel_count + RUN_NAME_COUNT;
	const char **words = mem_zalloc(room * sizeof(char *));
	const char *best;

	if (!words) {
		reader->oom = true;
		return NULL;
	}
	for (size_t i = 0; i < reader->binding_count; i++)
		words[count++] = reader->bindings[i].name;
	for (size_t i = 0; i < s->channel_count; i++)
		words[count++] = s->channels[i].name;
	for (size_t i = 0; i < RUN_NAME_COUNT; i++)
		words[count++] = run_names[i];
	best = nearest_word(text, words, count);
	free(words);
	return best;
}

struct expansion {
	struct reader *reader;
	const struct node *node;
	bool failed;
};

static void unknown_variable(struct expansion *e, const char *name)
{
	if (check_name(name))
		complain(e->reader, e->node,
			 "`${%s}` is no variable; write `$${` for a literal `${`", name);
	else
		complain_at(e->reader, e->node->pos, nearest_variable(e->reader, name),
			    "unknown variable `${%s}`", name);
	e->failed = true;
}

/* A channel has a name to hand out unless it is nothing but two descriptors. */
static void check_channel_name(struct expansion *e, const struct channel *channel)
{
	if (channel->kind != CHANNEL_PIPE && channel->kind != CHANNEL_SOCKETPAIR)
		return;
	complain(e->reader, e->node, "`${%s}`: a %s has no path to hand out", channel->name,
		 vocab_name(&channel_vocab, (int)channel->kind));
	e->failed = true;
}

static const char *lookup_variable(const char *name, size_t len, void *data)
{
	struct expansion *e = data;
	const char *value = lookup_binding(e->reader, name, len);
	char *copy;
	int channel;

	if (value)
		return value;
	copy = mem_strndup(name, len);
	if (!copy) {
		e->reader->oom = true;
		return NULL;
	}
	channel = find_channel(e->reader, copy);
	if (channel != INDEX_NONE)
		check_channel_name(e, &e->reader->scenario->channels[channel]);
	else if (!is_run_name(copy))
		unknown_variable(e, copy);
	free(copy);
	return NULL;
}

/* NULL when it went wrong. */
static char *expand(struct reader *reader, const struct node *node)
{
	struct expansion e = {.reader = reader, .node = node};
	char *text;
	int r = expand_text(node->text, lookup_variable, &e, false, &text);

	if (r == -E2BIG)
		complain(reader, node, "a text longer than %zu bytes", EXPAND_MAX);
	else if (r < 0)
		reader->oom = true;
	if (r < 0)
		return NULL;
	if (!e.failed && strlen(text) <= reader->budget->bytes) {
		reader->budget->bytes -= strlen(text);
		return text;
	}
	if (!e.failed)
		complain(reader, node, "too much text, once aliases and the matrix are expanded");
	free(text);
	return NULL;
}

char *take_text(struct reader *reader, const struct node *node, const char *needed)
{
	return need_text(reader, node, needed) ? expand(reader, node) : NULL;
}

int take_word(struct reader *reader, const struct node *node, const struct vocab *vocab)
{
	char *text = take_text(reader, node, "a word");
	int value = text ? vocab_find(vocab, text) : -1;

	if (text && value < 0)
		complain_at(reader, node->pos, vocab_nearest(vocab, text), "unknown %s `%s`",
			    vocab->what, text);
	else if (text && vocab->rows[value].later)
		complain(reader, node, "`%s` is not available yet", text);
	free(text);
	return value;
}

bool take_unsigned(struct reader *reader, const struct node *node, uint64_t min, uint64_t max,
		   uint64_t *ret)
{
	char *text = take_text(reader, node, "a number");
	uint64_t number = 0;
	const char *needed = text ? parse_unsigned(text, min, UINT64_MAX, &number) : NULL;
	bool good = text && !needed && number <= max;

	if (needed)
		complain_value(reader, node, text, needed);
	else if (text && !good)
		complain(reader, node, "`%s` is more than %llu", text, (unsigned long long)max);
	free(text);
	if (good)
		*ret = number;
	return good;
}

void *add_item(struct reader *reader, void *array, size_t *count, size_t size)
{
	void *slot = mem_append(array, count, size);

	if (!slot)
		reader->oom = true;
	return slot;
}

void set_text(char **slot, char *text)
{
	free(*slot);
	*slot = text;
}
