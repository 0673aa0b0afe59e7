#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "scenario/reader.h"
#include "scenario/values.h"

/*
 * Each combination of the lists of `matrix` is one scenario; the last name
 * changes fastest.  `vars` may use the matrix and the variables before them.
 */

#define VARIABLES_MAX 1000

static const struct node *section(const struct reader *reader, const char *name)
{
	const struct node *node = map_value(reader->root, name);

	return node && node->kind == NODE_MAP ? node : NULL;
}

static bool check_values(struct reader *reader, const struct node *name, const struct node *values)
{
	if (!need_list(reader, values))
		return false;
	if (!values->count)
		complain(reader, values, "`%s` has no values", name->text);
	for (size_t i = 0; i < values->count; i++)
		if (!need_text(reader, values->items[i], "a text"))
			return false;
	return values->count;
}

/* Number of combinations; 0 = there is a problem with the matrix. */
size_t matrix_combinations(struct reader *reader)
{
	const struct node *matrix = section(reader, "matrix");
	size_t product = build_combinations(reader);
	bool good = product > 0;

	for (size_t i = 0; matrix && i + 1 < matrix->count && !is_enough(reader); i += 2) {
		const struct node *values = matrix->items[i + 1];

		if (!check_values(reader, matrix->items[i], values))
			good = false;
		else
			product *= values->count;
		if (product > SCENARIO_CASES_MAX) {
			complain(reader, map_key(reader->root, "matrix"),
				 "more than %d combinations", SCENARIO_CASES_MAX);
			return 0;
		}
	}
	return good ? product : 0;
}

static void bind(struct reader *reader, const struct node *name, char *value)
{
	const char *needed = check_name(name->text);
	struct binding *binding;

	if (needed)
		complain_value(reader, name, name->text, needed);
	if (is_run_name(name->text))
		complain(reader, name, "`%s` is reserved: `${%s}` has a meaning already",
			 name->text, name->text);
	if (lookup_binding(reader, name->text, strlen(name->text)))
		complain(reader, name, "`%s` is in `matrix` already", name->text);
	if (find_channel(reader, name->text) != INDEX_NONE)
		complain(reader, name, "`%s` is a channel, too", name->text);
	if (reader->binding_count == VARIABLES_MAX)
		complain(reader, name, "more than %d variables", VARIABLES_MAX);
	binding = add_item(reader, &reader->bindings, &reader->binding_count, sizeof(*binding));
	if (!binding) {
		free(value);
		return;
	}
	*binding = (struct binding){name->text, value};
}

static char *copy_value(struct reader *reader, const struct node *node)
{
	char *copy = mem_strdup(node->text);

	if (!copy)
		reader->oom = true;
	return copy;
}

static void bind_matrix(struct reader *reader, size_t combination)
{
	const struct node *matrix = section(reader, "matrix");
	/* the names are digits, the last one the lowest; those of `build` are below them */
	size_t stride = reader->combinations / build_combinations(reader);

	combination /= build_combinations(reader);
	for (size_t i = 0; matrix && i + 1 < matrix->count && stride && !is_enough(reader);
	     i += 2) {
		const struct node *values = matrix->items[i + 1];
		char *value;

		stride /= values->count;
		value = copy_value(reader, values->items[combination / stride % values->count]);
		if (value)
			bind(reader, matrix->items[i], value);
	}
}

static void bind_vars(struct reader *reader)
{
	const struct node *vars = section(reader, "vars");

	for (size_t i = 0; vars && i + 1 < vars->count && !is_enough(reader); i += 2) {
		char *value = take_text(reader, vars->items[i + 1], "a text");

		if (value)
			bind(reader, vars->items[i], value);
	}
}

bool bind_variables(struct reader *reader, size_t combination)
{
	bind_matrix(reader, combination);
	bind_vars(reader);
	return !is_enough(reader);
}

const char *lookup_binding(const struct reader *reader, const char *name, size_t len)
{
	for (size_t i = 0; i < reader->binding_count; i++)
		if (strlen(reader->bindings[i].name) == len &&
		    memcmp(reader->bindings[i].name, name, len) == 0)
			return reader->bindings[i].value;
	return NULL;
}

/* What the reports call this combination. */
void read_matrix_values(struct reader *reader)
{
	const struct node *matrix = section(reader, "matrix");
	struct scenario *s = reader->scenario;

	for (size_t i = 0; matrix && i + 1 < matrix->count && i / 2 < reader->binding_count;
	     i += 2) {
		struct matrix_value *value =
			add_item(reader, &s->matrix, &s->matrix_count, sizeof(*value));

		if (!value)
			return;
		value->name = mem_strdup(reader->bindings[i / 2].name);
		value->value = mem_strdup(reader->bindings[i / 2].value);
		if (!value->name || !value->value)
			reader->oom = true;
	}
}
