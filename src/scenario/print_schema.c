#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "scenario/reader.h"

/*
 * The JSON Schema comes from the tables of schema.h: one definition for each
 * table and each named type.  What is not available yet is left out, so that
 * an editor marks it.
 */
struct printer {
	json_t *definitions;
	bool failed;
};

static json_t *type_schema(struct printer *printer, const struct value_type *type);
static json_t *table_schema(struct printer *printer, const struct key_table *table);

/* Set @key, taking over @value; NULL = memory is short. */
static void set(struct printer *printer, json_t *object, const char *key, json_t *value)
{
	if (!value || !object || json_object_set_new(object, key, value) < 0)
		printer->failed = true;
}

static void append(struct printer *printer, json_t *array, json_t *value)
{
	if (!value || !array || json_array_append_new(array, value) < 0)
		printer->failed = true;
}

static json_t *reference(const char *name)
{
	return json_pack("{s:s+}", "$ref", "#/definitions/", name);
}

static json_t *words_schema(struct printer *printer, const struct vocab *words)
{
	json_t *any = json_array();

	for (int i = 0; i < words->count; i++)
		if (!words->rows[i].later)
			append(printer, any,
			       json_pack("{s:s, s:s}", "const", words->rows[i].name, "description",
					 words->rows[i].summary));
	append(printer, any, json_pack("{s:s, s:s}", "type", "string", "pattern", "\\$\\{"));
	return json_pack("{s:o}", "anyOf", any);
}

static json_t *list_schema(struct printer *printer, const struct value_type *type)
{
	json_t *words = json_array();
	size_t count;
	const char *const *list = type->list(&count);

	for (size_t i = 0; i < count; i++)
		append(printer, words, json_string(list[i]));
	return json_pack("{s:[{s:o}, {s:s, s:s}]}", "anyOf", "enum", words, "type", "string",
			 "pattern", type->pattern);
}

static json_t *values_schema(struct printer *printer, const struct value_type *type)
{
	json_t *schema = json_pack("{s:s}", "type", "object");
	json_t *properties;

	if (type->named)
		set(printer, schema, "propertyNames",
		    json_pack("{s:s}", "pattern", "^[A-Za-z0-9_-]{1,64}$"));
	if (type->only_one) {
		set(printer, schema, "minProperties", json_integer(1));
		set(printer, schema, "maxProperties", json_integer(1));
	}

	if (!type->keys) {
		set(printer, schema, "additionalProperties", type_schema(printer, type->values));
		return schema;
	}
	properties = json_object();
	for (int i = 0; i < type->keys->count; i++)
		set(printer, properties, type->keys->rows[i].name,
		    type_schema(printer, type->values));
	set(printer, schema, "properties", properties);
	set(printer, schema, "additionalProperties", json_false());
	return schema;
}

static json_t *any_schema(struct printer *printer, const struct value_type *type)
{
	json_t *any = json_array();

	for (const struct value_type *const *one = type->any; *one; one++)
		append(printer, any, type_schema(printer, *one));
	return json_pack("{s:o}", "anyOf", any);
}

static json_t *make_schema(struct printer *printer, const struct value_type *type)
{
	if (type->json)
		return json_loads(type->json, 0, NULL);
	if (type->words)
		return words_schema(printer, type->words);
	if (type->items)
		return json_pack("{s:s, s:i, s:o}", "type", "array", "minItems", 1, "items",
				 type_schema(printer, type->items));
	if (type->list)
		return list_schema(printer, type);
	if (type->values)
		return values_schema(printer, type);
	return any_schema(printer, type);
}

/* The schema itself, or a reference to its definition, which is made at its first use. */
static json_t *type_schema(struct printer *printer, const struct value_type *type)
{
	if (type->table)
		return table_schema(printer, type->table);
	if (!type->name)
		return make_schema(printer, type);
	if (!json_object_get(printer->definitions, type->name))
		set(printer, printer->definitions, type->name, make_schema(printer, type));
	return reference(type->name);
}

static json_t *key_schema(struct printer *printer, const struct key_row *row)
{
	json_t *type = type_schema(printer, row->type);

	/* in draft 07 a $ref hides its neighbours */
	return json_pack("{s:s, s:[o]}", "description", key_summary(row), "allOf", type);
}

static json_t *required_key(const char *name)
{
	return json_pack("{s:[s]}", "required", name);
}

/* One of the keys of a group: exactly one, or at most one. */
static json_t *group_schema(struct printer *printer, const struct key_table *table, size_t group)
{
	json_t *one = json_array(), *any = json_array();

	for (size_t i = 0; i < table->count; i++) {
		if (table->rows[i].group != group + 1 || key_is_later(&table->rows[i]))
			continue;
		append(printer, one, required_key(key_name(&table->rows[i])));
		append(printer, any, required_key(key_name(&table->rows[i])));
	}
	if (table->groups[group].required) {
		json_decref(any);
		return json_pack("{s:o}", "oneOf", one);
	}
	append(printer, one, json_pack("{s:{s:o}}", "not", "anyOf", any));
	return json_pack("{s:o}", "oneOf", one);
}

static void add_required(struct printer *printer, const struct key_table *table, json_t *schema)
{
	json_t *required = json_array(), *all = json_array();

	for (size_t i = 0; i < table->count; i++)
		if (table->rows[i].flags & KEY_REQUIRED && !table->partial)
			append(printer, required, json_string(key_name(&table->rows[i])));
	for (size_t g = 0; g < table->group_count; g++)
		append(printer, all, group_schema(printer, table, g));
	if (json_array_size(required))
		set(printer, schema, "required", required);
	else
		json_decref(required);
	if (json_array_size(all))
		set(printer, schema, "allOf", all);
	else
		json_decref(all);
}

static json_t *make_table(struct printer *printer, const struct key_table *table)
{
	json_t *schema = json_pack("{s:s}", "type", "object"), *properties = json_object();

	for (size_t i = 0; i < table->count; i++)
		if (!key_is_later(&table->rows[i]))
			set(printer, properties, key_name(&table->rows[i]),
			    key_schema(printer, &table->rows[i]));
	set(printer, schema, "properties", properties);
	set(printer, schema, "additionalProperties",
	    table->process_type ? type_schema(printer, table->process_type) : json_false());
	add_required(printer, table, schema);
	return schema;
}

static json_t *table_schema(struct printer *printer, const struct key_table *table)
{
	if (!json_object_get(printer->definitions, table->name)) {
		/* a placeholder first: tables may contain themselves */
		set(printer, printer->definitions, table->name, json_object());
		set(printer, printer->definitions, table->name, make_table(printer, table));
	}
	return reference(table->name);
}

static json_t *document_schema(struct printer *printer)
{
	json_t *top = table_schema(printer, &scenario_table);

	return json_pack("{s:s, s:s, s:s, s:[o], s:O}", "$schema",
			 "http://json-schema.org/draft-07/schema#", "title", "ipcfault scenario",
			 "description", "One document of a *.scn file; see ipcfault-scenario(5).",
			 "allOf", top, "definitions", printer->definitions);
}

int scenario_print_schema(FILE *to)
{
	struct printer printer = {.definitions = json_object()};
	json_t *schema = document_schema(&printer);
	int r = 0;

	if (!schema || printer.failed)
		r = -ENOMEM;
	else if (json_dumpf(schema, to, JSON_INDENT(2)) < 0 || fputc('\n', to) == EOF)
		r = -EIO;
	json_decref(schema);
	json_decref(printer.definitions);
	return r;
}
