#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/util.h"
#include "scenario/reader.h"
#include "scenario/values.h"
#include "sys/names.h"

#define NAMED_MAX 1000 /* channels, processes of one scenario */

/*
 * The names of channels, processes and faults are known before anything that
 * refers to them is read: an earlier fault may name a later one.
 */

static bool is_usable(struct reader *reader, const struct node *key)
{
	const char *needed = check_name(key->text);

	if (needed) {
		complain_value(reader, key, key->text, needed);
		return false;
	}
	if (is_run_name(key->text))
		complain(reader, key, "`%s` is reserved: `${%s}` has a meaning already", key->text,
			 key->text);
	return true;
}

static void check_channel(struct reader *reader, const struct node *key)
{
	if (vocab_find(&fd_kind_vocab, key->text) >= 0)
		complain(reader, key,
			 "a channel cannot be called `%s`: `on:` knows a kind of that name",
			 key->text);
}

static bool is_key_of(const struct key_table *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(key_name(&table->rows[i]), name) == 0)
			return true;
	return false;
}

static void check_process(struct reader *reader, const struct node *key)
{
	if (is_key_of(&expect_table, key->text))
		complain(reader, key, "a process cannot be called `%s`: that is a key of `expect`",
			 key->text);
	if (is_key_of(&control_table, key->text))
		complain(reader, key, "a process cannot be called `%s`: that is a key of `control`",
			 key->text);
}

static const struct node *section(const struct reader *reader, const char *name,
				  enum node_kind kind)
{
	const struct node *node = map_value(reader->root, name);

	return node && node->kind == kind ? node : NULL;
}

static char *copy_text(struct reader *reader, const char *text)
{
	char *copy = mem_strdup(text);

	if (!copy)
		reader->oom = true;
	return copy;
}

/* One more name is to come. */
static bool has_room(struct reader *reader, const struct node *node, size_t count, size_t max)
{
	if (!spend_node(reader, node))
		return false;
	if (count < max)
		return true;
	complain(reader, node, "more than %zu are too many", max);
	return false;
}

/* The kind, as far as it can be seen before variables are known: may it be ${named}? */
static enum channel_kind peek_kind(const struct node *value)
{
	int kind = value->kind == NODE_TEXT ? vocab_find(&channel_vocab, value->text) : -1;

	for (size_t i = 0; value->kind == NODE_MAP && kind < 0 && i < value->count; i += 2)
		kind = vocab_find(&channel_vocab, value->items[i]->text);
	return kind < 0 ? CHANNEL_PIPE : (enum channel_kind)kind;
}

void collect_channels(struct reader *reader)
{
	const struct node *map = section(reader, "channels", NODE_MAP);
	struct scenario *s = reader->scenario;

	for (size_t i = 0; map && i + 1 < map->count; i += 2) {
		const struct node *key = map->items[i];
		struct channel *channel;

		if (!is_usable(reader, key) || find_channel(reader, key->text) != INDEX_NONE)
			continue;
		if (!has_room(reader, key, s->channel_count, NAMED_MAX))
			return;
		check_channel(reader, key);
		channel = add_item(reader, &s->channels, &s->channel_count, sizeof(*channel));
		if (!channel)
			return;
		channel->name = copy_text(reader, key->text);
		channel->pos = key->pos;
		channel->kind = peek_kind(map->items[i + 1]);
	}
}

static void collect_processes(struct reader *reader)
{
	const struct node *map = section(reader, "processes", NODE_MAP);
	struct scenario *s = reader->scenario;

	for (size_t i = 0; map && i + 1 < map->count; i += 2) {
		const struct node *key = map->items[i];
		struct process_spec *process;

		if (!is_usable(reader, key) ||
		    find_process(reader, key->text, strlen(key->text)) != INDEX_NONE)
			continue;
		if (!has_room(reader, key, s->process_count, NAMED_MAX))
			return;
		check_process(reader, key);
		process = add_item(reader, &s->processes, &s->process_count, sizeof(*process));
		if (!process)
			return;
		process->name = copy_text(reader, key->text);
		process->pos = key->pos;
	}
}

static void check_fault_name(struct reader *reader, const struct node *name,
			     const struct fault_spec *fault)
{
	for (const struct fault_spec *f = reader->scenario->faults; f < fault; f++)
		if (f->name && strcmp(f->name, fault->name) == 0)
			complain(reader, name, "a fault called `%s` is there already, in line %d",
				 fault->name, f->pos.line);
}

static void collect_faults(struct reader *reader)
{
	const struct node *list = section(reader, "faults", NODE_LIST);
	struct scenario *s = reader->scenario;

	for (size_t i = 0; list && i < list->count; i++) {
		const struct node *name = map_value(list->items[i], "name");
		struct fault_spec *fault;

		if (!has_room(reader, list->items[i], s->fault_count, FAULTS_MAX))
			return;
		fault = add_item(reader, &s->faults, &s->fault_count, sizeof(*fault));
		if (!fault)
			return;
		fault->pos = list->items[i]->pos;
		if (name)
			read_text(reader, name, NULL, &fault->name);
		if (name && fault->name)
			check_fault_name(reader, name, fault);
		if (!fault->name)
			fault->name = mem_printf("fault %zu", i + 1);
		if (!fault->name)
			reader->oom = true;
	}
}

void collect_names(struct reader *reader)
{
	collect_processes(reader);
	collect_faults(reader);
}

