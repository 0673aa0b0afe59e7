#include "scenario/schema.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "model/words.h"
#include "scenario/scenario_file.h"

static void check_row(const struct key_table *table, const struct key_row *row)
{
	const struct value_type *type = row->type;

	cr_assert(ne(ptr, (void *)type, NULL), "%s %s", table->name, key_name(row));
	cr_expect(row->read != NULL, "%s %s", table->name, key_name(row));
	cr_expect(key_summary(row) && *key_summary(row), "%s %s", table->name, key_name(row));
	cr_expect(eq(int,
		     !!type->json + !!type->words + !!type->table + !!type->items + !!type->values +
			     !!type->any + !!type->list,
		     1),
		  "%s %s", table->name, key_name(row));
	cr_expect(le(sz, (size_t)row->group, table->group_count), "%s %s", table->name,
		  key_name(row));
}

Test(scenario_schema, tables_are_complete)
{
	size_t count;
	const struct key_table *const *tables = schema_tables(&count);

	for (size_t i = 0; i < count; i++) {
		cr_expect(tables[i]->name && tables[i]->owner, "table %zu", i);
		cr_expect(le(sz, tables[i]->count, (size_t)TABLE_ROWS_MAX), "%s", tables[i]->name);
		for (size_t k = 0; k < tables[i]->count; k++) {
			check_row(tables[i], &tables[i]->rows[k]);
			for (size_t m = 0; m < k; m++)
				cr_expect(ne(str, (char *)key_name(&tables[i]->rows[k]),
					     (char *)key_name(&tables[i]->rows[m])),
					  "%s", tables[i]->name);
		}
	}
}

static bool has_key(const struct key_table *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(key_name(&table->rows[i]), name) == 0)
			return true;
	return false;
}

Test(scenario_schema, each_word_is_a_key)
{
	static const struct {
		const struct vocab *words;
		const struct key_table *table;
	} rows[] = {{&channel_vocab, &channel_table},
		    {&trigger_vocab, &trigger_table},
		    {&action_vocab, &action_table}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int k = 0; k < rows[i].words->count; k++)
			cr_expect(has_key(rows[i].table, rows[i].words->rows[k].name), "%s",
				  rows[i].words->rows[k].name);
}

static json_t *load_schema(void)
{
	char *text = NULL;
	size_t len;
	FILE *stream = open_memstream(&text, &len);
	json_t *schema;

	cr_assert(eq(int, scenario_print_schema(stream), 0));
	fclose(stream);
	schema = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	cr_assert(ne(ptr, schema, NULL));
	free(text);
	return schema;
}

/* Every $ref has its definition. */
static void check_references(json_t *value, json_t *definitions)
{
	const char *key;
	json_t *item;
	size_t i;

	json_object_foreach(value, key, item)
	{
		if (strcmp(key, "$ref") == 0 && json_is_string(item)) {
			const char *name = json_string_value(item) + strlen("#/definitions/");

			cr_expect(ne(ptr, json_object_get(definitions, name), NULL), "%s", name);
		}
		check_references(item, definitions);
	}
	json_array_foreach(value, i, item) check_references(item, definitions);
}

static bool has_word(const json_t *type, const char *word)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(type, "anyOf"), i, item)
	{
		const char *text = json_string_value(json_object_get(item, "const"));

		if (text && strcmp(text, word) == 0)
			return true;
	}
	return false;
}

Test(scenario_schema, is_printed_as_json_schema)
{
	json_t *schema = load_schema(), *definitions = json_object_get(schema, "definitions");
	json_t *action = json_object_get(json_object_get(definitions, "do"), "properties");

	cr_expect(eq(str, (char *)json_string_value(json_object_get(schema, "$schema")),
		     "http://json-schema.org/draft-07/schema#"));
	cr_expect(ne(ptr, json_object_get(action, "close-peer"), NULL));
	cr_expect(has_word(json_object_get(definitions, "when"), "blocked"));
	cr_expect(has_word(json_object_get(definitions, "when"), "every-instruction"));
	cr_expect(ne(ptr, json_object_get(definitions, "process-expectation"), NULL));
	check_references(schema, definitions);
	json_decref(schema);
}

Test(scenario_schema, goes_to_a_file_that_can_be_full)
{
	FILE *stream = fopen("/dev/full", "w");

	setvbuf(stream, NULL, _IONBF, 0);
	cr_expect(lt(int, scenario_print_schema(stream), 0));
	fclose(stream);
}
