#include "scenario/schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/util.h"
#include "scenario/reader.h"

static const struct key_table *const tables[] = {
	&scenario_table,
	&channel_table,
	&channel_options_table,
	&mq_table,
	&shm_table,
	&process_table,
	&replacement_table,
	&stdin_table,
	&stdio_table,
	&start_table,
	&start_after_table,
	&place_table,
	&fault_table,
	&trigger_table,
	&on_table,
	&action_table,
	&short_table,
	&corrupt_table,
	&expect_table,
	&process_expect_table,
	&match_table,
	&control_table,
	&schedule_table,
	&build_table,
};

const struct key_table *const *schema_tables(size_t *ret_count)
{
	*ret_count = ARRAY_SIZE(tables);
	return tables;
}

const char *key_name(const struct key_row *row)
{
	return row->name ? row->name : row->words->rows[row->word].name;
}

const char *key_summary(const struct key_row *row)
{
	return row->name ? row->summary : row->words->rows[row->word].summary;
}

bool key_is_later(const struct key_row *row)
{
	return row->name ? row->flags & KEY_LATER : row->words->rows[row->word].later;
}

static const struct key_row *find_row(const struct key_table *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(key_name(&table->rows[i]), name) == 0)
			return &table->rows[i];
	return NULL;
}

/* The nearest of the table's keys and, where they are keys, of the process names. */
static const char *nearest_key(struct reader *reader, const struct key_table *table,
			       const char *text)
{
	size_t processes = table->read_process ? reader->scenario->process_count : 0, count = 0;
	const char **words = mem_zalloc((table->count + processes) * sizeof(char *));
	const char *best;

	if (!words) {
		reader->oom = true;
		return NULL;
	}
	for (size_t i = 0; i < table->count; i++)
		words[count++] = key_name(&table->rows[i]);
	for (size_t i = 0; i < processes; i++)
		words[count++] = reader->scenario->processes[i].name;
	best = nearest_word(text, words, count);
	free(words);
	return best;
}

/* Returns the bit of the row that was probably meant, or 0. */
static uint64_t unknown_key(struct reader *reader, const struct key_table *table,
			    const struct node *key)
{
	const char *nearest;
	const struct key_row *row;

	if (!*key->text) /* was no text; said already */
		return 0;
	if (strcmp(key->text, "<<") == 0) {
		complain(reader, key, "merge keys (`<<`) are not part of YAML 1.2");
		return 0;
	}
	nearest = nearest_key(reader, table, key->text);
	if (table->noun)
		complain_at(reader, key->pos, nearest, "unknown %s `%s`", table->noun, key->text);
	else
		complain_at(reader, key->pos, nearest, "unknown key `%s` in %s", key->text,
			    table->owner);
	row = nearest ? find_row(table, nearest) : NULL;
	return row ? UINT64_C(1) << (row - table->rows) : 0;
}

/*
 * Keys that the table does not have: names of processes, or mistakes.  Returns
 * the bits of the rows that were probably meant.
 */
static uint64_t read_others(struct reader *reader, const struct node *node,
			    const struct key_table *table, void *target)
{
	uint64_t meant = 0;

	for (size_t i = 0; i + 1 < node->count && !is_enough(reader); i += 2) {
		const struct node *key = node->items[i];
		int process = INDEX_NONE;

		if (find_row(table, key->text))
			continue;
		if (table->read_process)
			process = find_process(reader, key->text, strlen(key->text));
		if (process == INDEX_NONE)
			meant |= unknown_key(reader, table, key);
		else
			table->read_process(reader, key, node->items[i + 1], process, target);
	}
	return meant;
}

/* Two keys of one group. */
static void check_contradiction(struct reader *reader, const struct key_table *table,
				const struct node *node, const struct key_row *row, uint64_t seen)
{
	for (size_t i = 0; row->group && &table->rows[i] < row; i++) {
		const struct key_row *other = &table->rows[i];
		const struct node *a, *b;

		if (!(seen & UINT64_C(1) << i) || other->group != row->group)
			continue;
		a = map_key(node, key_name(other));
		b = map_key(node, key_name(row));
		if (a->pos.line > b->pos.line ||
		    (a->pos.line == b->pos.line && a->pos.col > b->pos.col)) {
			const struct node *swap = a;

			a = b;
			b = swap;
		}
		complain(reader, b, "`%s` contradicts `%s`: there is one %s only", b->text, a->text,
			 table->groups[row->group - 1].what);
		return;
	}
}

/* "`at` needs a trigger such as `call`" */
static void complain_group(struct reader *reader, const struct key_table *table, struct pos owner,
			   size_t group)
{
	const char *what = table->groups[group].what;
	size_t first = 0;

	while (table->rows[first].group != group + 1)
		first++;
	complain_at(reader, owner, NULL, "%s needs %s %s such as `%s`", table->owner,
		    strchr("aeiou", *what) ? "an" : "a", what, key_name(&table->rows[first]));
}

static void check_required(struct reader *reader, const struct key_table *table, struct pos owner,
			   uint64_t seen)
{
	uint64_t groups = 0;

	for (size_t i = 0; i < table->count; i++) {
		const struct key_row *row = &table->rows[i];
		bool there = seen & UINT64_C(1) << i;

		if (there)
			groups |= UINT64_C(1) << row->group;
		else if (row->flags & KEY_REQUIRED)
			complain_at(reader, owner, NULL, "%s needs `%s`", table->owner,
				    key_name(row));
	}
	for (size_t g = 0; g < table->group_count; g++)
		if (table->groups[g].required && !(groups & UINT64_C(1) << (g + 1)))
			complain_group(reader, table, owner, g);
}

uint64_t map_read(struct reader *reader, const struct node *node, struct pos owner,
		  const struct key_table *table, void *target)
{
	uint64_t seen = 0, meant;

	if (!need_map(reader, node))
		return 0;
	for (size_t i = 0; i < table->count && !is_enough(reader); i++) {
		const struct key_row *row = &table->rows[i];
		const struct node *key = map_key(node, key_name(row));

		if (!key)
			continue;
		seen |= UINT64_C(1) << i;
		check_contradiction(reader, table, node, row, seen);
		row->read(reader, map_value(node, key_name(row)), row,
			  (char *)target + row->offset);
		if (key_is_later(row))
			complain(reader, key, "`%s` is not available yet", key->text);
	}
	meant = read_others(reader, node, table, target);
	if (!table->partial && !is_enough(reader))
		check_required(reader, table, owner, seen | meant);
	return seen;
}
