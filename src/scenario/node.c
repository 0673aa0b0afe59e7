#include "scenario/node.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/problem.h"

bool node_is_null(const struct node *node)
{
	return node->kind == NODE_TEXT && !node->quoted &&
	       (!*node->text || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0);
}

const char *node_kind_name(const struct node *node)
{
	if (node_is_null(node))
		return "nothing";
	switch (node->kind) {
	case NODE_TEXT:
		return "a text";
	case NODE_LIST:
		return "a list";
	case NODE_MAP:
		return "a mapping";
	}
	return "?";
}

static const struct node *find(const struct node *map, const char *name, size_t which)
{
	if (map->kind != NODE_MAP)
		return NULL;
	for (size_t i = 0; i + 1 < map->count; i += 2)
		if (strcmp(map->items[i]->text, name) == 0)
			return map->items[i + which];
	return NULL;
}

const struct node *map_key(const struct node *map, const char *name)
{
	return find(map, name, 0);
}

const struct node *map_value(const struct node *map, const char *name)
{
	return find(map, name, 1);
}

void tree_release(struct tree *tree)
{
	struct node *next;

	for (struct node *node = tree->nodes; node; node = next) {
		next = node->next;
		free(node->text);
		free(node->items);
		free(node);
	}
	free(tree->roots);
	*tree = (struct tree){0};
}

int source_problem(struct source *source, struct pos pos, const char *suggestion, const char *fmt,
		   ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = problems_add(source->problems, source->text, source->len, pos, suggestion, fmt, ap);
	va_end(ap);
	return r;
}