/* Channels, processes and faults begin with their name. */
struct named {
	const char *items; /* structs of @size bytes, each starts with a char * */
	size_t count, size;
};

static const char *name_at(const struct named *named, size_t i)
{
	return *(char *const *)(const void *)(named->items + i * named->size);
}

static struct named channels_of(const struct reader *reader)
{
	return (struct named){(const char *)reader->scenario->channels,
			      reader->scenario->channel_count, sizeof(struct channel)};
}

static struct named processes_of(const struct reader *reader)
{
	return (struct named){(const char *)reader->scenario->processes,
			      reader->scenario->process_count, sizeof(struct process_spec)};
}

static struct named faults_of(const struct reader *reader)
{
	return (struct named){(const char *)reader->scenario->faults, reader->scenario->fault_count,
			      sizeof(struct fault_spec)};
}

static int find(struct named named, const char *name, size_t len)
{
	for (size_t i = 0; i < named.count; i++) {
		const char *candidate = name_at(&named, i);

		if (candidate && strlen(candidate) == len && memcmp(candidate, name, len) == 0)
			return (int)i;
	}
	return INDEX_NONE;
}

static const char *nearest(struct reader *reader, struct named named, const char *text)
{
	const char **words = mem_zalloc(named.count * sizeof(char *));
	const char *best;

	if (!words) {
		reader->oom = true;
		return NULL;
	}
	for (size_t i = 0; i < named.count; i++)
		words[i] = name_at(&named, i) ? name_at(&named, i) : "";
	best = nearest_word(text, words, named.count);
	free(words);
	return best;
}

int find_channel(const struct reader *reader, const char *name)
{
	return find(channels_of(reader), name, strlen(name));
}

int find_process(const struct reader *reader, const char *name, size_t len)
{
	return find(processes_of(reader), name, len);
}

const char *nearest_channel(struct reader *reader, const char *text)
{
	return nearest(reader, channels_of(reader), text);
}

const char *nearest_process(struct reader *reader, const char *text)
{
	return nearest(reader, processes_of(reader), text);
}

static int take_named(struct reader *reader, const struct node *node, struct named named,
		      const char *what)
{
	char *text = take_text(reader, node, "a name");
	int index = text ? find(named, text, strlen(text)) : INDEX_NONE;

	if (text && index == INDEX_NONE)
		complain_at(reader, node->pos, nearest(reader, named, text), "unknown %s `%s`",
			    what, text);
	free(text);
	return index;
}

int take_channel(struct reader *reader, const struct node *node)
{
	return take_named(reader, node, channels_of(reader), "channel");
}

int take_process(struct reader *reader, const struct node *node)
{
	return take_named(reader, node, processes_of(reader), "process");
}

int take_fault(struct reader *reader, const struct node *node)
{
	return take_named(reader, node, faults_of(reader), "fault");
}

bool take_selector(struct reader *reader, const struct node *node, struct selector *ret)
{
	char *text = take_text(reader, node, "a process");
	struct selector_text parts;
	const char *needed = text ? parse_selector(text, &parts) : NULL;
	int process = INDEX_NONE;

	if (needed)
		complain_value(reader, node, text, needed);
	else if (text)
		process = find_process(reader, parts.name, parts.name_len);
	if (text && !needed && process == INDEX_NONE) {
		text[parts.name_len] = '\0';
		complain_at(reader, node->pos, nearest_process(reader, text),
			    "unknown process `%s`", text);
	}
	free(text);
	if (process == INDEX_NONE)
		return false;
	*ret = (struct selector){process, parts.part, parts.child};
	return true;
}

/* Names of numbers: errnos, signals. */
struct code_names {
	const char *what, *prefix, *needed;
	int (*from_name)(const char *name);
	const char *const *(*words)(size_t *ret_count);
};

#define CODE_NAME_MAX 32

/* `usr1` and `USR1` mean SIGUSR1; else the nearest name. */
static const char *nearest_code(const struct code_names *names, const char *text,
				char candidate[CODE_NAME_MAX])
{
	size_t count, at = strlen(names->prefix);
	const char *const *words = names->words(&count);

	if (strlen(text) + at >= CODE_NAME_MAX)
		return NULL;
	snprintf(candidate, CODE_NAME_MAX, "%s%s", names->prefix, text);
	for (char *c = candidate; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	if (names->from_name(candidate))
		return candidate;
	if (names->from_name(candidate + at))
		return candidate + at;
	return nearest_word(text, words, count);
}

static bool take_code(struct reader *reader, const struct node *node,
		      const struct code_names *names, int *ret)
{
	char *text = take_text(reader, node, names->needed), candidate[CODE_NAME_MAX];
	int code = text ? names->from_name(text) : 0;

	if (text && !code)
		complain_at(reader, node->pos, nearest_code(names, text, candidate),
			    "unknown %s `%s`", names->what, text);
	free(text);
	if (!code)
		return false;
	*ret = code;
	return true;
}

bool take_errno(struct reader *reader, const struct node *node, int *ret)
{
	static const struct code_names names = {"errno", "E", "an errno such as EAGAIN",
						errno_from_name, errno_words};

	return take_code(reader, node, &names, ret);
}

bool take_signal(struct reader *reader, const struct node *node, int *ret)
{
	static const struct code_names names = {"signal", "SIG", "a signal such as SIGUSR1",
						signal_from_name, signal_words};

	return take_code(reader, node, &names, ret);
}
